//! Inner nodes: for each child where it starts, what sizes are free in it and how much is claimed.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::column::Column;
use super::leaf::{Entry, Leaf};
use crate::key::Key;

/// The way from the root to a claim or a gap: which child at each level, and the place in the leaf.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Path {
    /// Two adjacent siblings hold more than N/2 together (see [`Inner::settle`]), so with N = 64 nodes hold more than
    /// 16 on average and 8 levels reach 2^32 claims; with N = 4 they hold 3 and 14 levels reach the tiny family's 256.
    pub(super) children: [u8; 16],
    pub(super) index: usize,
}

/// A child node. Copies share it until one of them changes it.
#[derive(Clone, Debug)]
pub(super) enum Node<K: Key, const N: usize> {
    Leaf(Arc<Leaf<K, N>>),
    Inner(Arc<Inner<K, N>>),
}

/// A node one looks at.
#[derive(Clone, Copy)]
pub(super) enum NodeRef<'a, K: Key, const N: usize> {
    Leaf(&'a Leaf<K, N>),
    Inner(&'a Inner<K, N>),
}

impl<K: Key, const N: usize> Node<K, N> {
    #[inline]
    pub(super) fn as_ref(&self) -> NodeRef<'_, K, N> {
        match self {
            Node::Leaf(leaf) => NodeRef::Leaf(leaf),
            Node::Inner(inner) => NodeRef::Inner(inner),
        }
    }
}

/// All children of a node are of one kind; kept apart, a child takes one pointer.
#[derive(Clone, Debug)]
enum Children<K: Key, const N: usize> {
    Leaves([Option<Arc<Leaf<K, N>>>; N]),
    Inners([Option<Arc<Inner<K, N>>>; N]),
}

/// Up to `N` children in address order.
///
/// **Invariant**: `starts[i]` is the start of the first claim in child `i`, so no gap crosses a child; `masks[i]` is
/// the union of the free sizes in it; `claimed[i]` the addresses claimed in it, modulo two to the bits of the key.
/// Behind `len`, `starts` holds [`Key::MAX`].
#[derive(Clone, Debug)]
#[repr(C)]
pub(super) struct Inner<K: Key, const N: usize> {
    len: usize,
    pub(super) starts: K::Column<N>,
    children: Children<K, N>,
    pub(super) masks: K::Column<N>,
    pub(super) claimed: K::Column<N>,
}

/// A child with what its parent knows of it.
#[derive(Debug)]
pub(super) struct Child<K: Key, const N: usize> {
    pub(super) start: K,
    pub(super) mask: K,
    pub(super) claimed: K,
    pub(super) node: Node<K, N>,
}

const HOLE: &str = "a child below len";

impl<K: Key, const N: usize> Inner<K, N> {
    /// A node above children of one kind; there must be 1 to `N`.
    pub(super) fn above(children: impl IntoIterator<Item = Child<K, N>>) -> Self {
        let mut children = children.into_iter();
        let first = children.next();
        let kinds = match &first {
            Some(Child {
                node: Node::Inner(_), ..
            }) => Children::Inners([const { None }; N]),
            _ => Children::Leaves([const { None }; N]),
        };
        let mut inner = Inner {
            len: 0,
            starts: K::Column::filled(K::MAX),
            masks: K::Column::filled(K::ZERO),
            claimed: K::Column::filled(K::ZERO),
            children: kinds,
        };
        for child in first.into_iter().chain(children) {
            inner.put(inner.len, child);
        }
        inner
    }

    #[inline]
    pub(super) fn len(&self) -> usize {
        self.len
    }

