//! How much fits into free space.

use alloc::boxed::Box;
use core::fmt;
use core::marker::PhantomData;

use super::tree::Tree;
use super::{find::Window, gap, walk::Gaps};
use crate::count::Count;
use crate::family::Family;
use crate::key::Key;

/// How many maximal free blocks there are, by prefix length, and so how much fits.
///
/// ```
/// use plat_allocator::{Count, Occupancy, V4};
/// let mut taken = Occupancy::<V4>::new();
/// taken.claim("10.0.0.0/26".parse().unwrap(), 1).unwrap();
/// let free = taken.free_capacity("10.0.0.0/24".parse().unwrap());
/// assert_eq!((free.blocks(25), free.blocks(26), free.blocks(27)), (1, 1, 0));
/// assert_eq!(free.capacity(27), Count::from(6u8));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FreeCapacity<F: Family> {
    /// By size exponent: a count fits, as a window of 2^n addresses has at most 2^n blocks only if they are single
    /// addresses between claims, and there are fewer claims than 2^64.
    blocks: Box<[u64]>,
    family: PhantomData<F>,
}

impl<F: Family> FreeCapacity<F> {
    pub(super) fn new<const N: usize>(tree: &Tree<F::Key, N>, window: Window<F::Key>) -> Self {
        let mut blocks: Box<[u64]> = (0..=F::BITS).map(|_| 0).collect();
        for free in Gaps::new(tree, window) {
            if free.from == F::Key::ZERO && free.to == F::Key::MAX {
                blocks[usize::from(F::BITS)] += 1;
                continue;
            }
            let (lower, upper) = gap::parts(free.from, free.to);
            for mut sizes in [lower, upper] {
                while sizes != F::Key::ZERO {
                    blocks[usize::from(sizes.low_zeros())] += 1;
                    sizes = sizes & sizes.wrapping_sub(F::Key::ONE);
                }
            }
        }
        FreeCapacity {
            blocks,
            family: PhantomData,
        }
    }

    /// How many maximal free blocks have exactly this prefix length; none for lengths past the family's bits.
    pub fn blocks(&self, len: u8) -> u64 {
        F::BITS
            .checked_sub(len)
            .map_or(0, |exponent| self.blocks[usize::from(exponent)])
    }

    /// How many disjoint prefixes of this length still fit; none for lengths past the family's bits.
    pub fn capacity(&self, len: u8) -> Count {
        let Some(exponent) = F::BITS.checked_sub(len) else {
            return Count::ZERO;
        };
        (exponent..=F::BITS)
            .map(|size| {
                let blocks = Count::from(self.blocks[usize::from(size)]);
                blocks.checked_mul_pow2(size - exponent).unwrap_or(Count::MAX)
            })
            .sum()
    }

    /// How many addresses are free.
    pub fn addresses(&self) -> Count {
        self.capacity(F::BITS)
    }

    /// The length of the largest free block.
    pub fn largest_len(&self) -> Option<u8> {
        (0..=F::BITS).find(|len| self.blocks(*len) > 0)
    }
}

impl<F: Family> fmt::Display for FreeCapacity<F> {
    /// Such as `1 × /25, 1 × /26`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for len in 0..=F::BITS {
            let blocks = self.blocks(len);
            if blocks > 0 {
                write!(f, "{separator}{blocks} × /{len}")?;
                separator = ", ";
            }
        }
        Ok(())
    }
}
