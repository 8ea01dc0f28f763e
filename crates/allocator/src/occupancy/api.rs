//! The public face of the tree: prefixes in, prefixes out.

use core::fmt;

use super::capacity::FreeCapacity;
use super::find::Window;
use super::leaf::Entry;
use super::tree::Tree;
use super::walk::{Claims, FreeBlocks};
use crate::count::Count;
use crate::family::Family;
use crate::key::Key;
use crate::prefix::Prefix;
use crate::range::Range;
use crate::strategy::Strategy;

/// A set of disjoint claimed prefixes, each with a `u32` value of the caller's choosing.
///
/// A clone is a what-if branch: it costs the same at any size and shares what neither side changes.
/// `N` is how many entries a node holds; only tests have reason to change it (4 to 64).
///
/// ```
/// use plat_allocator::{Occupancy, Overlap, Prefix, V4};
/// let net = |text: &str| text.parse::<Prefix<V4>>().unwrap();
/// let mut taken = Occupancy::new();
/// taken.claim(net("10.0.0.0/24"), 7).unwrap();
/// let refused = taken.claim(net("10.0.0.0/16"), 8);
/// assert_eq!(refused, Err(Overlap { prefix: net("10.0.0.0/24"), value: 7 }));
/// ```
#[derive(Clone)]
pub struct Occupancy<F: Family, const N: usize = 64> {
    tree: Tree<F::Key, N>,
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

fn entry<F: Family>(prefix: Prefix<F>, value: u32) -> Entry<F::Key> {
    Entry {
        start: prefix.first(),
        exponent: prefix.size_exponent(),
        value,
    }
}

fn claim<F: Family>(entry: Entry<F::Key>) -> (Prefix<F>, u32) {
    (Prefix::block(entry.start, entry.exponent), entry.value)
}

fn overlap<F: Family>(blocker: Entry<F::Key>) -> Overlap<F> {
    let (prefix, value) = claim(blocker);
    Overlap { prefix, value }
}

fn window<F: Family>(range: Range<F>) -> Window<F::Key> {
    Window {
        low: range.first(),
        high: range.last(),
    }
}

impl<F: Family> Occupancy<F> {
    /// Nothing claimed.
    ///
    /// ```
    /// use plat_allocator::{Occupancy, V6};
    /// assert!(Occupancy::<V6>::new().is_empty());
    /// ```
    pub const fn new() -> Self {
        Occupancy { tree: Tree::new() }
    }

    /// Claims many prefixes at once, given in address order. O(n), and several times faster than claiming each.
    ///
    /// # Errors
    /// [`Overlap`] naming the earlier of the first two neighbours that intersect or are out of order.
    ///
    /// ```
    /// use plat_allocator::{Occupancy, Prefix, V4};
    /// let (low, high) = Prefix::<V4>::ALL.halves().unwrap();
    /// assert_eq!(Occupancy::from_sorted([(low, 1), (high, 2)]).unwrap().len(), 2);
    /// assert_eq!(Occupancy::from_sorted([(high, 2), (low, 1)]).unwrap_err().prefix, high);
    /// ```
    pub fn from_sorted(items: impl IntoIterator<Item = (Prefix<F>, u32)>) -> Result<Self, Overlap<F>> {
        Self::with_fanout_from_sorted(items)
    }
}

impl<F: Family, const N: usize> Default for Occupancy<F, N> {
    fn default() -> Self {
        Occupancy { tree: Tree::new() }
    }
}

impl<F: Family, const N: usize> Occupancy<F, N> {
    pub(super) fn with_fanout_from_sorted(
        items: impl IntoIterator<Item = (Prefix<F>, u32)>,
    ) -> Result<Self, Overlap<F>> {
        let entries = items.into_iter().map(|(prefix, value)| entry(prefix, value));
        Tree::from_sorted(entries)
            .map(|tree| Occupancy { tree })
            .map_err(overlap)
    }

    #[cfg(test)]
    pub(super) fn tree_for_tests(&self) -> &Tree<F::Key, N> {
        &self.tree
    }

    /// How many prefixes are claimed.
    pub fn len(&self) -> usize {
        self.tree.len
    }

    /// Whether nothing is claimed.
    pub fn is_empty(&self) -> bool {
        self.tree.len == 0
    }

