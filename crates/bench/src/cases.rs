//! The benchmarks. Each builds its contestants, asserts equal answers, and reports one row.

use std::collections::BTreeMap;
use std::hint::black_box;
use std::ops::RangeInclusive;

use plat_allocator::{Family, Key, Occupancy, Prefix, Range, Strategy, count_overlaps};
use prefix_trie::PrefixMap;
use range_set_blaze::RangeSetBlaze;

use crate::buddy::Buddy;
use crate::measure::{Goal, Row, digest, duel, each, timed};
use crate::memory::bytes_of;
use crate::workload::{Random, Terrain, Workload};

/// What one benchmark is run with.
pub struct Setting<F: Family> {
    /// The claims.
    pub work: Workload<F>,
    /// How many times each contestant runs.
    pub runs: usize,
}

/// The names, in the order in which they run.
pub const NAMES: [&str; 12] = [
    "load_sorted",
    "load_random",
    "alloc_first",
    "alloc_best",
    "alloc_specific",
    "release_random",
    "free_list",
    "overlap",
    "lpm",
    "whatif",
    "usage",
    "bytes",
];

fn free_digest(blocks: impl Iterator<Item = (u128, u8)>) -> u64 {
    // Independent of order: the buddy lists by size.
    blocks.fold(0, |sum, (first, size)| {
        sum.wrapping_add(digest([first, u128::from(size)]))
    })
}

