//! The tree of claims: looking up, claiming, releasing.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::column::Column;
use super::find::{Window, cover, leaf_cover};
use super::inner::{Child, Inner, Node, NodeRef, Path, insert_in_leaf};
use super::leaf::{Entry, Leaf};
use crate::key::Key;

/// All claims, or none.
#[derive(Clone, Debug)]
pub(super) struct Tree<K: Key, const N: usize> {
    pub(super) root: Option<Node<K, N>>,
    pub(super) len: usize,
    /// Where the first claim starts; the gap before it belongs to no leaf. [`Key::MAX`] if there is none.
    pub(super) first: K,
    /// The sizes of the maximal free blocks behind the first claim.
    pub(super) mask: K,
}

/// A place in a leaf, found by key.
pub(super) struct Place<'a, K: Key, const N: usize> {
    pub(super) path: Path,
    pub(super) leaf: &'a Leaf<K, N>,
    /// The last address before the next leaf's first claim.
    pub(super) bound: K,
}

impl<K: Key, const N: usize> Tree<K, N> {
    pub(super) const fn new() -> Self {
        Tree {
            root: None,
            len: 0,
            first: K::MAX,
            mask: K::ZERO,
        }
    }

    /// The leaf a key belongs to, and the last address before the next leaf.
    #[inline]
    pub(super) fn leaf_of(&self, key: K) -> Option<(&Leaf<K, N>, K)> {
        let mut node = self.root.as_ref()?.as_ref();
        let mut bound = K::MAX;
        loop {
            match node {
                NodeRef::Leaf(leaf) => return Some((leaf, bound)),
                NodeRef::Inner(inner) => {
                    let at = inner.child_of(key);
                    bound = inner.bound(at, bound);
                    node = inner.child(at);
                }
            }
        }
    }

