//! Duels: two contestants in turn, equal answers asserted, medians compared.

use std::time::{Duration, Instant};

/// A contestant that takes longer than this did not finish.
const CAP: Duration = Duration::from_secs(30);

/// One run: how long, and what came out.
pub struct Sample {
    time: Duration,
    digest: u64,
}

impl Sample {
    /// The same time, with an answer that was digested later.
    pub fn with_digest(self, digest: u64) -> Sample {
        Sample { digest, ..self }
    }
}

/// Stops a contestant in the middle of a long run.
pub struct Deadline(Instant);

impl Deadline {
    /// Whether the time is over; cheap enough for every few hundred operations.
    pub fn passed(&self) -> bool {
        Instant::now() > self.0
    }
}

/// Times `work`, whose answer is turned into a digest afterwards, outside the clock.
pub fn timed<T>(work: impl FnOnce(&Deadline) -> Option<T>, digest: impl FnOnce(T) -> u64) -> Option<Sample> {
    let start = Instant::now();
    let answer = work(&Deadline(start + CAP));
    let time = start.elapsed();
    let digest = digest(answer?);
    Some(Sample { time, digest })
}

/// An order-dependent digest of numbers.
pub fn digest(numbers: impl IntoIterator<Item = u128>) -> u64 {
    numbers
        .into_iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash: u64, number| {
            let folded = (number >> 64) as u64 ^ number as u64;
            (hash.rotate_left(5) ^ folded).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

/// Calls `step` for each item until the deadline; nothing if it passed.
pub fn each<T>(
    items: impl IntoIterator<Item = T>,
    deadline: &Deadline,
    mut step: impl FnMut(T),
) -> Option<()> {
    for (count, item) in items.into_iter().enumerate() {
        step(item);
        if count % 512 == 511 && deadline.passed() {
            return None;
        }
    }
    Some(())
}

/// How well the goal was met.
#[derive(Clone, Copy)]
pub enum Goal {
    /// Plat's time divided by the peer's may be at most this.
    TimeRatio(f64),
    /// Plat's number may be at most this.
    AtMost(f64),
    /// Measured for the record.
    None,
}

/// One line of the report.
pub struct Row {
    /// The benchmark.
    pub name: &'static str,
    /// Which goal it stands for, as in `G1`.
    pub goal_id: &'static str,
    /// The address family.
    pub family: &'static str,
    /// How many claims.
    pub size: usize,
    /// What the numbers count.
    pub unit: &'static str,
    /// Plat's number.
    pub plat: f64,
    /// Who it is compared with; empty if with nobody.
    pub peer_name: &'static str,
    /// The peer's number, unless it did not finish.
    pub peer: Option<f64>,
    /// What was to be reached.
    pub goal: Goal,
}

impl Row {
    fn ratio(&self) -> Option<f64> {
        self.peer.map(|peer| self.plat / peer)
    }

    fn verdict(&self) -> (String, &'static str) {
        // The goals are for a million claims, unless they say otherwise.
        if self.size < 1_000_000 && !matches!(self.goal_id, "G4") {
            return (self.goal_id.to_owned(), "");
        }
        let yes_no = |met| if met { "yes" } else { "**no**" };
        match (self.goal, self.ratio()) {
            (Goal::TimeRatio(most), Some(ratio)) => (
                format!("{} ≤ {}", self.goal_id, times(most)),
                yes_no(ratio <= most),
            ),
            (Goal::TimeRatio(most), None) => (format!("{} ≤ {}", self.goal_id, times(most)), "yes"),
            (Goal::AtMost(most), _) => (
                format!("{} ≤ {most} {}", self.goal_id, self.unit),
                yes_no(self.plat <= most),
            ),
            (Goal::None, _) => (self.goal_id.to_owned(), ""),
        }
    }

    /// As a line of a Markdown table.
    pub fn line(&self) -> String {
        let number = |n: f64| {
            if n < 100.0 {
                format!("{n:.1}")
            } else {
                format!("{n:.0}")
            }
        };
        let (goal, met) = self.verdict();
        let peer = self.peer.map_or("did not finish".to_owned(), number);
        let peer = if self.peer_name.is_empty() {
            String::new()
        } else {
            format!("{peer} ({})", self.peer_name)
        };
        let ratio = self.ratio().filter(|_| !self.peer_name.is_empty());
        format!(
            "| {} | {} | {} | {} | {} | {} | {} | {goal} | {met} |",
            self.name,
            self.family,
            self.size,
            number(self.plat),
            self.unit,
            peer,
            ratio.map_or(String::new(), times),
        )
    }
}

/// A ratio, readable also where one side is no match.
fn times(ratio: f64) -> String {
    if ratio < 0.01 {
        format!("{ratio:.0e}×")
    } else {
        format!("{ratio:.2}×")
    }
}

/// The head of the table.
pub const HEAD: &str = "| benchmark | family | claims | Plat | unit | peer | Plat ÷ peer | goal | met |
|---|---|---:|---:|---|---:|---:|---|---|";

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Lets both run in turn, `runs` times, and returns the medians in nanoseconds per operation.
///
/// # Panics
/// If the two disagree, or one disagrees with itself.
pub fn duel(
    runs: usize,
    operations: usize,
    mut plat: impl FnMut() -> Option<Sample>,
    mut peer: impl FnMut() -> Option<Sample>,
) -> (f64, Option<f64>) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let mut total = Duration::ZERO;
    let mut expected = None;
    let mut gave_up = false;
    for run in 0..runs {
        // Who goes first changes, so that neither always meets the caches the other left.
        for turn in [run % 2 == 0, run % 2 == 1] {
            let sample = if turn {
                plat()
            } else if total < CAP && !gave_up {
                peer()
            } else {
                continue;
            };
            let Some(sample) = sample else {
                gave_up = true;
                continue;
            };
            assert_eq!(
                *expected.get_or_insert(sample.digest),
                sample.digest,
                "the answers differ"
            );
            if turn {
                ours.push(sample.time);
            } else {
                total += sample.time;
                theirs.push(sample.time);
            }
        }
    }
    let per_operation = |times: Vec<Duration>| median(times).as_nanos() as f64 / operations as f64;
    let peer = (!theirs.is_empty()).then(|| per_operation(theirs));
    (per_operation(ours), peer)
}
