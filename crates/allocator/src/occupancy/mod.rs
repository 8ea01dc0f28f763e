//! Who occupies what: a set of disjoint claimed prefixes, and the free space between them.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;

use crate::count::Count;
use crate::family::Family;
use crate::key::Key;
use crate::prefix::Prefix;
use crate::range::Range;
use crate::strategy::Strategy;

/// A set of disjoint claimed prefixes, each with a `u32` value of the caller's choosing.
#[derive(Clone, Debug, Default)]
pub struct Occupancy<F: Family> {
    map: Arc<BTreeMap<F::Key, (u8, u32)>>,
}

/// A claim that stands in the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap<F: Family> {
    /// The claimed prefix that was met first, in address order.
    pub prefix: Prefix<F>,
    /// Its value.
    pub value: u32,
}

impl<F: Family> fmt::Display for Overlap<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "overlaps {}", self.prefix)
    }
}

impl<F: Family> core::error::Error for Overlap<F> {}

/// How much fits into free space, by block size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeCapacity<F: Family> {
    blocks: Vec<u128>,
    family: core::marker::PhantomData<F>,
}

impl<F: Family> FreeCapacity<F> {
    /// How many maximal free blocks have exactly this prefix length.
    pub fn blocks(&self, len: u8) -> u64 {
        self.blocks.get(usize::from(len)).map_or(0, |n| *n as u64)
    }

    /// How many disjoint prefixes of this length still fit.
    pub fn capacity(&self, len: u8) -> Count {
        (0..=len.min(F::BITS))
            .map(|l| {
                Count::new(self.blocks[usize::from(l)])
                    .checked_mul_pow2(len - l)
                    .unwrap_or(Count::MAX)
            })
            .sum()
    }
}

impl<F: Family> Occupancy<F> {
    /// Nothing claimed.
    pub fn new() -> Self {
        Occupancy::default()
    }

    /// Claims many prefixes at once, given in address order.
    ///
    /// # Errors
    /// [`Overlap`] naming the earlier of two that intersect or are out of order.
    pub fn from_sorted(items: impl IntoIterator<Item = (Prefix<F>, u32)>) -> Result<Self, Overlap<F>> {
        let mut all = Occupancy::new();
        for (prefix, value) in items {
            all.claim(prefix, value)?;
        }
        Ok(all)
    }