    #[inline]
    pub(super) fn child(&self, at: usize) -> NodeRef<'_, K, N> {
        match &self.children {
            Children::Leaves(leaves) => NodeRef::Leaf(leaves[at].as_ref().expect(HOLE)),
            Children::Inners(inners) => NodeRef::Inner(inners[at].as_ref().expect(HOLE)),
        }
    }

    /// The last address before the next child, which is the last that belongs to child `at`.
    #[inline]
    pub(super) fn bound(&self, at: usize, bound: K) -> K {
        if at + 1 < self.len {
            self.starts.get(at + 1).wrapping_sub(K::ONE)
        } else {
            bound
        }
    }

    /// The child in which a key belongs; keys before the first go to the first.
    #[inline]
    pub(super) fn child_of(&self, key: K) -> usize {
        self.starts.rank(self.len, key).saturating_sub(1)
    }

    #[inline]
    pub(super) fn mask(&self) -> K {
        self.masks.union(0, N)
    }

    fn put(&mut self, at: usize, child: Child<K, N>) {
        let len = self.len;
        self.starts.insert(len, at, child.start);
        self.masks.insert(len, at, child.mask);
        self.claimed.insert(len, at, child.claimed);
        match (&mut self.children, child.node) {
            (Children::Leaves(leaves), Node::Leaf(leaf)) => {
                leaves[at..=len].rotate_right(1);
                leaves[at] = Some(leaf);
            }
            (Children::Inners(inners), Node::Inner(inner)) => {
                inners[at..=len].rotate_right(1);
                inners[at] = Some(inner);
            }
            (Children::Leaves(_), Node::Inner(_)) | (Children::Inners(_), Node::Leaf(_)) => {
                unreachable!("all children of a node are of one kind")
            }
        }
        self.len += 1;
    }

    fn take(&mut self, at: usize) -> Child<K, N> {
        let len = self.len;
        let node = match &mut self.children {
            Children::Leaves(leaves) => {
                leaves[at..len].rotate_left(1);
                Node::Leaf(leaves[len - 1].take().expect(HOLE))
            }
            Children::Inners(inners) => {
                inners[at..len].rotate_left(1);
                Node::Inner(inners[len - 1].take().expect(HOLE))
            }
        };
        let child = Child {
            start: self.starts.get(at),
            mask: self.masks.get(at),
            claimed: self.claimed.get(at),
            node,
        };
        self.starts.remove(len, at, K::MAX);
        self.masks.remove(len, at, K::ZERO);
        self.claimed.remove(len, at, K::ZERO);
        self.len -= 1;
        child
    }

    /// The only child, once no other is left.
    pub(super) fn only_child(&self) -> Option<Node<K, N>> {
        (self.len == 1).then(|| match &self.children {
            Children::Leaves(leaves) => Node::Leaf(leaves[0].clone().expect(HOLE)),
            Children::Inners(inners) => Node::Inner(inners[0].clone().expect(HOLE)),
        })
    }

    /// As a child of another node.
    pub(super) fn into_child(self) -> Child<K, N> {
        Child {
            start: self.starts.get(0),
            mask: self.mask(),
            claimed: self.claimed.sum(0, N),
            node: Node::Inner(Arc::new(self)),
        }
    }

    /// Changes a child's mask and says what the node's own mask is then; `mask` is what it was.
    #[inline]
    fn set_mask(&mut self, at: usize, new: K, mask: K) -> K {
        let old = self.masks.get(at);
        if old == new {
            return mask;
        }
        self.masks.set(at, new);
        if (old & !new) == K::ZERO {
            mask | new
        } else {
            self.mask()
        }
    }

    /// Puts a claim where the path says. Returns what is free then, and leaves the right half of a node that had to be
    /// split in `split`.
    pub(super) fn insert(
        &mut self,
        path: &[u8],
        mut index: usize,
        entry: Entry<K>,
        bound: K,
        mask: K,
        split: &mut Option<Child<K, N>>,
    ) -> K {
        let mut at = usize::from(path[0]);
        if let Children::Leaves(leaves) = &self.children
            && leaves[at].as_ref().expect(HOLE).len() == N
            && let Some(shared) = self.share(at, index, bound)
        {
            (at, index) = shared;
        }
        let old_mask = self.masks.get(at);
        let child_bound = self.bound(at, bound);
        let new_mask = match &mut self.children {
            Children::Leaves(leaves) => {
                let leaf = leaves[at].as_mut().expect(HOLE);
                insert_in_leaf(leaf, index, entry, child_bound, old_mask, split)
            }
            Children::Inners(inners) => {
                let inner = Arc::make_mut(inners[at].as_mut().expect(HOLE));
                inner.insert(&path[1..], index, entry, child_bound, old_mask, split)
            }
        };
        if entry.start < self.starts.get(at) {
            self.starts.set(at, entry.start);
        }
        let claimed = self.claimed.get(at).wrapping_add(entry.size());
        self.claimed.set(at, claimed);
        let mask = self.set_mask(at, new_mask, mask);
        match split.take() {
            None => mask,
            Some(right) => self.adopt(at, right, bound, mask, split),
        }
    }

    /// Takes in the right half of child `at`, and is split itself if it is full.
    #[inline(never)]
    fn adopt(
        &mut self,
        at: usize,
        child: Child<K, N>,
        bound: K,
        mask: K,
        split: &mut Option<Child<K, N>>,
    ) -> K {
        let claimed = self.claimed.get(at).wrapping_sub(child.claimed);
        self.claimed.set(at, claimed);
        if self.len < N {
            let mask = mask | child.mask;
            self.put(at + 1, child);
            return mask;
        }
        // At the very end a new node starts empty: claims in ascending order leave full nodes behind.
        let cut = if at + 1 == N && bound == K::MAX { N } else { N / 2 };
        let right = if cut == N {
            Inner::above([child])
        } else {
            let mut tail: Vec<_> = (cut..N).rev().map(|child| self.take(child)).collect();
            let mut right = Inner::above(tail.drain(..).rev());
            if at < cut {
                self.put(at + 1, child);
            } else {
                right.put(at + 1 - cut, child);
            }
            right
        };
        *split = Some(right.into_child());
        self.mask()
    }

    /// Before a full leaf is split: lets a neighbour with room take some of its claims. Returns where the place
    /// `index` of leaf `at` is then.
    fn share(&mut self, at: usize, index: usize, bound: K) -> Option<(usize, usize)> {
        let Children::Leaves(leaves) = &mut self.children else {
            return None;
        };
        let roomy = |leaf: &Option<Arc<Leaf<K, N>>>| {
            leaf.as_ref()
                .map(|leaf| leaf.len())
                .filter(|len| *len <= N - N / 4 && *len < N - 1)
        };
        let to_right = leaves.get(at + 1).and_then(roomy);
        let to_left = if at > 0 { roomy(&leaves[at - 1]) } else { None };
        let left_at = if to_right.is_some() {
            at
        } else if to_left.is_some() {
            at - 1
        } else {
            return None;
        };
        let (head, tail) = leaves.split_at_mut(left_at + 1);
        let left = Arc::make_mut(head[left_at].as_mut().expect(HOLE));
        let right = Arc::make_mut(tail[0].as_mut().expect(HOLE));
        let end = if left_at + 2 < self.len {
            self.starts.get(left_at + 2).wrapping_sub(K::ONE)
        } else {
            bound
        };
        let place = if let Some(len) = to_right {
            let keep = N - (N - len) / 2;
            left.move_tail(keep, right, end);
            if index <= keep {
                (at, index)
            } else {
                (at + 1, index - keep)
            }
        } else {
            let before = left.len();
            let count = (N - before) / 2;
            left.take_head(count, right, end);
            if index > count {
                (at, index - count)
            } else {
                (at - 1, before + index)
            }
        };
        let middle = right.start(0);
        self.starts.set(left_at + 1, middle);
        self.refresh(left_at, middle.wrapping_sub(K::ONE));
        self.refresh(left_at + 1, end);
        Some(place)
    }

    /// Counts afresh what is free and claimed in a leaf.
    fn refresh(&mut self, at: usize, bound: K) {
        if let NodeRef::Leaf(leaf) = self.child(at) {
            let (mask, claimed) = (leaf.mask(bound), leaf.claimed());
            self.masks.set(at, mask);
            self.claimed.set(at, claimed);
        }
    }

    /// Takes out the claim at the end of the path. Returns what is free then, without the gap before the node's
    /// first claim. The node may be left without children.
    pub(super) fn remove(&mut self, path: &[u8], index: usize, size: K, bound: K, mask: K) -> K {
        let at = usize::from(path[0]);
        let child_bound = self.bound(at, bound);
        let old_mask = self.masks.get(at);
        let (new_mask, len, start) = match &mut self.children {
            Children::Leaves(leaves) => {
                let leaf = Arc::make_mut(leaves[at].as_mut().expect(HOLE));
                (
                    leaf.remove(index, child_bound, old_mask),
                    leaf.len(),
                    leaf.start(0),
                )
            }
            Children::Inners(inners) => {
                let inner = Arc::make_mut(inners[at].as_mut().expect(HOLE));
                (
                    inner.remove(&path[1..], index, size, child_bound, old_mask),
                    inner.len,
                    inner.starts.get(0),
                )
            }
        };
        if len == 0 {
            self.take(at);
            return self.mask();
        }
        if start != self.starts.get(at) {
            self.starts.set(at, start);
        }
        let claimed = self.claimed.get(at).wrapping_sub(size);
        self.claimed.set(at, claimed);
        let mask = self.set_mask(at, new_mask, mask);
        if len < N / 2 {
            self.settle(at, bound);
        }
        mask
    }

    /// Joins a child with a neighbour if both together fill at most three quarters of a node. The masks' union
    /// stays as it is.
    fn settle(&mut self, at: usize, bound: K) {
        let len_of = |children: &Children<K, N>, at: usize| match children {
            Children::Leaves(leaves) => leaves.get(at).and_then(Option::as_ref).map(|leaf| leaf.len()),
            Children::Inners(inners) => inners.get(at).and_then(Option::as_ref).map(|inner| inner.len),
        };
        let fits = |inner: &Self, left: usize| {
            len_of(&inner.children, left)
                .zip(len_of(&inner.children, left + 1))
                .is_some_and(|(left, right)| left + right <= N - N / 4)
        };
        if fits(self, at) {
            self.join(at, bound);
        }
        if at > 0 && fits(self, at - 1) {
            self.join(at - 1, bound);
        }
    }

    /// Moves what child `left + 1` holds to the end of child `left`.
    fn join(&mut self, left: usize, bound: K) {
        let bound = self.bound(left + 1, bound);
        let right = self.take(left + 1);
        let mask = self.masks.get(left) | right.mask;
        self.masks.set(left, mask);
        let claimed = self.claimed.get(left).wrapping_add(right.claimed);
        self.claimed.set(left, claimed);
        match (&mut self.children, right.node) {
            (Children::Leaves(leaves), Node::Leaf(mut right)) => {
                let left = Arc::make_mut(leaves[left].as_mut().expect(HOLE));
                let count = right.len();
                left.take_head(count, Arc::make_mut(&mut right), bound);
            }
            (Children::Inners(inners), Node::Inner(mut right)) => {
                let left = Arc::make_mut(inners[left].as_mut().expect(HOLE));
                let right = Arc::make_mut(&mut right);
                while right.len > 0 {
                    let child = right.take(0);
                    left.put(left.len, child);
                }
            }
            (Children::Leaves(_), Node::Inner(_)) | (Children::Inners(_), Node::Leaf(_)) => {
                unreachable!("all children of a node are of one kind")
            }
        }
    }

    /// The gap behind the claim at the end of the path used to end at `before`: measures it afresh and returns what
    /// is free then.
    pub(super) fn remeasure(&mut self, path: &[u8], index: usize, bound: K, before: K, mask: K) -> K {
        let at = usize::from(path[0]);
        let bound = self.bound(at, bound);
        let old_mask = self.masks.get(at);
        let new_mask = match &mut self.children {
            Children::Leaves(leaves) => {
                Arc::make_mut(leaves[at].as_mut().expect(HOLE)).remeasure(index, bound, before, old_mask)
            }
            Children::Inners(inners) => Arc::make_mut(inners[at].as_mut().expect(HOLE)).remeasure(
                &path[1..],
                index,
                bound,
                before,
                old_mask,
            ),
        };
        self.set_mask(at, new_mask, mask)
    }

    /// The leaf at the end of the path, to change a value in.
    pub(super) fn leaf_mut(&mut self, path: &[u8]) -> &mut Leaf<K, N> {
        let at = usize::from(path[0]);
        match &mut self.children {
            Children::Leaves(leaves) => Arc::make_mut(leaves[at].as_mut().expect(HOLE)),
            Children::Inners(inners) => Arc::make_mut(inners[at].as_mut().expect(HOLE)).leaf_mut(&path[1..]),
        }
    }
}

