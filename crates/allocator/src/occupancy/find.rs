//! Searching free space: which block sizes a window holds, and where.
//!
//! A window `low..=high` cuts gaps at its edges. So along its two edges the search looks into the nodes; between
//! them the masks of whole children answer.

use super::column::Column;
use super::gap;
use super::inner::{Inner, NodeRef, Path};
use super::leaf::{Gap, Leaf};
use super::tree::Tree;
use crate::key::Key;
use crate::strategy::Strategy;

/// What part of free space is searched.
#[derive(Clone, Copy)]
pub(super) struct Window<K> {
    pub(super) low: K,
    pub(super) high: K,
}

/// Which size is looked for among those in a mask.
#[derive(Clone, Copy)]
enum Aim {
    Smallest,
    Largest,
}

impl Aim {
    /// What is still better than the sizes found, among `want`.
    #[inline]
    fn better<K: Key>(self, want: K, found: K) -> K {
        if found == K::ZERO {
            return want;
        }
        match self {
            Aim::Smallest => want & K::low_bits(found.low_zeros()),
            Aim::Largest => want & !K::low_bits(K::BITS - found.high_zeros()),
        }
    }

    #[inline]
    fn best<K: Key>(self, found: K) -> Option<u8> {
        (found != K::ZERO).then(|| match self {
            Aim::Smallest => found.low_zeros(),
            Aim::Largest => K::BITS - 1 - found.high_zeros(),
        })
    }
}

/// A free block: where it starts, and the path at which a claim in its gap is inserted.
pub(super) struct Spot<K> {
    pub(super) start: K,
    pub(super) path: Path,
}

impl<K: Key, const N: usize> Tree<K, N> {
    /// Where a block of that exponent goes.
    pub(super) fn find(&self, window: Window<K>, exponent: u8, strategy: Strategy) -> Option<Spot<K>> {
        if exponent >= K::BITS {
            let everything = self.root.is_none() && window.low == K::ZERO && window.high == K::MAX;
            return everything.then(|| Spot {
                start: K::ZERO,
                path: Path::default(),
            });
        }
        let at_least = !K::low_bits(exponent);
        match strategy {
            Strategy::FirstFit => {
                let (gap, path) = self.first_gap(window, at_least)?;
                Some(Spot {
                    start: gap::lowest_fit(gap.from, exponent),
                    path,
                })
            }
            Strategy::FromEnd => {
                let (gap, path) = self.last_gap(window, at_least)?;
                Some(Spot {
                    start: gap::highest_fit(gap.to, exponent),
                    path,
                })
            }
            Strategy::BestFit => {
                // A block of just the size is the best there can be.
                if (self.mask & K::pow2(exponent)) != K::ZERO
                    && let Some(spot) = self.block_of(window, exponent)
                {
                    return Some(spot);
                }
                let size = self.best_size(window, at_least, Aim::Smallest)?;
                self.block_of(window, size)
            }
            Strategy::Sparse if self.is_untouched(window) => self.find(window, exponent, Strategy::FirstFit),
            Strategy::Sparse => {
                let size = self.best_size(window, at_least, Aim::Largest)?;
                let mut spot = self.block_of(window, size)?;
                if size > exponent {
                    spot.start = spot.start.wrapping_add(K::pow2(size - 1));
                }
                Some(spot)
            }
        }
    }

    /// The largest free block in the window, as start and exponent; the lowest of several.
    pub(super) fn largest(&self, window: Window<K>) -> Option<(K, u8)> {
        if self.root.is_none() && window.low == K::ZERO && window.high == K::MAX {
            return Some((K::ZERO, K::BITS));
        }
        let size = self.best_size(window, K::MAX, Aim::Largest)?;
        Some((self.block_of(window, size)?.start, size))
    }

    fn block_of(&self, window: Window<K>, exponent: u8) -> Option<Spot<K>> {
        let (gap, path) = self.first_gap(window, K::pow2(exponent))?;
        let whole = gap.from == K::ZERO && gap.to == K::MAX;
        let start = if whole {
            K::ZERO
        } else {
            gap::lowest_block(gap.from, gap.to, exponent)
        };
        Some(Spot { start, path })
    }

    fn is_untouched(&self, window: Window<K>) -> bool {
        self.at_or_before(window.high)
            .is_none_or(|claim| claim.last() < window.low)
    }

    /// The part of the window before the first claim.
    #[inline]
    fn head(&self, window: Window<K>) -> Option<Gap<K>> {
        let whole = Gap {
            from: window.low,
            to: window.high,
        };
        match (&self.root, self.first == K::ZERO) {
            (None, _) => Some(whole),
            (Some(_), true) => None,
            (Some(_), false) => whole.clipped(K::ZERO, self.first.wrapping_sub(K::ONE)),
        }
    }

    fn best_size(&self, window: Window<K>, want: K, aim: Aim) -> Option<u8> {
        let head = self.head(window).map_or(K::ZERO, sizes_of) & want;
        let Some(root) = &self.root else {
            return aim.best(head);
        };
        let behind = sizes_in(
            root.as_ref(),
            K::MAX,
            self.mask,
            window,
            aim.better(want, head),
            aim,
        );
        aim.best(head | behind)
    }

