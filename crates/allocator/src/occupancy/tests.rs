//! The tree against the naive model: every state of small universes, and long seeded walks.

use alloc::vec::Vec;

use super::model::Model;
use super::{Occupancy, Overlap};
use crate::{Count, Family, Key, Prefix, Range, Strategy, V4, V6, V8};

const STRATEGIES: [Strategy; 4] = [
    Strategy::FirstFit,
    Strategy::BestFit,
    Strategy::FromEnd,
    Strategy::Sparse,
];

/// SplitMix64: a fixed sequence per seed.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn key<K: Key>(&mut self) -> K {
        K::from_u128((u128::from(self.next()) << 64) | u128::from(self.next()))
    }
}

fn assert_same_claims<F: Family, const N: usize>(tree: &Occupancy<F, N>, model: &Model<F>) {
    tree.check();
    assert_eq!(tree.len(), model.len());
    assert!(tree.iter().eq(model.iter()));
}

fn assert_same_answers<F: Family, const N: usize>(
    tree: &Occupancy<F, N>,
    model: &Model<F>,
    within: Prefix<F>,
    target: Range<F>,
    lens: impl Iterator<Item = u8>,
) {
    assert!(
        tree.free(within).eq(model.free(within)),
        "free in {within} of {tree:?}"
    );
    let capacity = tree.free_capacity(within);
    let blocks = model.blocks(within);
    assert!((0..=F::BITS).all(|len| capacity.blocks(len) == blocks[usize::from(len)]));
    assert_eq!(
        tree.largest_free(within),
        model.largest_free(within),
        "largest in {within} of {tree:?}"
    );
    assert!(tree.overlapping(target).eq(model.overlapping(target)));
    assert_eq!(
        tree.claimed_in(target),
        model.claimed_in(target),
        "claimed in {target} of {tree:?}"
    );
    assert_eq!(
        tree.longest_match(target.first()),
        model.longest_match(target.first())
    );
    assert_eq!(
        tree.longest_match(target.last()),
        model.longest_match(target.last())
    );
    for len in lens {
        for strategy in STRATEGIES {
            let (found, expected) = (
                tree.find(within, len, strategy),
                model.find(within, len, strategy),
            );
            assert_eq!(found, expected, "{strategy:?} /{len} in {within} of {tree:?}");
            let found = tree.find_in(within, target, len, strategy);
            let expected = model.find_in(within, target, len, strategy);
            assert_eq!(
                found, expected,
                "{strategy:?} /{len} in {within} and {target} of {tree:?}"
            );
        }
    }
}

fn all_prefixes(within: Prefix<V8>, longest: u8) -> Vec<Prefix<V8>> {
    let mut found = alloc::vec![within];
    let mut next = 0;
    while let Some(prefix) = found.get(next) {
        if let Some((low, high)) = prefix.halves().filter(|_| prefix.len() < longest) {
            found.extend([low, high]);
        }
        next += 1;
    }
    found
}

/// Every set of disjoint prefixes no longer than /3 of the whole tiny family: all are reached, and every query is
/// asked in every window.
#[test]
fn every_state_of_eight_blocks() {
    let prefixes = all_prefixes(Prefix::ALL, 3);
    let ends: Vec<u8> = (0..=255).filter(|end| matches!(end % 32, 0 | 13 | 31)).collect();
    // Disjoint sets, grown from each other, each once: prefixes are added in rising order of position.
    let mut states: Vec<(Vec<Prefix<V8>>, u16)> = alloc::vec![(Vec::new(), 0)];
    let mut count = 0;
    while let Some((state, from)) = states.pop() {
        count += 1;
        let mut tree = Occupancy::<V8, 4>::default();
        let mut model = Model::default();
        for (value, prefix) in state.iter().rev().enumerate() {
            tree.claim(*prefix, value as u32).unwrap();
            model.claim(*prefix, value as u32).unwrap();
        }
        assert_same_claims(&tree, &model);
        for (at, within) in prefixes.iter().enumerate() {
            let first = ends[(at * 5 + count) % ends.len()];
            let last = ends[(at * 11 + count * 3) % ends.len()];
            let target = Range::new(first.min(last), first.max(last)).unwrap();
            // All lengths over neighbouring states; each time some that fit, and one that cannot.
            let lens = [count as u8 % 4, 4 + count as u8 % 5, within.len() + 1]
                .into_iter()
                .filter(|len| *len <= 8);
            assert_same_answers(&tree, &model, *within, target, lens);
            assert_eq!(tree.clone().claim(*within, 9), model.clone().claim(*within, 9));
            assert_eq!(tree.get(*within), model.get(*within));
        }
        for prefix in prefixes.iter().filter(|prefix| u16::from(prefix.first()) >= from) {
            let mut more = state.clone();
            more.push(*prefix);
            states.push((more, u16::from(prefix.last()) + 1));
        }
    }
    // f(0) = 2, f(n) = f(n-1)^2 + 1: 2, 5, 26, 677.
    assert_eq!(count, 677);
}

