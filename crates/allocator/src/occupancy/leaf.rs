//! A leaf: up to `N` claims side by side, and how much room follows each.

use super::column::{Column, first_sharing, last_sharing, union_of, union_of_all};
use super::gap;
use crate::key::Key;

/// One claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Entry<K> {
    pub(super) start: K,
    pub(super) exponent: u8,
    pub(super) value: u32,
}

impl<K: Key> Entry<K> {
    #[inline]
    pub(super) fn last(self) -> K {
        self.start | K::low_bits(self.exponent)
    }

    /// Modulo two to the bits of the key: a claim of everything counts as zero.
    #[inline]
    pub(super) fn size(self) -> K {
        K::low_bits(self.exponent).wrapping_add(K::ONE)
    }
}

/// A gap between claims, both ends inside; not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap<K> {
    pub(super) from: K,
    pub(super) to: K,
}

impl<K: Key> Gap<K> {
    #[inline]
    pub(super) fn sizes(self) -> K {
        gap::sizes(self.from, self.to)
    }

    /// What of it lies in `low..=high`.
    #[inline]
    pub(super) fn clipped(self, low: K, high: K) -> Option<Gap<K>> {
        let (from, to) = (self.from.max(low), self.to.min(high));
        (from <= to).then_some(Gap { from, to })
    }
}

/// Up to `N` claims in address order. To each belongs the gap that follows it, up to the next claim, be that in this
/// leaf or the next one: so claims can move between leaves and take what is known of their gap along.
///
/// **Invariant**: `hints[i]` is the [`gap::hint`] of the gap behind claim `i`, with a base at or below the smallest
/// claim's exponent; behind `len`, `starts` holds [`Key::MAX`] and `hints` 0.
///
/// A gap between claims has no block smaller than the smaller of the two. So with the smallest claim as base, hints
/// tell the sizes from that claim's up to 64 times as large apart; where claims differ more, searches for larger
/// blocks look at gaps that turn out not to have them.
///
/// A lookup first compares every eighth start: of the lines that hold them the processor fetches all at once, and only
/// the exponent and the value wait for the result. (Copies of those starts in one line made it slower: one more line
/// to wait for.)
#[derive(Clone, Debug)]
#[repr(C)]
pub(super) struct Leaf<K: Key, const N: usize> {
    starts: K::Column<N>,
    len: u32,
    base: u8,
    exponents: [u8; N],
    hints: [u8; N],
    values: [u32; N],
}

impl<K: Key, const N: usize> Leaf<K, N> {
    pub(super) fn new() -> Self {
        Leaf {
            starts: K::Column::filled(K::MAX),
            values: [0; N],
            exponents: [0; N],
            hints: [0; N],
            base: K::BITS,
            len: 0,
        }
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len as usize
    }

    #[inline]
    pub(super) fn start(&self, at: usize) -> K {
        self.starts.get(at)
    }

    #[inline]
    pub(super) fn last(&self, at: usize) -> K {
        self.starts.get(at) | K::low_bits(self.exponents[at])
    }

    #[inline]
    pub(super) fn entry(&self, at: usize) -> Entry<K> {
        Entry {
            start: self.starts.get(at),
            exponent: self.exponents[at],
            value: self.values[at],
        }
    }

    pub(super) fn set_value(&mut self, at: usize, value: u32) -> u32 {
        core::mem::replace(&mut self.values[at], value)
    }

    /// How many claims start at or before the key.
    #[inline]
    pub(super) fn rank(&self, key: K) -> usize {
        self.starts.rank(self.len(), key)
    }

    /// The gap behind a claim; `bound` is the last address before the next leaf's first claim.
    #[inline]
    pub(super) fn gap(&self, at: usize, bound: K) -> Option<Gap<K>> {
        let last = self.last(at);
        let to = if at + 1 < self.len() {
            self.start(at + 1).wrapping_sub(K::ONE)
        } else {
            bound
        };
        (last < to).then(|| Gap {
            from: last.wrapping_add(K::ONE),
            to,
        })
    }

    #[inline]
    fn sizes(&self, at: usize, bound: K) -> K {
        self.gap(at, bound).map_or(K::ZERO, Gap::sizes)
    }