    /// Where a key belongs: `path.index` counts the leaf's claims that start at or before it.
    #[inline]
    pub(super) fn place_of(&self, key: K) -> Option<Place<'_, K, N>> {
        let mut node = self.root.as_ref()?.as_ref();
        let mut bound = K::MAX;
        let mut path = Path::default();
        let mut depth = 0;
        loop {
            match node {
                NodeRef::Leaf(leaf) => {
                    path.index = leaf.rank(key);
                    return Some(Place { path, leaf, bound });
                }
                NodeRef::Inner(inner) => {
                    let at = inner.child_of(key);
                    path.children[depth] = at as u8;
                    depth += 1;
                    bound = inner.bound(at, bound);
                    node = inner.child(at);
                }
            }
        }
    }

    /// The last claim that starts at or before the key.
    #[inline]
    pub(super) fn at_or_before(&self, key: K) -> Option<Entry<K>> {
        let mut node = self.root.as_ref()?.as_ref();
        loop {
            match node {
                NodeRef::Inner(inner) => node = inner.child(inner.child_of(key)),
                NodeRef::Leaf(leaf) => {
                    let rank = leaf.rank(key);
                    return (rank > 0).then(|| leaf.entry(rank - 1));
                }
            }
        }
    }

    /// The first claim that starts behind the key.
    pub(super) fn after(&self, key: K) -> Option<Entry<K>> {
        let (leaf, bound) = self.leaf_of(key)?;
        let rank = leaf.rank(key);
        if rank < leaf.len() {
            Some(leaf.entry(rank))
        } else if bound < K::MAX {
            self.at_or_before(bound.wrapping_add(K::ONE))
        } else {
            None
        }
    }

    /// Claims what the entry covers, unless a claim is in the way: then that one, the first of them.
    pub(super) fn claim(&mut self, entry: Entry<K>) -> Result<(), Entry<K>> {
        let Some(place) = self.place_of(entry.start) else {
            self.insert_at(&Path::default(), entry);
            return Ok(());
        };
        let Place { path, leaf, bound } = place;
        if path.index > 0 && leaf.last(path.index - 1) >= entry.start {
            return Err(leaf.entry(path.index - 1));
        }
        let free_to = if path.index < leaf.len() {
            leaf.start(path.index).wrapping_sub(K::ONE)
        } else {
            bound
        };
        // A claim that follows starts behind the key, so `free_to` is at or behind it.
        if free_to < entry.last() {
            return Err(self.after(entry.start).expect("the claim that ends the gap"));
        }
        self.insert_at(&path, entry);
        Ok(())
    }

    /// Puts a claim into free space, at the place that [`Tree::place_of`] or a search found for it.
    pub(super) fn insert_at(&mut self, path: &Path, entry: Entry<K>) {
        let mut split = None;
        let mask = match &mut self.root {
            None => {
                let mut leaf = Leaf::new();
                leaf.push(entry);
                self.mask = leaf.measure(0, K::MAX);
                self.root = Some(Node::Leaf(Arc::new(leaf)));
                self.first = entry.start;
                self.len = 1;
                return;
            }
            Some(Node::Leaf(leaf)) => insert_in_leaf(leaf, path.index, entry, K::MAX, self.mask, &mut split),
            Some(Node::Inner(inner)) => {
                let inner = Arc::make_mut(inner);
                inner.insert(&path.children, path.index, entry, K::MAX, self.mask, &mut split)
            }
        };
        self.len += 1;
        self.first = self.first.min(entry.start);
        self.mask = mask;
        if let Some(right) = split {
            self.mask = mask | right.mask;
            let (claimed, node) = match self.root.take() {
                Some(Node::Leaf(leaf)) => (leaf.claimed(), Node::Leaf(leaf)),
                Some(Node::Inner(inner)) => (inner.claimed.sum(0, N), Node::Inner(inner)),
                None => unreachable!("the root was split"),
            };
            let left = Child {
                start: self.first,
                mask,
                claimed,
                node,
            };
            self.root = Some(Node::Inner(Arc::new(Inner::above([left, right]))));
        }
    }

    /// Where exactly this claim is.
    #[inline]
    pub(super) fn exactly(&self, start: K, exponent: u8) -> Option<(Path, Entry<K>)> {
        let mut place = self.place_of(start)?;
        place.path.index = place.path.index.checked_sub(1)?;
        let entry = place.leaf.entry(place.path.index);
        (entry.start == start && entry.exponent == exponent).then_some((place.path, entry))
    }

    pub(super) fn set_value(&mut self, start: K, exponent: u8, value: u32) -> Option<u32> {
        let (path, _) = self.exactly(start, exponent)?;
        let leaf = match self.root.as_mut()? {
            Node::Leaf(leaf) => Arc::make_mut(leaf),
            Node::Inner(inner) => Arc::make_mut(inner).leaf_mut(&path.children),
        };
        Some(leaf.set_value(path.index, value))
    }

    pub(super) fn release(&mut self, start: K, exponent: u8) -> Option<u32> {
        let (path, entry) = self.exactly(start, exponent)?;
        if self.len == 1 {
            *self = Tree::new();
            return Some(entry.value);
        }
        match self.root.as_mut()? {
            Node::Leaf(leaf) => {
                let leaf = Arc::make_mut(leaf);
                self.mask = leaf.remove(path.index, K::MAX, self.mask);
                self.first = leaf.start(0);
            }
            Node::Inner(inner) => {
                let inner = Arc::make_mut(inner);
                self.mask = inner.remove(&path.children, path.index, entry.size(), K::MAX, self.mask);
                self.first = inner.starts.get(0);
            }
        }
        self.len -= 1;
        while let Some(Node::Inner(inner)) = &self.root
            && let Some(child) = inner.only_child()
        {
            self.root = Some(child);
        }
        // A leaf's first claim leaves its gap to the claim before, in the leaf before.
        if path.index == 0
            && start > K::ZERO
            && let Some(place) = self.place_of(start)
            && let Some(index) = place.path.index.checked_sub(1)
        {
            let before = start.wrapping_sub(K::ONE);
            let children = place.path.children;
            self.mask = match self.root.as_mut()? {
                Node::Leaf(leaf) => Arc::make_mut(leaf).remeasure(index, K::MAX, before, self.mask),
                Node::Inner(inner) => {
                    Arc::make_mut(inner).remeasure(&children, index, K::MAX, before, self.mask)
                }
            };
        }
        Some(entry.value)
    }

    /// Builds the tree from claims in address order; fails at the first that does not lie behind the one before, with
    /// that one before.
    pub(super) fn from_sorted(entries: impl Iterator<Item = Entry<K>>) -> Result<Self, Entry<K>> {
        let mut tree = Tree::new();
        let mut level: Vec<Child<K, N>> = Vec::new();
        let mut leaf = Leaf::new();
        let (mut mask, mut claimed) = (K::ZERO, K::ZERO);
        let finish = |leaf: Leaf<K, N>, mask: K, claimed: K| Child {
            start: leaf.start(0),
            mask,
            claimed,
            node: Node::Leaf(Arc::new(leaf)),
        };
        for entry in entries {
            tree.len += 1;
            let len = leaf.len();
            if len > 0 {
                let before = leaf.entry(len - 1);
                if before.last() >= entry.start {
                    return Err(before);
                }
                mask = mask | leaf.measure(len - 1, entry.start.wrapping_sub(K::ONE));
                if len == N {
                    level.push(finish(core::mem::replace(&mut leaf, Leaf::new()), mask, claimed));
                    (mask, claimed) = (K::ZERO, K::ZERO);
                }
            }
            leaf.push(entry);
            claimed = claimed.wrapping_add(entry.size());
        }
        let Some(last) = leaf.len().checked_sub(1) else {
            return Ok(tree);
        };
        mask = mask | leaf.measure(last, K::MAX);
        level.push(finish(leaf, mask, claimed));
        while level.len() > 1 {
            let mut below = level.into_iter().peekable();
            level = Vec::with_capacity(below.len().div_ceil(N));
            while below.peek().is_some() {
                level.push(Inner::above(below.by_ref().take(N)).into_child());
            }
        }
        tree.root = level.pop().map(|child| {
            (tree.first, tree.mask) = (child.start, child.mask);
            child.node
        });
        Ok(tree)
    }

    /// How many addresses of the window are claimed, modulo two to the bits of the key.
    pub(super) fn claimed_in(&self, window: Window<K>) -> K {
        self.root
            .as_ref()
            .map_or(K::ZERO, |root| claimed_in(root.as_ref(), K::MAX, window))
    }
}