/// Puts a claim into a leaf, and splits the leaf if it is full; what it returns is as with [`Inner::insert`].
pub(super) fn insert_in_leaf<K: Key, const N: usize>(
    leaf: &mut Arc<Leaf<K, N>>,
    index: usize,
    entry: Entry<K>,
    bound: K,
    mask: K,
    split: &mut Option<Child<K, N>>,
) -> K {
    let leaf = Arc::make_mut(leaf);
    if leaf.len() < N {
        return leaf.insert(index, entry, bound, mask);
    }
    let mut right = Leaf::new();
    let cut = if index == N && bound == K::MAX { N } else { N / 2 };
    leaf.move_tail(cut, &mut right, bound);
    if index > cut || cut == N {
        right.insert(index - cut, entry, bound, K::ZERO);
        let last = leaf.len() - 1;
        leaf.measure(last, right.start(0).wrapping_sub(K::ONE));
    } else {
        leaf.insert(index, entry, right.start(0).wrapping_sub(K::ONE), K::ZERO);
    }
    let start = right.start(0);
    leaf.raise_base(start.wrapping_sub(K::ONE));
    right.raise_base(bound);
    *split = Some(Child {
        start,
        mask: right.mask(bound),
        claimed: right.claimed(),
        node: Node::Leaf(Arc::new(right)),
    });
    leaf.mask(start.wrapping_sub(K::ONE))
}