    /// The claimed prefixes and their values, in address order.
    ///
    /// ```
    /// use plat_allocator::{Occupancy, Prefix, V4};
    /// let mut taken = Occupancy::new();
    /// taken.claim(Prefix::<V4>::ALL, 5).unwrap();
    /// assert_eq!(taken.iter().collect::<Vec<_>>(), [(Prefix::ALL, 5)]);
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = (Prefix<F>, u32)> + Clone + '_ {
        self.overlapping(Range::ALL)
    }

    /// The value of exactly this prefix, not of one around or inside it. O(log n).
    pub fn get(&self, prefix: Prefix<F>) -> Option<u32> {
        let found = self.tree.at_or_before(prefix.first())?;
        (found.start == prefix.first() && found.exponent == prefix.size_exponent()).then_some(found.value)
    }

    /// Claims a prefix. O(log n).
    ///
    /// # Errors
    /// [`Overlap`] naming the first claim in the way; then nothing has changed.
    pub fn claim(&mut self, prefix: Prefix<F>, value: u32) -> Result<(), Overlap<F>> {
        self.tree.claim(entry(prefix, value)).map_err(overlap)
    }

    /// Finds a place, as [`Occupancy::find`] does, and claims it; faster than the two apart. O(log n).
    ///
    /// ```
    /// use plat_allocator::{Occupancy, Prefix, Strategy, V4};
    /// let pool: Prefix<V4> = "10.0.0.0/30".parse().unwrap();
    /// let mut taken = Occupancy::new();
    /// let mut hosts = (0..).map_while(|n| taken.allocate(pool, 32, Strategy::FirstFit, n));
    /// assert_eq!(hosts.next().unwrap().to_string(), "10.0.0.0/32");
    /// assert_eq!(hosts.count(), 3);
    /// ```
    pub fn allocate(
        &mut self,
        within: Prefix<F>,
        len: u8,
        strategy: Strategy,
        value: u32,
    ) -> Option<Prefix<F>> {
        let exponent = F::BITS.checked_sub(len)?;
        let spot = self.tree.find(window(within.range()), exponent, strategy)?;
        self.tree.insert_at(
            &spot.path,
            Entry {
                start: spot.start,
                exponent,
                value,
            },
        );
        Some(Prefix::block(spot.start, exponent))
    }

    /// Replaces the value of exactly this prefix and returns the one before; nothing if it is not claimed. O(log n).
    ///
    /// ```
    /// use plat_allocator::{Occupancy, Prefix, V4};
    /// let mut taken = Occupancy::new();
    /// taken.claim(Prefix::<V4>::ALL, 5).unwrap();
    /// assert_eq!(taken.set_value(Prefix::ALL, 6), Some(5));
    /// assert_eq!(taken.get(Prefix::ALL), Some(6));
    /// ```
    pub fn set_value(&mut self, prefix: Prefix<F>, value: u32) -> Option<u32> {
        self.tree.set_value(prefix.first(), prefix.size_exponent(), value)
    }

    /// Releases exactly this prefix and returns its value; nothing if it is not claimed. O(log n).
    ///
    /// ```
    /// use plat_allocator::{Occupancy, Prefix, V4};
    /// let mut taken = Occupancy::new();
    /// taken.claim(Prefix::<V4>::ALL, 5).unwrap();
    /// assert_eq!(taken.release(Prefix::host(0)), None);
    /// assert_eq!(taken.release(Prefix::ALL), Some(5));
    /// ```
    pub fn release(&mut self, prefix: Prefix<F>) -> Option<u32> {
        self.tree.release(prefix.first(), prefix.size_exponent())
    }

    /// The claim that contains an address: as claims are disjoint, the longest match is the only one. O(log n).
    ///
    /// ```
    /// use plat_allocator::{Occupancy, Prefix, V4};
    /// let site: Prefix<V4> = "10.0.0.0/24".parse().unwrap();
    /// let mut taken = Occupancy::new();
    /// taken.claim(site, 5).unwrap();
    /// assert_eq!(taken.longest_match(0x0a00_0007), Some((site, 5)));
    /// assert_eq!(taken.longest_match(0x0a00_0100), None);
    /// ```
    #[inline]
    pub fn longest_match(&self, addr: F::Key) -> Option<(Prefix<F>, u32)> {
        self.tree
            .at_or_before(addr)
            .filter(|found| found.last() >= addr)
            .map(claim)
    }