fn claimed_in<K: Key, const N: usize>(node: NodeRef<'_, K, N>, bound: K, window: Window<K>) -> K {
    match node {
        NodeRef::Leaf(leaf) => {
            let Some((begin, end)) = leaf_cover(leaf, window) else {
                return K::ZERO;
            };
            (begin..end).fold(K::ZERO, |sum, at| {
                let (from, to) = (leaf.start(at).max(window.low), leaf.last(at).min(window.high));
                let size = if from <= to {
                    to.wrapping_sub(from).wrapping_add(K::ONE)
                } else {
                    K::ZERO
                };
                sum.wrapping_add(size)
            })
        }
        NodeRef::Inner(inner) => {
            let Some(cover) = cover(inner, bound, window) else {
                return K::ZERO;
            };
            let (from, to) = cover.inside();
            let mut sum = if from < to {
                inner.claimed.sum(from, to)
            } else {
                K::ZERO
            };
            for (at, cut) in [(cover.begin, cover.left_cut), (cover.end - 1, cover.right_cut)] {
                if cut {
                    sum = sum.wrapping_add(claimed_in(inner.child(at), inner.bound(at, bound), window));
                }
            }
            sum
        }
    }
}

#[cfg(test)]
mod check {
    use super::*;

    impl<K: Key, const N: usize> Tree<K, N> {
        /// Panics if what the nodes say of what lies below them is not so.
        pub(in super::super) fn check(&self) {
            let Some(root) = &self.root else {
                assert_eq!((self.len, self.first, self.mask), (0, K::MAX, K::ZERO));
                return;
            };
            let (start, mask, _, len) = check(root.as_ref(), K::MAX);
            assert_eq!((self.first, self.mask, self.len), (start, mask, len));
        }

        pub(in super::super) fn nodes(&self) -> usize {
            self.root.as_ref().map_or(0, |root| nodes(root.as_ref()))
        }
    }

    fn check<K: Key, const N: usize>(node: NodeRef<'_, K, N>, bound: K) -> (K, K, K, usize) {
        match node {
            NodeRef::Leaf(leaf) => {
                assert!(leaf.len() > 0);
                leaf.check(bound);
                (leaf.start(0), leaf.mask(bound), leaf.claimed(), leaf.len())
            }
            NodeRef::Inner(inner) => {
                assert!(inner.len() > 0);
                let mut total = (inner.starts.get(0), K::ZERO, K::ZERO, 0);
                for at in 0..inner.len() {
                    let (start, mask, claimed, len) = check(inner.child(at), inner.bound(at, bound));
                    assert_eq!(start, inner.starts.get(at));
                    assert_eq!(mask, inner.masks.get(at));
                    assert_eq!(claimed, inner.claimed.get(at));
                    total = (
                        total.0,
                        total.1 | mask,
                        total.2.wrapping_add(claimed),
                        total.3 + len,
                    );
                }
                total
            }
        }
    }

    fn nodes<K: Key, const N: usize>(node: NodeRef<'_, K, N>) -> usize {
        match node {
            NodeRef::Leaf(_) => 1,
            NodeRef::Inner(inner) => 1 + (0..inner.len()).map(|at| nodes(inner.child(at))).sum::<usize>(),
        }
    }
}
