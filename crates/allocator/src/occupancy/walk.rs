//! Walking over claims and gaps in address order.
//!
//! Without a stack: at a leaf's end the bound says where the next leaf starts, and one descent per leaf finds it.

use core::iter::FusedIterator;

use super::leaf::{Entry, Gap, Leaf};
use super::tree::Tree;
use super::{find::Window, gap};
use crate::key::Key;

/// The claims that share an address with a window.
#[derive(Clone, Debug)]
pub(super) struct Claims<'a, K: Key, const N: usize> {
    tree: &'a Tree<K, N>,
    leaf: Option<&'a Leaf<K, N>>,
    at: usize,
    bound: K,
    high: K,
}

impl<'a, K: Key, const N: usize> Claims<'a, K, N> {
    pub(super) fn new(tree: &'a Tree<K, N>, window: Window<K>) -> Self {
        let mut claims = Claims {
            tree,
            leaf: None,
            at: 0,
            bound: K::MAX,
            high: window.high,
        };
        if let Some((leaf, bound)) = tree.leaf_of(window.low) {
            (claims.leaf, claims.bound) = (Some(leaf), bound);
            claims.at = leaf.rank(window.low);
            if claims.at > 0 && leaf.last(claims.at - 1) >= window.low {
                claims.at -= 1;
            }
        }
        claims
    }
}

impl<K: Key, const N: usize> Iterator for Claims<'_, K, N> {
    type Item = Entry<K>;

    #[inline]
    fn next(&mut self) -> Option<Entry<K>> {
        let mut leaf = self.leaf?;
        if self.at == leaf.len() {
            if self.bound >= self.high {
                self.leaf = None;
                return None;
            }
            (leaf, self.bound) = self.tree.leaf_of(self.bound.wrapping_add(K::ONE))?;
            self.leaf = Some(leaf);
            self.at = 0;
        }
        let entry = leaf.entry(self.at);
        if entry.start > self.high {
            self.leaf = None;
            return None;
        }
        self.at += 1;
        Some(entry)
    }
}

impl<K: Key, const N: usize> FusedIterator for Claims<'_, K, N> {}

/// The gaps in a window, cut to it.
#[derive(Clone, Debug)]
pub(super) struct Gaps<'a, K: Key, const N: usize> {
    claims: Claims<'a, K, N>,
    /// Where free space may start next; nothing once the window's end is reached.
    next: Option<K>,
}

impl<'a, K: Key, const N: usize> Gaps<'a, K, N> {
    pub(super) fn new(tree: &'a Tree<K, N>, window: Window<K>) -> Self {
        Gaps {
            claims: Claims::new(tree, window),
            next: Some(window.low),
        }
    }
}

impl<K: Key, const N: usize> Iterator for Gaps<'_, K, N> {
    type Item = Gap<K>;

    #[inline]
    fn next(&mut self) -> Option<Gap<K>> {
        let high = self.claims.high;
        loop {
            let from = self.next?;
            let Some(claim) = self.claims.next() else {
                self.next = None;
                return Some(Gap { from, to: high });
            };
            let last = claim.last();
            self.next = (last < high).then(|| last.wrapping_add(K::ONE));
            if from < claim.start {
                return Some(Gap {
                    from,
                    to: claim.start.wrapping_sub(K::ONE),
                });
            }
        }
    }
}

/// The maximal free blocks in a window, as start and exponent.
#[derive(Clone, Debug)]
pub(super) struct FreeBlocks<'a, K: Key, const N: usize> {
    gaps: Gaps<'a, K, N>,
    from: K,
    /// Sizes still to come in growing order, then in shrinking order.
    lower: K,
    upper: K,
}

impl<'a, K: Key, const N: usize> FreeBlocks<'a, K, N> {
    pub(super) fn new(tree: &'a Tree<K, N>, window: Window<K>) -> Self {
        FreeBlocks {
            gaps: Gaps::new(tree, window),
            from: K::ZERO,
            lower: K::ZERO,
            upper: K::ZERO,
        }
    }
}

impl<K: Key, const N: usize> Iterator for FreeBlocks<'_, K, N> {
    type Item = (K, u8);

    #[inline]
    fn next(&mut self) -> Option<(K, u8)> {
        if self.lower == K::ZERO && self.upper == K::ZERO {
            let gap = self.gaps.next()?;
            if gap.from == K::ZERO && gap.to == K::MAX {
                return Some((K::ZERO, K::BITS));
            }
            self.from = gap.from;
            (self.lower, self.upper) = gap::parts(gap.from, gap.to);
        }
        // Without a branch between growing and shrinking: which comes next is hard to foretell.
        let start = self.from;
        let growing = self.lower != K::ZERO;
        let exponent = if growing {
            self.lower.low_zeros()
        } else {
            K::BITS - 1 - self.upper.high_zeros()
        };
        self.lower = self.lower & self.lower.wrapping_sub(K::ONE);
        self.upper = self.upper ^ if growing { K::ZERO } else { K::pow2(exponent) };
        self.from = start.wrapping_add(K::pow2(exponent));
        Some((start, exponent))
    }
}

impl<K: Key, const N: usize> FusedIterator for FreeBlocks<'_, K, N> {}