    /// How many prefixes are claimed.
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether nothing is claimed.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// The claimed prefixes in address order.
    pub fn iter(&self) -> impl Iterator<Item = (Prefix<F>, u32)> + '_ {
        self.map
            .iter()
            .map(|(first, (len, value))| (Prefix::truncating(*first, *len), *value))
    }

    /// The value of exactly this prefix.
    pub fn get(&self, prefix: Prefix<F>) -> Option<u32> {
        self.map
            .get(&prefix.first())
            .filter(|(len, _)| *len == prefix.len())
            .map(|(_, value)| *value)
    }

    /// Claims a prefix.
    ///
    /// # Errors
    /// [`Overlap`] naming the first claim in the way.
    pub fn claim(&mut self, prefix: Prefix<F>, value: u32) -> Result<(), Overlap<F>> {
        if let Some((prefix, value)) = self.overlapping(prefix.range()).next() {
            return Err(Overlap { prefix, value });
        }
        Arc::make_mut(&mut self.map).insert(prefix.first(), (prefix.len(), value));
        Ok(())
    }

    /// Replaces the value of exactly this prefix and returns the one before.
    pub fn set_value(&mut self, prefix: Prefix<F>, value: u32) -> Option<u32> {
        let before = self.get(prefix)?;
        Arc::make_mut(&mut self.map).insert(prefix.first(), (prefix.len(), value));
        Some(before)
    }

    /// Releases exactly this prefix and returns its value.
    pub fn release(&mut self, prefix: Prefix<F>) -> Option<u32> {
        let value = self.get(prefix)?;
        Arc::make_mut(&mut self.map).remove(&prefix.first());
        Some(value)
    }

    /// The claim that contains an address.
    pub fn longest_match(&self, addr: F::Key) -> Option<(Prefix<F>, u32)> {
        let (first, (len, value)) = self.map.range(..=addr).next_back()?;
        let prefix = Prefix::truncating(*first, *len);
        prefix.contains_addr(addr).then_some((prefix, *value))
    }

    /// The claims that share an address with the range, in address order.
    pub fn overlapping(&self, range: Range<F>) -> impl Iterator<Item = (Prefix<F>, u32)> + '_ {
        let from = self
            .longest_match(range.first())
            .map_or(range.first(), |(prefix, _)| prefix.first());
        self.map
            .range(from..=range.last())
            .map(|(first, (len, value))| (Prefix::truncating(*first, *len), *value))
    }

    fn gaps(&self, window: Range<F>) -> Vec<Range<F>> {
        let mut gaps = Vec::new();
        let mut next = Some(window.first());
        for (prefix, _) in self.overlapping(window) {
            if let Some(from) = next
                && from < prefix.first()
                && let Ok(gap) = Range::new(from, prefix.first().wrapping_sub(F::Key::ONE))
            {
                gaps.push(gap);
            }
            next = prefix.last().checked_add(F::Key::ONE);
        }
        gaps.extend(next.and_then(|from| Range::new(from, window.last()).ok()));
        gaps
    }

    /// The maximal free prefixes inside `within`, in address order.
    pub fn free(&self, within: Prefix<F>) -> impl Iterator<Item = Prefix<F>> + '_ {
        self.gaps(within.range()).into_iter().flat_map(Range::prefixes)
    }

    /// How much fits into the free space of `within`.
    pub fn free_capacity(&self, within: Prefix<F>) -> FreeCapacity<F> {
        let mut blocks = alloc::vec![0; usize::from(F::BITS) + 1];
        for block in self.free(within) {
            blocks[usize::from(block.len())] += 1;
        }
        FreeCapacity {
            blocks,
            family: core::marker::PhantomData,
        }
    }

    /// The largest free block inside `within`, the lowest of them.
    pub fn largest_free(&self, within: Prefix<F>) -> Option<Prefix<F>> {
        self.free(within).min_by_key(|block| block.len())
    }

    /// How many addresses of the range are claimed.
    pub fn claimed_in(&self, range: Range<F>) -> Count {
        self.overlapping(range)
            .filter_map(|(prefix, _)| range.intersection(prefix))
            .map(Range::count)
            .sum()
    }

    /// Where a prefix of `len` bits would go. Nothing is claimed.
    pub fn find(&self, within: Prefix<F>, len: u8, strategy: Strategy) -> Option<Prefix<F>> {
        self.find_in(within, within.range(), len, strategy)
    }

    /// Like [`Occupancy::find`], only inside `target`.
    pub fn find_in(
        &self,
        within: Prefix<F>,
        target: Range<F>,
        len: u8,
        strategy: Strategy,
    ) -> Option<Prefix<F>> {
        if len > F::BITS {
            return None;
        }
        let window = target.intersection(within)?;
        let gaps = self.gaps(window);
        let untouched = gaps.len() == 1 && gaps[0] == window;
        let mut fitting = gaps
            .into_iter()
            .flat_map(Range::prefixes)
            .filter(|block| block.len() <= len);
        let start = |block: Prefix<F>| Prefix::truncating(block.first(), len);
        match strategy {
            Strategy::FirstFit => fitting.next().map(start),
            Strategy::BestFit => fitting.min_by_key(|block| u8::MAX - block.len()).map(start),
            Strategy::FromEnd => fitting.last().map(|block| Prefix::truncating(block.last(), len)),
            Strategy::Sparse if untouched => fitting.next().map(start),
            Strategy::Sparse => fitting
                .min_by_key(|block| block.len())
                .map(|block| match block.halves() {
                    Some((_, upper)) if block.len() < len => start(upper),
                    _ => start(block),
                }),
        }
    }
}
