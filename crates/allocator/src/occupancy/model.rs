//! The naive model that the tree is compared with: a sorted map and straightforward loops.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::Overlap;
use crate::count::Count;
use crate::family::Family;
use crate::key::Key;
use crate::prefix::Prefix;
use crate::range::Range;
use crate::strategy::Strategy;

#[derive(Clone, Debug, Default)]
pub(super) struct Model<F: Family> {
    map: BTreeMap<F::Key, (u8, u32)>,
}

impl<F: Family> Model<F> {
    pub(super) fn len(&self) -> usize {
        self.map.len()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Prefix<F>, u32)> + '_ {
        self.map
            .iter()
            .map(|(first, (len, value))| (Prefix::truncating(*first, *len), *value))
    }

    pub(super) fn get(&self, prefix: Prefix<F>) -> Option<u32> {
        self.map
            .get(&prefix.first())
            .filter(|(len, _)| *len == prefix.len())
            .map(|(_, value)| *value)
    }

    pub(super) fn claim(&mut self, prefix: Prefix<F>, value: u32) -> Result<(), Overlap<F>> {
        if let Some((prefix, value)) = self.overlapping(prefix.range()).next() {
            return Err(Overlap { prefix, value });
        }
        self.map.insert(prefix.first(), (prefix.len(), value));
        Ok(())
    }

    pub(super) fn set_value(&mut self, prefix: Prefix<F>, value: u32) -> Option<u32> {
        let before = self.get(prefix)?;
        self.map.insert(prefix.first(), (prefix.len(), value));
        Some(before)
    }

    pub(super) fn release(&mut self, prefix: Prefix<F>) -> Option<u32> {
        let value = self.get(prefix)?;
        self.map.remove(&prefix.first());
        Some(value)
    }

    pub(super) fn longest_match(&self, addr: F::Key) -> Option<(Prefix<F>, u32)> {
        let (first, (len, value)) = self.map.range(..=addr).next_back()?;
        let prefix = Prefix::truncating(*first, *len);
        prefix.contains_addr(addr).then_some((prefix, *value))
    }

    pub(super) fn overlapping(&self, range: Range<F>) -> impl Iterator<Item = (Prefix<F>, u32)> + '_ {
        let from = self
            .longest_match(range.first())
            .map_or(range.first(), |(prefix, _)| prefix.first());
        self.map
            .range(from..=range.last())
            .map(|(first, (len, value))| (Prefix::truncating(*first, *len), *value))
    }

    pub(super) fn gaps(&self, window: Range<F>) -> Vec<Range<F>> {
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

    pub(super) fn free(&self, within: Prefix<F>) -> impl Iterator<Item = Prefix<F>> + '_ {
        self.gaps(within.range()).into_iter().flat_map(Range::prefixes)
    }

    pub(super) fn blocks(&self, within: Prefix<F>) -> Vec<u64> {
        let mut blocks = alloc::vec![0; usize::from(F::BITS) + 1];
        for block in self.free(within) {
            blocks[usize::from(block.len())] += 1;
        }
        blocks
    }

    pub(super) fn largest_free(&self, within: Prefix<F>) -> Option<Prefix<F>> {
        self.free(within).min_by_key(|block| block.len())
    }

    pub(super) fn claimed_in(&self, range: Range<F>) -> Count {
        self.overlapping(range)
            .filter_map(|(prefix, _)| range.intersection(prefix))
            .map(Range::count)
            .sum()
    }

    pub(super) fn find(&self, within: Prefix<F>, len: u8, strategy: Strategy) -> Option<Prefix<F>> {
        self.find_in(within, within.range(), len, strategy)
    }

    pub(super) fn find_in(
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