    /// Adds a claim at the end; its gap is measured later, with [`Leaf::measure`].
    #[inline]
    pub(super) fn push(&mut self, entry: Entry<K>) {
        let at = self.len();
        self.place(at, entry, 0);
        self.len += 1;
        if entry.exponent < self.base {
            self.base = entry.exponent;
            for before in 0..at {
                self.measure(before, K::MAX);
            }
        }
    }

    /// Changes the base and measures all gaps afresh.
    fn set_base(&mut self, base: u8, bound: K) {
        self.base = base;
        for at in 0..self.len() {
            self.measure(at, bound);
        }
    }

    /// Raises the base if all claims are much larger: after a split, what lowered it may be in the other half.
    pub(super) fn raise_base(&mut self, bound: K) {
        let smallest = self.exponents[..self.len()]
            .iter()
            .copied()
            .min()
            .unwrap_or(K::BITS);
        if smallest > self.base + 3 {
            self.set_base(smallest, bound);
        }
    }

    /// Measures the gap behind a claim afresh.
    #[inline]
    pub(super) fn measure(&mut self, at: usize, bound: K) -> K {
        let sizes = self.sizes(at, bound);
        self.hints[at] = gap::hint(sizes, self.base);
        sizes
    }

    /// Puts a claim at `at`. `mask` is what sizes were free in this leaf before; returns what is free after.
    #[inline]
    pub(super) fn insert(&mut self, at: usize, entry: Entry<K>, bound: K, mask: K) -> K {
        let before = if at > 0 {
            self.sizes(at - 1, bound)
        } else {
            K::ZERO
        };
        let len = self.len();
        self.starts.insert(len, at, entry.start);
        self.exponents.copy_within(at..len, at + 1);
        self.exponents[at] = entry.exponent;
        self.hints.copy_within(at..len, at + 1);
        self.values.copy_within(at..len, at + 1);
        self.values[at] = entry.value;
        self.len += 1;
        if entry.exponent < self.base {
            self.set_base(entry.exponent, bound);
        }
        let mut after = self.measure(at, bound);
        if at > 0 {
            after = after | self.measure(at - 1, bound);
        }
        self.exchange(bound, mask, before, after)
    }

    /// Takes out a claim; returns what is free after. The gap of the first claim goes to the leaf before.
    #[inline]
    pub(super) fn remove(&mut self, at: usize, bound: K, mask: K) -> K {
        let mut before = self.sizes(at, bound);
        if at > 0 {
            before = before | self.sizes(at - 1, bound);
        }
        let len = self.len();
        self.starts.remove(len, at, K::MAX);
        self.exponents.copy_within(at + 1..len, at);
        self.hints.copy_within(at + 1..len, at);
        self.hints[len - 1] = 0;
        self.values.copy_within(at + 1..len, at);
        self.len -= 1;
        let after = if at > 0 {
            self.measure(at - 1, bound)
        } else {
            K::ZERO
        };
        self.exchange(bound, mask, before, after)
    }

    /// Measures the gap behind a claim afresh, which used to end at `before`; returns what is free then.
    pub(super) fn remeasure(&mut self, at: usize, bound: K, before: K, mask: K) -> K {
        let last = self.last(at);
        let old = if last < before {
            gap::sizes(last.wrapping_add(K::ONE), before)
        } else {
            K::ZERO
        };
        let new = self.measure(at, bound);
        self.exchange(bound, mask, old, new)
    }

    /// What is free once gaps with the sizes `before` have become gaps with the sizes `after`.
    #[inline]
    fn exchange(&self, bound: K, mask: K, before: K, after: K) -> K {
        let lost = before & !after;
        if lost == K::ZERO {
            return mask | after;
        }
        (mask & !lost) | after | self.some_of(0, self.len(), bound, lost)
    }

    /// Which of the sizes in `want` occur in the gaps `from..to`.
    #[inline]
    pub(super) fn some_of(&self, from: usize, to: usize, bound: K, want: K) -> K {
        let all = if from == 0 && to == self.len() {
            union_of_all(&self.hints)
        } else {
            union_of(&self.hints, from, to)
        };
        let (exact, told) = gap::exactly::<K>(all, self.base);
        let untold = want & !told;
        let found = exact & want;
        if untold == K::ZERO || all < 0x80 {
            found
        } else {
            found | self.untold_of(from, to, bound, untold)
        }
    }

