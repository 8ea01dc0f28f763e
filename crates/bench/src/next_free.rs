//! The next free prefix as NetBox asks netaddr for it: build the set of free space, look at its first block.

use std::error::Error;
use std::hint::black_box;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

use plat_allocator::{Strategy, V4};

use crate::cases::Setting;
use crate::measure::{Goal, Row};

/// Reads the pool and its claims, prints the answer and how many nanoseconds it took.
const SCRIPT: &str = r"
import sys, time
import netaddr
pool, *claims = sys.stdin.read().split()
nets = [netaddr.IPNetwork(c) for c in claims]
start = time.perf_counter_ns()
free = netaddr.IPSet([netaddr.IPNetwork(pool)]) - netaddr.IPSet(nets)
found = next(c for c in free.iter_cidrs() if c.prefixlen <= 26)
took = time.perf_counter_ns() - start
print(netaddr.__version__, netaddr.IPNetwork((found.first, 26)), took)
";

/// Compares with netaddr, run once by the Python at `python`, for 100,000 claims.
///
/// # Errors
/// If that Python or its netaddr cannot be run.
///
/// # Panics
/// If the two find different places.
pub fn against_netaddr(python: &str) -> Result<(Row, String), Box<dyn Error>> {
    let setting = Setting::<V4>::new(100_000, 1);
    let pool = setting.work.pool;
    let taken = plat_allocator::Occupancy::from_sorted(setting.work.sorted.iter().copied())?;
    let start = Instant::now();
    let mut found = None;
    for _ in 0..10_000 {
        found = black_box(black_box(&taken).find(black_box(pool), 26, Strategy::FirstFit));
    }
    let plat = start.elapsed().as_nanos() as f64 / 10_000.0;

    let mut child = Command::new(python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = pool.to_string();
    for (prefix, _) in &setting.work.sorted {
        input.push('\n');
        input.push_str(&prefix.to_string());
    }
    child
        .stdin
        .take()
        .ok_or("no standard input")?
        .write_all(input.as_bytes())?;
    let output = String::from_utf8(child.wait_with_output()?.stdout)?;
    let mut words = output.split_whitespace();
    let (Some(version), Some(theirs), Some(took)) = (words.next(), words.next(), words.next()) else {
        return Err("netaddr gave no answer".into());
    };
    assert_eq!(
        found.map(|prefix| prefix.to_string()).as_deref(),
        Some(theirs),
        "the answers differ"
    );
    let row = Row {
        name: "next_free",
        goal_id: "G4",
        family: "IPv4",
        size: 100_000,
        unit: "ns",
        plat,
        peer_name: "netaddr, as NetBox uses it",
        peer: Some(took.parse()?),
        goal: Goal::TimeRatio(0.000_01),
    };
    Ok((row, format!("netaddr {version}")))
}