impl<F: Terrain> Setting<F>
where
    F::Key: range_set_blaze::Integer,
    (F::Key, u8): prefix_trie::Prefix<R = F::Key>,
{
    /// The claims of a size.
    pub fn new(size: usize, runs: usize) -> Self {
        Setting {
            work: Workload::new(size),
            runs,
        }
    }

    /// Runs one benchmark by its name.
    pub fn run(&self, name: &str) -> Vec<Row> {
        match name {
            "load_sorted" => vec![self.load_sorted()],
            "load_random" => vec![self.load_random()],
            "alloc_first" => self.allocate("alloc_first", ("G1", 1.0), Strategy::FirstFit),
            "alloc_best" => self.allocate("alloc_best", ("G2", 1.3), Strategy::BestFit),
            "alloc_specific" => vec![self.alloc_specific()],
            "release_random" => vec![self.release_random()],
            "free_list" => vec![self.free_list()],
            "overlap" => vec![self.overlap()],
            "lpm" => vec![self.lpm()],
            "whatif" => self.whatif(),
            "usage" => vec![self.usage()],
            "bytes" => self.bytes(),
            _ => Vec::new(),
        }
    }

    fn row(
        &self,
        name: &'static str,
        (goal_id, goal): (&'static str, Goal),
        peer_name: &'static str,
        (plat, peer): (f64, Option<f64>),
    ) -> Row {
        let size = self.work.sorted.len();
        Row {
            name,
            goal_id,
            family: F::NAME,
            size,
            unit: "ns",
            plat,
            peer_name,
            peer,
            goal,
        }
    }

    /// Claimed one by one in random order: what a living workspace looks like inside.
    fn aged(&self) -> Occupancy<F> {
        let mut taken = Occupancy::new();
        for (prefix, value) in &self.work.shuffled {
            taken.claim(*prefix, *value).expect("disjoint");
        }
        taken
    }

    fn aged_buddy(&self) -> Buddy<F> {
        let mut buddy = Buddy::new(self.work.pool);
        for (prefix, _) in &self.work.shuffled {
            assert!(buddy.take(*prefix), "disjoint");
        }
        buddy
    }

    fn ranges(&self) -> Vec<RangeInclusive<F::Key>> {
        self.work
            .sorted
            .iter()
            .map(|(prefix, _)| prefix.first()..=prefix.last())
            .collect()
    }

    fn load_sorted(&self) -> Row {
        let ranges = self.ranges();
        let times = duel(
            self.runs,
            ranges.len(),
            || {
                let load = || Occupancy::from_sorted(self.work.sorted.iter().copied()).ok();
                timed(
                    |_| load(),
                    |taken| digest([taken.claimed_in(Range::ALL).to_u128().unwrap_or(0)]),
                )
            },
            || {
                let load = || Some(ranges.iter().cloned().collect::<RangeSetBlaze<F::Key>>());
                let count = |set: RangeSetBlaze<F::Key>| {
                    let sizes = set
                        .ranges()
                        .map(|range| range.end().wrapping_sub(*range.start()).to_u128() + 1);
                    digest([sizes.sum()])
                };
                timed(|_| load(), count)
            },
        );
        self.row(
            "load_sorted",
            ("G7", Goal::TimeRatio(1.2)),
            "range-set-blaze, no values",
            times,
        )
    }

    fn load_random(&self) -> Row {
        let times = duel(
            self.runs,
            self.work.shuffled.len(),
            || {
                let load = |taken: &mut Occupancy<F>| {
                    for (prefix, value) in &self.work.shuffled {
                        taken.claim(*prefix, *value).ok()?;
                    }
                    Some(())
                };
                let mut taken = Occupancy::new();
                let sample = timed(|_| load(&mut taken), |()| 0)?;
                let blocks = taken
                    .free(self.work.pool)
                    .map(|b| (b.first().to_u128(), b.size_exponent()));
                let found = free_digest(blocks);
                Some(sample.with_digest(found))
            },
            || {
                let mut buddy = Buddy::new(self.work.pool);
                let load = |buddy: &mut Buddy<F>, deadline: &_| {
                    each(&self.work.shuffled, deadline, |(prefix, _)| {
                        assert!(buddy.take(*prefix));
                    })
                };
                let sample = timed(|deadline| load(&mut buddy, deadline), |()| 0)?;
                Some(sample.with_digest(free_digest(
                    buddy.blocks().map(|(first, size)| (first.to_u128(), size)),
                )))
            },
        );
        self.row(
            "load_random",
            ("G3", Goal::TimeRatio(0.2)),
            "buddy, no values",
            times,
        )
    }

    fn hot_count(&self) -> usize {
        (self.work.sorted.len() / 4).min(10_000)
    }

    fn allocate(
        &self,
        name: &'static str,
        (goal_id, goal): (&'static str, f64),
        strategy: Strategy,
    ) -> Vec<Row> {
        let bare = self.aged_buddy();
        let mut keeping = bare.clone();
        keeping.keep(self.work.sorted.iter().copied());
        vec![
            self.row(
                name,
                (goal_id, Goal::TimeRatio(goal)),
                "buddy, no values",
                self.allocate_against(&bare, strategy),
            ),
            self.row(
                name,
                (goal_id, Goal::TimeRatio(goal)),
                "buddy and a BTreeMap of claims",
                self.allocate_against(&keeping, strategy),
            ),
        ]
    }

    fn allocate_against(&self, master: &Buddy<F>, strategy: Strategy) -> (f64, Option<f64>) {
        let count = self.hot_count();
        let (pool, len) = (self.work.pool, 26 + F::SHIFT);
        duel(
            self.runs,
            count,
            || {
                let mut taken = self.aged();
                let mut places = Vec::with_capacity(count);
                timed(
                    |_| {
                        for value in 0..count {
                            places.push(taken.allocate(pool, len, strategy, value as u32)?);
                        }
                        Some(places)
                    },
                    |places| digest(places.iter().map(|place| place.first().to_u128())),
                )
            },
            || {
                let mut buddy = master.clone();
                let mut places = Vec::with_capacity(count);
                let exponent = F::BITS - len;
                timed(
                    |_| {
                        for value in 0..count {
                            places.push(match strategy {
                                Strategy::FirstFit => buddy.first_fit(exponent, value as u32)?,
                                _ => buddy.best_fit(exponent, value as u32)?,
                            });
                        }
                        Some(places)
                    },
                    |places| digest(places.iter().map(|place| place.to_u128())),
                )
            },
        )
    }

    /// A random tenth of the claims, at most 100,000, in random order.
    fn some_claims(&self, seed: u64) -> Vec<(Prefix<F>, u32)> {
        let mut some: Vec<_> = self
            .work
            .shuffled
            .iter()
            .copied()
            .step_by(10)
            .take(100_000)
            .collect();
        Random(seed).shuffle(&mut some);
        some
    }

    fn release_random(&self) -> Row {
        let some = self.some_claims(1);
        let master = self.aged_buddy();
        let times = duel(
            self.runs,
            some.len(),
            || {
                let mut taken = self.aged();
                let release = |taken: &mut Occupancy<F>| {
                    some.iter()
                        .all(|(prefix, value)| taken.release(*prefix) == Some(*value))
                        .then_some(())
                };
                let sample = timed(|_| release(&mut taken), |()| 0)?;
                let blocks = taken
                    .free(self.work.pool)
                    .map(|b| (b.first().to_u128(), b.size_exponent()));
                Some(sample.with_digest(free_digest(blocks)))
            },
            || {
                let mut buddy = master.clone();
                let sample = timed(
                    |deadline| each(&some, deadline, |(prefix, _)| buddy.give_back(*prefix)),
                    |()| 0,
                )?;
                Some(sample.with_digest(free_digest(
                    buddy.blocks().map(|(first, size)| (first.to_u128(), size)),
                )))
            },
        );
        self.row(
            "release_random",
            ("G3", Goal::TimeRatio(0.2)),
            "buddy, no values",
            times,
        )
    }

    fn alloc_specific(&self) -> Row {
        let some = self.some_claims(2);
        let mut master = self.aged_buddy();
        for (prefix, _) in &some {
            master.give_back(*prefix);
        }
        let times = duel(
            self.runs,
            some.len(),
            || {
                let mut taken = self.aged();
                for (prefix, _) in &some {
                    taken.release(*prefix);
                }
                let mut claim = || {
                    for (prefix, value) in &some {
                        taken.claim(*prefix, *value).ok()?;
                    }
                    Some(())
                };
                let sample = timed(|_| claim(), |()| 0)?;
                let blocks = taken
                    .free(self.work.pool)
                    .map(|b| (b.first().to_u128(), b.size_exponent()));
                Some(sample.with_digest(free_digest(blocks)))
            },
            || {
                let mut buddy = master.clone();
                let sample = timed(
                    |deadline| each(&some, deadline, |(prefix, _)| assert!(buddy.take(*prefix))),
                    |()| 0,
                )?;
                Some(sample.with_digest(free_digest(
                    buddy.blocks().map(|(first, size)| (first.to_u128(), size)),
                )))
            },
        );
        self.row(
            "alloc_specific",
            ("G3", Goal::TimeRatio(0.2)),
            "buddy, no values",
            times,
        )
    }

    fn free_list(&self) -> Row {
        // Both loaded in address order, so that neither walks memory in a random order.
        let taken = Occupancy::from_sorted(self.work.sorted.iter().copied()).expect("disjoint");
        let set: RangeSetBlaze<F::Key> = self.ranges().into_iter().collect();
        let pool = RangeSetBlaze::from_iter([self.work.pool.first()..=self.work.pool.last()]);
        let blocks = taken.free(self.work.pool).count();
        let sum = |sum: u128, first: u128, size: u8| sum.wrapping_add(first).rotate_left(u32::from(size));
        let times = duel(
            self.runs,
            blocks,
            || {
                let list = || {
                    let mut all = 0;
                    for block in taken.free(self.work.pool) {
                        all = sum(all, block.first().to_u128(), block.size_exponent());
                    }
                    all
                };
                timed(|_| Some(list()), |all| digest([all]))
            },
            || {
                let list = || {
                    let mut all = 0;
                    for gap in pool.ranges() - set.ranges() {
                        let (mut from, to) = gap.into_inner();
                        loop {
                            // The largest aligned block that starts here and fits.
                            let rest = to.wrapping_sub(from);
                            let room = match rest.checked_add(F::Key::ONE) {
                                Some(size) => F::BITS - 1 - size.high_zeros(),
                                None => F::BITS,
                            };
                            let size = from.low_zeros().min(room);
                            all = sum(all, from.to_u128(), size);
                            let last = from | F::Key::low_bits(size);
                            if last == to {
                                break;
                            }
                            from = last.wrapping_add(F::Key::ONE);
                        }
                    }
                    all
                };
                timed(|_| Some(list()), |all| digest([all]))
            },
        );
        self.row(
            "free_list",
            ("G6", Goal::TimeRatio(1.0 / 1.5)),
            "range-set-blaze + cover",
            times,
        )
    }

    fn overlap(&self) -> Row {
        // The claims, and for one in a hundred its /24 as a second claim around it.
        let mut items = self.work.shuffled.clone();
        items.extend(
            self.work
                .shuffled
                .iter()
                .step_by(100)
                .map(|(prefix, value)| (Prefix::truncating(prefix.first(), 24 + F::SHIFT), *value)),
        );
        let times = duel(
            self.runs,
            items.len(),
            || timed(|_| Some(count_overlaps(&items)), |count| count),
            || {
                let scan = || {
                    let mut ranges: Vec<_> = items
                        .iter()
                        .map(|(prefix, _)| (prefix.first(), std::cmp::Reverse(prefix.last())))
                        .collect();
                    ranges.sort_unstable();
                    let mut open: Vec<F::Key> = Vec::new();
                    let mut count = 0;
                    for (first, last) in ranges {
                        while open.last().is_some_and(|last| *last < first) {
                            open.pop();
                        }
                        count += open.len() as u64;
                        open.push(last.0);
                    }
                    count
                };
                timed(|_| Some(scan()), |count| count)
            },
        );
        self.row(
            "overlap",
            ("G9", Goal::TimeRatio(0.7)),
            "sort_unstable + scan",
            times,
        )
    }

    fn trie(&self) -> PrefixMap<(F::Key, u8), u32> {
        let mut trie = PrefixMap::new();
        for (prefix, value) in &self.work.shuffled {
            trie.insert((prefix.first(), prefix.len()), *value);
        }
        trie
    }

    fn lpm(&self) -> Row {
        let taken = self.aged();
        let trie = self.trie();
        let times = duel(
            self.runs,
            self.work.addresses.len(),
            || {
                let look_up = || {
                    self.work.addresses.iter().fold(0u64, |sum, addr| {
                        let found = taken.longest_match(*addr);
                        sum.rotate_left(1) ^ found.map_or(1 << 40, |(_, value)| u64::from(value))
                    })
                };
                timed(|_| Some(look_up()), |sum| sum)
            },
            || {
                let look_up = || {
                    self.work.addresses.iter().fold(0u64, |sum, addr| {
                        let found = trie.get_lpm(&(*addr, F::BITS));
                        sum.rotate_left(1) ^ found.map_or(1 << 40, |(_, value)| u64::from(*value))
                    })
                };
                timed(|_| Some(look_up()), |sum| sum)
            },
        );
        self.row("lpm", ("G5", Goal::TimeRatio(1.0)), "prefix-trie", times)
    }

    fn whatif(&self) -> Vec<Row> {
        let taken = self.aged();
        let buddy = self.aged_buddy();
        let trie = self.trie();
        let branch = duel(
            self.runs,
            1_000,
            || {
                timed(
                    |_| {
                        for _ in 0..1_000 {
                            black_box(black_box(&taken).clone());
                        }
                        Some(())
                    },
                    |()| 0,
                )
            },
            || timed(|_| Some(black_box(black_box(&trie).clone())), |_| 0),
        );
        // The peer cloned once, not a thousand times.
        let branch = (branch.0, branch.1.map(|time| time * 1_000.0));
        let (pool, len) = (self.work.pool, 26 + F::SHIFT);
        let count = self.hot_count();
        let requests = duel(
            self.runs,
            count,
            || {
                timed(
                    |_| {
                        let mut branch = taken.clone();
                        let mut places = Vec::with_capacity(count);
                        for value in 0..count {
                            places.push(branch.allocate(pool, len, Strategy::BestFit, value as u32)?);
                        }
                        Some((places, branch))
                    },
                    |(places, _)| digest(places.iter().map(|place| place.first().to_u128())),
                )
            },
            || {
                timed(
                    |_| {
                        let mut branch = buddy.clone();
                        let mut places = Vec::with_capacity(count);
                        for value in 0..count {
                            places.push(branch.best_fit(F::BITS - len, value as u32)?);
                        }
                        Some((places, branch))
                    },
                    |(places, _)| digest(places.iter().map(|place| place.to_u128())),
                )
            },
        );
        vec![
            self.row(
                "whatif: branch",
                ("G10", Goal::AtMost(1_000.0)),
                "clone prefix-trie",
                branch,
            ),
            self.row(
                "whatif: best fit",
                ("G10", Goal::AtMost(300.0)),
                "clone buddy, then best fit",
                requests,
            ),
        ]
    }

    /// How much of a random range is claimed.
    fn usage(&self) -> Row {
        let taken = self.aged();
        let queries: Vec<_> = self
            .work
            .addresses
            .chunks(2)
            .take(100_000)
            .filter_map(|pair| Range::<F>::new(pair[0].min(pair[1]), pair[0].max(pair[1])).ok())
            .collect();
        let prefix_sums: BTreeMap<F::Key, u128> = self
            .work
            .sorted
            .iter()
            .scan(0, |sum, (prefix, _)| {
                let before = *sum;
                *sum += prefix.count().to_u128().unwrap_or(0);
                Some((prefix.first(), before))
            })
            .collect();
        let up_to = |addr: F::Key| {
            let Some((first, before)) = prefix_sums.range(..=addr).next_back() else {
                return 0;
            };
            let size = taken
                .longest_match(*first)
                .map_or(0, |(prefix, _)| prefix.count().to_u128().unwrap_or(0));
            before + size.min(addr.wrapping_sub(*first).to_u128() + 1)
        };
        // Not a contest: the model knows that nothing changes. It is there to be equal.
        let times = duel(
            self.runs,
            queries.len(),
            || {
                let ask = || {
                    queries
                        .iter()
                        .map(|range| taken.claimed_in(*range).to_u128().unwrap_or(0))
                        .collect()
                };
                timed(|_| Some(ask()), |counts: Vec<u128>| digest(counts))
            },
            || {
                let ask = || {
                    let below = |addr: F::Key| {
                        if addr == F::Key::ZERO {
                            0
                        } else {
                            up_to(addr.wrapping_sub(F::Key::ONE))
                        }
                    };
                    queries
                        .iter()
                        .map(|range| up_to(range.last()) - below(range.first()))
                        .collect()
                };
                timed(|_| Some(ask()), |counts: Vec<u128>| digest(counts))
            },
        );
        self.row("usage", ("", Goal::None), "model: fixed prefix sums", times)
    }

    fn bytes(&self) -> Vec<Row> {
        let size = self.work.sorted.len();
        let per_claim = |bytes: usize| bytes as f64 / size as f64;
        let (aged, _aged) = bytes_of(|| self.aged());
        let (sorted, _sorted) = bytes_of(|| Occupancy::from_sorted(self.work.sorted.iter().copied()));
        let (trie, _trie) = bytes_of(|| self.trie());
        let (map, _map) = bytes_of(|| {
            let mut map = BTreeMap::new();
            for (prefix, value) in &self.work.shuffled {
                map.insert(prefix.first(), (prefix.len(), *value));
            }
            map
        });
        // The goals are for a million; a thousand claims fill few nodes.
        let most = if F::BITS == 32 { 15.0 } else { 21.0 };
        let goal = if size >= 100_000 {
            Goal::AtMost(most)
        } else {
            Goal::None
        };
        let row = |name, bytes, goal, peer_name, peer| Row {
            unit: "B",
            ..self.row(
                name,
                ("G8", goal),
                peer_name,
                (per_claim(bytes), Some(per_claim(peer))),
            )
        };
        vec![
            row("bytes: random order", aged, goal, "prefix-trie", trie),
            row("bytes: sorted load", sorted, goal, "BTreeMap, random order", map),
        ]
    }
}