/// Every subset of twelve single addresses at the very top of the space, built in two orders and taken apart again.
#[test]
fn every_subset_of_the_last_twelve_addresses() {
    let within = Prefix::<V8>::truncating(255, 4);
    for subset in 0..1u32 << 12 {
        let hosts = (0..12u8)
            .filter(|at| subset >> at & 1 == 1)
            .map(|at| Prefix::<V8>::host(244 + at));
        let sorted =
            Occupancy::<V8, 4>::with_fanout_from_sorted(hosts.clone().map(|host| (host, 1))).unwrap();
        let mut grown = Occupancy::<V8, 4>::default();
        let mut model = Model::default();
        for host in hosts.clone().rev() {
            grown.claim(host, 1).unwrap();
            model.claim(host, 1).unwrap();
        }
        grown.check();
        sorted.check();
        assert_eq!(grown, sorted);
        assert!(grown.free(within).eq(model.free(within)));
        for strategy in STRATEGIES {
            for len in 4..=8 {
                assert_eq!(
                    grown.find(within, len, strategy),
                    model.find(within, len, strategy)
                );
            }
        }
        for host in hosts.step_by(2) {
            assert_eq!(grown.release(host), model.release(host));
        }
        assert_same_claims(&grown, &model);
    }
}

/// Steps like a workspace's: claims, allocations by every strategy, releases, values, and what-if branches.
fn walk<F: Family, const N: usize>(
    seed: u64,
    steps: u32,
    pool: Prefix<F>,
    lens: core::ops::RangeInclusive<u8>,
) {
    let mut random = Random(seed);
    let mut tree = Occupancy::<F, N>::default();
    let mut model = Model::<F>::default();
    let span = u64::from(lens.end() - lens.start()) + 1;
    for step in 0..steps {
        // Phases of growth and of decline, so that nodes split and join.
        let growing = (step / (steps / 6).max(1)).is_multiple_of(2);
        let len = lens.start() + random.below(span) as u8;
        let inside = pool.first() | (random.key::<F::Key>() & F::Key::low_bits(pool.size_exponent()));
        let prefix = Prefix::truncating(inside, len);
        match random.below(if growing { 8 } else { 14 }) {
            0..=3 => assert_eq!(tree.claim(prefix, step), model.claim(prefix, step)),
            4..=6 => {
                let strategy = STRATEGIES[random.below(4) as usize];
                let within = Prefix::truncating(inside, random.below(u64::from(len) + 1) as u8);
                let expected = model.find(within, len, strategy);
                let mut branch = tree.clone();
                assert_eq!(branch.allocate(within, len, strategy, step), expected);
                assert_eq!(tree.len(), model.len(), "a branch leaves its origin alone");
                if let Some(expected) = expected {
                    model.claim(expected, step).unwrap();
                    tree = branch;
                }
            }
            _ => {
                let exact = model.at_or_after(inside).unwrap_or(prefix);
                match random.below(8) {
                    0 => assert_eq!(tree.set_value(exact, step), model.set_value(exact, step)),
                    1 => assert_eq!(tree.release(prefix), model.release(prefix)),
                    _ => assert_eq!(tree.release(exact), model.release(exact)),
                }
            }
        }
        if step % 64 == 0 || model.len() < 6 {
            let other = pool.first() | (random.key::<F::Key>() & F::Key::low_bits(pool.size_exponent()));
            let target = Range::new(inside.min(other), inside.max(other)).unwrap();
            let within = Prefix::truncating(inside, random.below(u64::from(len) + 1) as u8);
            assert_same_answers(
                &tree,
                &model,
                within,
                target,
                [len, pool.len(), F::BITS].into_iter(),
            );
            assert_same_answers(
                &tree,
                &model,
                Prefix::ALL,
                target,
                [len, pool.len(), 0].into_iter(),
            );
            assert_same_claims(&tree, &model);
        }
    }
    let sorted = Occupancy::<F, N>::with_fanout_from_sorted(model.iter()).unwrap();
    sorted.check();
    assert_eq!(sorted, tree);
    let left: Vec<_> = model.iter().collect();
    for (prefix, value) in left.into_iter().rev() {
        assert_eq!(tree.release(prefix), Some(value));
    }
    tree.check();
    assert!(tree.is_empty());
}