    /// The first gap, clipped to the window, that holds a block of a wanted size.
    #[inline]
    fn first_gap(&self, window: Window<K>, want: K) -> Option<(Gap<K>, Path)> {
        let mut path = Path::default();
        if let Some(head) = self.head(window)
            && (sizes_of(head) & want) != K::ZERO
        {
            return Some((head, path));
        }
        let root = self.root.as_ref()?.as_ref();
        let gap = first_gap(root, K::MAX, self.mask, window, want, &mut path, 0)?;
        Some((gap, path))
    }

    /// The last gap, clipped to the window, that holds a block of a wanted size.
    fn last_gap(&self, window: Window<K>, want: K) -> Option<(Gap<K>, Path)> {
        let mut path = Path::default();
        if let Some(root) = &self.root
            && let Some(gap) = last_gap(root.as_ref(), K::MAX, self.mask, window, want, &mut path, 0)
        {
            return Some((gap, path));
        }
        let head = self
            .head(window)
            .filter(|head| (sizes_of(*head) & want) != K::ZERO)?;
        Some((head, Path::default()))
    }
}

/// The sizes in a gap. The whole space stands for its two halves: whoever looks for a size below that finds it, and
/// the search for all of it does not come here.
#[inline]
fn sizes_of<K: Key>(gap: Gap<K>) -> K {
    if gap.from == K::ZERO && gap.to == K::MAX {
        K::pow2(K::BITS - 1)
    } else {
        gap.sizes()
    }
}

/// Which children a window touches, and which of them lie inside entirely.
pub(super) struct Cover {
    pub(super) begin: usize,
    pub(super) end: usize,
    /// The first and the last child, if the window cuts them: `begin` and `end - 1`, or the same one.
    pub(super) left_cut: bool,
    pub(super) right_cut: bool,
}

impl Cover {
    /// The children that lie in the window entirely, as `from..to`; empty if `from` is not below `to`.
    pub(super) fn inside(&self) -> (usize, usize) {
        (
            self.begin + usize::from(self.left_cut),
            self.end - usize::from(self.right_cut),
        )
    }
}

/// How a window lies over an inner node; nothing if it ends before the node.
#[inline]
pub(super) fn cover<K: Key, const N: usize>(
    inner: &Inner<K, N>,
    bound: K,
    window: Window<K>,
) -> Option<Cover> {
    let end = if window.high >= bound {
        inner.len()
    } else {
        inner.starts.rank(inner.len(), window.high)
    };
    if end == 0 {
        return None;
    }
    let begin = if window.low <= inner.starts.get(0) {
        0
    } else {
        inner.child_of(window.low)
    };
    let left_cut = window.low > inner.starts.get(begin);
    let right_cut = window.high < inner.bound(end - 1, bound);
    if begin + 1 == end {
        // One child, cut on either side: count the cut once.
        return Some(Cover {
            begin,
            end,
            left_cut: left_cut || right_cut,
            right_cut: false,
        });
    }
    Some(Cover {
        begin,
        end,
        left_cut,
        right_cut,
    })
}

/// The claims of a leaf whose gaps a window touches: `begin..end`, of which only the two outermost may be cut.
#[inline]
pub(super) fn leaf_cover<K: Key, const N: usize>(
    leaf: &Leaf<K, N>,
    window: Window<K>,
) -> Option<(usize, usize)> {
    let end = leaf.rank(window.high);
    if end == 0 {
        return None;
    }
    Some((leaf.rank(window.low).saturating_sub(1), end))
}

/// Which sizes of `want` the window holds, as far as the best one needs.
fn sizes_in<K: Key, const N: usize>(
    node: NodeRef<'_, K, N>,
    bound: K,
    mask: K,
    window: Window<K>,
    want: K,
    aim: Aim,
) -> K {
    match node {
        NodeRef::Leaf(leaf) => {
            let Some((begin, end)) = leaf_cover(leaf, window) else {
                return K::ZERO;
            };
            let edge = |at: usize| {
                let gap = leaf
                    .gap(at, bound)
                    .and_then(|gap| gap.clipped(window.low, window.high));
                gap.map_or(K::ZERO, Gap::sizes) & want
            };
            let mut found = edge(begin);
            if begin + 1 < end {
                found = found | edge(end - 1);
            }
            let open = aim.better(want, found) & mask;
            if open != K::ZERO && begin + 1 < end {
                found = found | leaf.some_of(begin + 1, end - 1, bound, open);
            }
            found
        }
        NodeRef::Inner(inner) => {
            let Some(cover) = cover(inner, bound, window) else {
                return K::ZERO;
            };
            let (from, to) = cover.inside();
            let mut found = if from < to {
                inner.masks.union(from, to) & want
            } else {
                K::ZERO
            };
            for (at, cut) in [(cover.begin, cover.left_cut), (cover.end - 1, cover.right_cut)] {
                let open = aim.better(want, found);
                if cut && open != K::ZERO {
                    found = found
                        | sizes_in(
                            inner.child(at),
                            inner.bound(at, bound),
                            inner.masks.get(at),
                            window,
                            open,
                            aim,
                        );
                }
            }
            found
        }
    }
}