    /// Which of the sizes in `want`, about which hints say nothing certain, occur in the gaps `from..to`.
    #[inline(never)]
    fn untold_of(&self, from: usize, to: usize, bound: K, want: K) -> K {
        let mut found = K::ZERO;
        let mut next = from;
        while let Some(at) = first_sharing(&self.hints, next, 0x80).filter(|at| *at < to) {
            found = found | (self.sizes(at, bound) & want);
            if found == want {
                break;
            }
            next = at + 1;
        }
        found
    }

    /// The first of the gaps `from..to` in which some size of `want` occurs.
    #[inline]
    pub(super) fn first_with(&self, from: usize, to: usize, bound: K, want: K) -> Option<(usize, Gap<K>)> {
        let hint = gap::hint(want, self.base);
        let mut next = from;
        while let Some(at) = first_sharing(&self.hints, next, hint).filter(|at| *at < to) {
            if let Some(gap) = self.gap(at, bound)
                && (gap.sizes() & want) != K::ZERO
            {
                return Some((at, gap));
            }
            next = at + 1;
        }
        None
    }

    /// The last of the gaps `from..to` in which some size of `want` occurs.
    #[inline]
    pub(super) fn last_with(&self, from: usize, to: usize, bound: K, want: K) -> Option<(usize, Gap<K>)> {
        let hint = gap::hint(want, self.base);
        let mut end = to;
        while let Some(at) = last_sharing(&self.hints, from, end, hint) {
            if let Some(gap) = self.gap(at, bound)
                && (gap.sizes() & want) != K::ZERO
            {
                return Some((at, gap));
            }
            end = at;
        }
        None
    }

    /// All sizes that are free in this leaf, counted afresh.
    pub(super) fn mask(&self, bound: K) -> K {
        self.some_of(0, self.len(), bound, K::MAX)
    }

    /// How many addresses are claimed here, modulo two to the bits of the key.
    pub(super) fn claimed(&self) -> K {
        (0..self.len()).fold(K::ZERO, |sum, at| sum.wrapping_add(self.entry(at).size()))
    }

    /// Moves the claims from `from` on to the front of `right`, which has room for them. `bound` is that of `right`.
    pub(super) fn move_tail(&mut self, from: usize, right: &mut Self, bound: K) {
        let moved = self.len() - from;
        let old = right.len();
        for at in (0..old).rev() {
            right.place(at + moved, right.entry(at), right.hints[at]);
        }
        for at in 0..moved {
            right.place(at, self.entry(from + at), self.hints[from + at]);
        }
        right.len += moved as u32;
        self.truncate(from);
        if old == 0 {
            right.base = self.base;
        } else {
            right.adopt_base(self.base, bound);
        }
    }

    /// Moves the first `count` claims of `right` to the end of this leaf, which has room for them. `bound` is that of
    /// `right`, or of this leaf if `right` is emptied.
    pub(super) fn take_head(&mut self, count: usize, right: &mut Self, bound: K) {
        let old = self.len();
        for at in 0..count {
            self.place(old + at, right.entry(at), right.hints[at]);
        }
        self.len += count as u32;
        let left = right.len() - count;
        for at in 0..left {
            right.place(at, right.entry(at + count), right.hints[at + count]);
        }
        right.truncate(left);
        self.adopt_base(
            right.base,
            if left > 0 {
                right.start(0).wrapping_sub(K::ONE)
            } else {
                bound
            },
        );
    }

    /// After hints with another base came in: agrees on the lower one.
    fn adopt_base(&mut self, other: u8, bound: K) {
        if other != self.base {
            self.set_base(self.base.min(other), bound);
        }
    }

    fn place(&mut self, at: usize, entry: Entry<K>, hint: u8) {
        self.starts.set(at, entry.start);
        self.exponents[at] = entry.exponent;
        self.values[at] = entry.value;
        self.hints[at] = hint;
    }

    fn truncate(&mut self, len: usize) {
        let end = self.len();
        self.starts.fill(len, end, K::MAX);
        self.hints[len..end].fill(0);
        self.len = len as u32;
    }

    #[cfg(test)]
    pub(super) fn check(&self, bound: K) {
        for at in 0..N {
            if at < self.len() {
                assert_eq!(self.hints[at], gap::hint(self.sizes(at, bound), self.base));
                assert!(self.base <= self.exponents[at]);
                assert!(at == 0 || self.last(at - 1) < self.start(at));
            } else {
                assert_eq!(self.hints[at], 0);
                assert!(self.starts.rank(N, K::MAX.shifted_right(1)) <= self.len());
            }
        }
    }
}