#[test]
fn long_walks_in_the_tiny_family() {
    for seed in 0..8 {
        walk::<V8, 4>(seed, 1_500, Prefix::ALL, 0..=8);
        walk::<V8, 4>(seed, 1_500, Prefix::ALL, 7..=8);
        walk::<V8, 9>(seed, 1_500, Prefix::ALL, 6..=8);
    }
}

#[test]
fn long_walks_in_ipv4() {
    let pool = "192.0.0.0/3".parse().unwrap();
    walk::<V4, 64>(1, 5_000, pool, 20..=30);
    walk::<V4, 64>(2, 5_000, "255.255.128.0/17".parse().unwrap(), 27..=32);
    walk::<V4, 4>(3, 3_000, pool, 12..=32);
    walk::<V4, 8>(4, 3_000, Prefix::ALL, 8..=20);
}

#[test]
fn long_walks_in_ipv6() {
    // Only up to /64, around /64, and hosts: the three ways in which nodes store 128-bit numbers.
    walk::<V6, 64>(5, 4_000, "2001:db8::/44".parse().unwrap(), 48..=64);
    walk::<V6, 64>(6, 4_000, "2001:db8::/52".parse().unwrap(), 60..=70);
    walk::<V6, 8>(
        7,
        6_000,
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:0/112".parse().unwrap(),
        118..=128,
    );
    walk::<V6, 4>(8, 3_000, Prefix::ALL, 2..=128);
}

#[test]
fn everything_is_one_claim() {
    fn everything<F: Family>() {
        let mut taken = Occupancy::<F>::default();
        for strategy in STRATEGIES {
            assert_eq!(taken.find(Prefix::ALL, 0, strategy), Some(Prefix::ALL));
        }
        assert_eq!(taken.largest_free(Prefix::ALL), Some(Prefix::ALL));
        assert_eq!(taken.free_capacity(Prefix::ALL).addresses(), Count::pow2(F::BITS));
        taken.claim(Prefix::ALL, 1).unwrap();
        assert_eq!(taken.claimed_in(Range::ALL), Count::pow2(F::BITS));
        assert_eq!(taken.free(Prefix::ALL).next(), None);
        assert_eq!(taken.largest_free(Prefix::ALL), None);
        let host = Prefix::host(F::Key::MAX);
        assert_eq!(
            taken.claim(host, 2),
            Err(Overlap {
                prefix: Prefix::ALL,
                value: 1
            })
        );
        assert_eq!(taken.release(Prefix::ALL), Some(1));
        taken.claim(host, 2).unwrap();
        assert_eq!(taken.claimed_in(host.range()), Count::ONE);
        assert_eq!(taken.find(Prefix::ALL, 0, Strategy::BestFit), None);
        assert_eq!(taken.free(Prefix::ALL).count(), usize::from(F::BITS));
        assert_eq!(taken.find(host, F::BITS, Strategy::FromEnd), None);
        let (low, high) = Prefix::ALL.halves().unwrap();
        assert_eq!(
            taken.claim(high, 3),
            Err(Overlap {
                prefix: host,
                value: 2
            })
        );
        taken.claim(low, 3).unwrap();
        taken.release(host).unwrap();
        taken.claim(high, 4).unwrap();
        assert_eq!(taken.claimed_in(Range::ALL), Count::pow2(F::BITS));
    }
    everything::<V8>();
    everything::<V4>();
    everything::<V6>();
}

#[test]
fn sparse_halves_the_largest_block() {
    let pool: Prefix<V4> = "10.0.0.0/24".parse().unwrap();
    let mut taken = Occupancy::new();
    let placed: Vec<_> = (0..5)
        .map(|n| taken.allocate(pool, 28, Strategy::Sparse, n).unwrap().to_string())
        .collect();
    assert_eq!(
        placed,
        [
            "10.0.0.0/28",
            "10.0.0.192/28",
            "10.0.0.96/28",
            "10.0.0.160/28",
            "10.0.0.48/28"
        ]
    );
}

#[test]
fn ascending_claims_fill_their_nodes() {
    let mut taken = Occupancy::new();
    for n in 0..64 * 64u32 {
        taken.claim(Prefix::<V4>::host(n * 2), n).unwrap();
    }
    assert_eq!(taken.nodes(), 64 + 1);
}

// What only tests ask of the types under test.

impl<F: Family, const N: usize> Occupancy<F, N> {
    fn check(&self) {
        self.tree_for_tests().check();
    }

    fn nodes(&self) -> usize {
        self.tree_for_tests().nodes()
    }
}

impl<F: Family> Model<F> {
    /// Some claim near the key.
    fn at_or_after(&self, key: F::Key) -> Option<Prefix<F>> {
        let rest = Range::new(key, F::Key::MAX).ok()?;
        let found = self.overlapping(rest).next();
        found.or_else(|| self.iter().next()).map(|(prefix, _)| prefix)
    }
}