/// The first gap in the window with a wanted size, and the path behind it.
fn first_gap<K: Key, const N: usize>(
    node: NodeRef<'_, K, N>,
    bound: K,
    mask: K,
    window: Window<K>,
    want: K,
    path: &mut Path,
    depth: usize,
) -> Option<Gap<K>> {
    match node {
        NodeRef::Leaf(leaf) => {
            let (begin, end) = leaf_cover(leaf, window)?;
            let edge = |at: usize| {
                let gap = leaf.gap(at, bound)?.clipped(window.low, window.high)?;
                ((gap.sizes() & want) != K::ZERO).then_some((at, gap))
            };
            let inside = || {
                let some = (mask & want) != K::ZERO && begin + 1 < end;
                if some {
                    leaf.first_with(begin + 1, end - 1, bound, want)
                } else {
                    None
                }
            };
            let last = || if begin + 1 < end { edge(end - 1) } else { None };
            let (at, gap) = edge(begin).or_else(inside).or_else(last)?;
            path.index = at + 1;
            Some(gap)
        }
        NodeRef::Inner(inner) => {
            let cut = |at: usize, path: &mut Path| {
                path.children[depth] = at as u8;
                let (bound, mask) = (inner.bound(at, bound), inner.masks.get(at));
                first_gap(inner.child(at), bound, mask, window, want, path, depth + 1)
            };
            let mut from = if window.low <= inner.starts.get(0) {
                0
            } else {
                inner.child_of(window.low)
            };
            if window.low > inner.starts.get(from) {
                if let Some(gap) = cut(from, path) {
                    return Some(gap);
                }
                from += 1;
            }
            // Where the window ends is looked up only if no child before answers.
            if let Some(at) = inner.masks.first_with(from, want) {
                let bound = inner.bound(at, bound);
                if bound <= window.high {
                    path.children[depth] = at as u8;
                    return first_in_whole(inner.child(at), bound, want, path, depth + 1);
                }
            }
            if window.high >= bound {
                return None;
            }
            let last = inner.starts.rank(inner.len(), window.high).checked_sub(1)?;
            if last >= from && window.high < inner.bound(last, bound) {
                cut(last, path)
            } else {
                None
            }
        }
    }
}

/// The first gap with a wanted size in a node that lies in the window entirely and has one.
#[inline]
fn first_in_whole<K: Key, const N: usize>(
    mut node: NodeRef<'_, K, N>,
    mut bound: K,
    want: K,
    path: &mut Path,
    mut depth: usize,
) -> Option<Gap<K>> {
    loop {
        match node {
            NodeRef::Leaf(leaf) => {
                let (at, gap) = leaf.first_with(0, leaf.len(), bound, want)?;
                path.index = at + 1;
                return Some(gap);
            }
            NodeRef::Inner(inner) => {
                let at = inner.masks.first_with(0, want)?;
                path.children[depth] = at as u8;
                depth += 1;
                bound = inner.bound(at, bound);
                node = inner.child(at);
            }
        }
    }
}

/// The last gap in the window with a wanted size, and the path behind it.
fn last_gap<K: Key, const N: usize>(
    node: NodeRef<'_, K, N>,
    bound: K,
    mask: K,
    window: Window<K>,
    want: K,
    path: &mut Path,
    depth: usize,
) -> Option<Gap<K>> {
    match node {
        NodeRef::Leaf(leaf) => {
            let (begin, end) = leaf_cover(leaf, window)?;
            let edge = |at: usize| {
                let gap = leaf.gap(at, bound)?.clipped(window.low, window.high)?;
                ((gap.sizes() & want) != K::ZERO).then_some((at, gap))
            };
            let inside = || {
                let some = (mask & want) != K::ZERO && begin + 1 < end;
                if some {
                    leaf.last_with(begin + 1, end - 1, bound, want)
                } else {
                    None
                }
            };
            let first = || if begin + 1 < end { edge(begin) } else { None };
            let (at, gap) = edge(end - 1).or_else(inside).or_else(first)?;
            path.index = at + 1;
            Some(gap)
        }
        NodeRef::Inner(inner) => {
            let cover = cover(inner, bound, window)?;
            let child = |at: usize, path: &mut Path| {
                path.children[depth] = at as u8;
                let (bound, mask) = (inner.bound(at, bound), inner.masks.get(at));
                last_gap(inner.child(at), bound, mask, window, want, path, depth + 1)
            };
            if cover.right_cut
                && let Some(gap) = child(cover.end - 1, path)
            {
                return Some(gap);
            }
            let (from, to) = cover.inside();
            if from < to
                && let Some(at) = inner.masks.last_with(from, to, want)
            {
                return child(at, path);
            }
            if cover.left_cut {
                child(cover.begin, path)
            } else {
                None
            }
        }
    }
}