    /// The claims that share an address with the range, in address order. O(log n + claims).
    ///
    /// ```
    /// use plat_allocator::{Occupancy, Prefix, V4};
    /// let (low, high) = Prefix::<V4>::ALL.halves().unwrap();
    /// let taken = Occupancy::from_sorted([(low, 1), (high, 2)]).unwrap();
    /// assert_eq!(taken.overlapping("9.9.9.9-200.0.0.0".parse().unwrap()).count(), 2);
    /// ```
    pub fn overlapping(&self, range: Range<F>) -> impl Iterator<Item = (Prefix<F>, u32)> + Clone + '_ {
        Claims::new(&self.tree, window(range)).map(claim)
    }

    /// The maximal free prefixes inside `within`, in address order. O(log n + claims + prefixes).
    ///
    /// ```
    /// use plat_allocator::{Occupancy, Prefix, V4};
    /// let mut taken = Occupancy::<V4>::new();
    /// taken.claim("10.0.0.64/26".parse().unwrap(), 1).unwrap();
    /// let free: Vec<_> = taken.free("10.0.0.0/24".parse().unwrap()).map(|p| p.to_string()).collect();
    /// assert_eq!(free, ["10.0.0.0/26", "10.0.0.128/25"]);
    /// ```
    pub fn free(&self, within: Prefix<F>) -> impl Iterator<Item = Prefix<F>> + Clone + '_ {
        FreeBlocks::new(&self.tree, window(within.range()))
            .map(|(start, exponent)| Prefix::block(start, exponent))
    }

    /// How much fits into the free space of `within`, by size. O(log n + claims in `within`).
    pub fn free_capacity(&self, within: Prefix<F>) -> FreeCapacity<F> {
        FreeCapacity::new(&self.tree, window(within.range()))
    }

    /// The largest free block inside `within`; the lowest of several. O(log n).
    ///
    /// ```
    /// use plat_allocator::{Occupancy, Prefix, V4};
    /// let mut taken = Occupancy::<V4>::new();
    /// taken.claim("10.0.0.64/26".parse().unwrap(), 1).unwrap();
    /// let largest = taken.largest_free("10.0.0.0/24".parse().unwrap()).unwrap();
    /// assert_eq!(largest.to_string(), "10.0.0.128/25");
    /// ```
    pub fn largest_free(&self, within: Prefix<F>) -> Option<Prefix<F>> {
        let (start, exponent) = self.tree.largest(window(within.range()))?;
        Some(Prefix::block(start, exponent))
    }

    /// How many addresses of the range are claimed. O(log n).
    ///
    /// ```
    /// use plat_allocator::{Count, Occupancy, Prefix, Range, V6};
    /// let mut taken = Occupancy::new();
    /// taken.claim(Prefix::<V6>::ALL, 1).unwrap();
    /// assert_eq!(taken.claimed_in(Range::ALL), Count::MAX);
    /// ```
    pub fn claimed_in(&self, range: Range<F>) -> Count {
        let claimed = self.tree.claimed_in(window(range));
        // The tree counts modulo 2^BITS: there, everything looks like nothing.
        let something = !self.is_empty() && range == Range::ALL;
        if claimed == F::Key::ZERO && something {
            range.count()
        } else {
            Count::new(claimed.to_u128())
        }
    }

    /// Where a prefix of `len` bits would go inside `within`. Nothing is claimed. O(log n).
    ///
    /// Free blocks are what is free inside `within`, also where a larger block lies around it.
    pub fn find(&self, within: Prefix<F>, len: u8, strategy: Strategy) -> Option<Prefix<F>> {
        self.find_in(within, within.range(), len, strategy)
    }

    /// Like [`Occupancy::find`], but only inside both `within` and `target`, and with free blocks cut to that.
    ///
    /// ```
    /// use plat_allocator::{Occupancy, Prefix, Strategy, V4};
    /// let pool: Prefix<V4> = "10.0.0.0/24".parse().unwrap();
    /// let upper = "10.0.0.100-10.0.0.255".parse().unwrap();
    /// let found = Occupancy::new().find_in(pool, upper, 26, Strategy::FirstFit).unwrap();
    /// assert_eq!(found.to_string(), "10.0.0.128/26");
    /// ```
    pub fn find_in(
        &self,
        within: Prefix<F>,
        target: Range<F>,
        len: u8,
        strategy: Strategy,
    ) -> Option<Prefix<F>> {
        let exponent = F::BITS.checked_sub(len)?;
        let spot = self
            .tree
            .find(window(target.intersection(within)?), exponent, strategy)?;
        Some(Prefix::block(spot.start, exponent))
    }
}

impl<F: Family, const N: usize> fmt::Debug for Occupancy<F, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl<F: Family, const N: usize> PartialEq for Occupancy<F, N> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<F: Family, const N: usize> Eq for Occupancy<F, N> {}
