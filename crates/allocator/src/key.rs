//! The unsigned integers that addresses are made of.

use core::fmt::Debug;
use core::hash::Hash;
use core::ops::{BitAnd, BitOr, BitXor, Not};

use crate::occupancy::{Column, Halves, gap_parts};

mod sealed {
    pub trait Sealed {}
    impl Sealed for u8 {}
    impl Sealed for u32 {}
    impl Sealed for u64 {}
    impl Sealed for u128 {}
}

/// An unsigned integer wide enough for one address of a family.
///
/// Sealed: `u8` (tests), `u32` (IPv4), `u64` (IPv6 network halves) and `u128` (IPv6).
///
/// ```
/// use plat_allocator::Key;
/// assert_eq!(u32::low_bits(8), 0xff);
/// assert_eq!(u32::low_bits(32), u32::MAX);
/// ```
pub trait Key:
    sealed::Sealed
    + Copy
    + Debug
    + Eq
    + Ord
    + Hash
    + Default
    + Send
    + Sync
    + BitAnd<Output = Self>
    + BitOr<Output = Self>
    + BitXor<Output = Self>
    + Not<Output = Self>
    + 'static
{
    /// How nodes of an occupancy store many of these.
    #[doc(hidden)]
    type Column<const N: usize>: Column<Self, N>;
    /// How many bits the integer has.
    const BITS: u8;
    /// Zero, the first address.
    const ZERO: Self;
    /// One.
    const ONE: Self;
    /// All bits set, the last address.
    const MAX: Self;

    /// The number whose lowest `count` bits are set; `count` may be `0..=BITS`.
    fn low_bits(count: u8) -> Self;
    /// Two to the `exponent`, which must be below `BITS`.
    fn pow2(exponent: u8) -> Self;
    /// Sum modulo two to the `BITS`.
    fn wrapping_add(self, other: Self) -> Self;
    /// Difference modulo two to the `BITS`.
    fn wrapping_sub(self, other: Self) -> Self;
    /// Sum, or nothing if it passes [`Key::MAX`].
    fn checked_add(self, other: Self) -> Option<Self>;
    /// Shift right by `count`, which must be below `BITS`.
    fn shifted_right(self, count: u8) -> Self;
    /// Shift left by `count`, which must be below `BITS`; what passes the top is lost.
    fn shifted_left(self, count: u8) -> Self;
    /// How many of the highest bits are zero, `0..=BITS`.
    fn high_zeros(self) -> u8;
    /// How many of the lowest bits are zero, `0..=BITS`.
    fn low_zeros(self) -> u8;
    /// The same number, wider.
    fn to_u128(self) -> u128;
    /// The lowest `BITS` bits of a wider number.
    fn from_u128(wide: u128) -> Self;

    /// The sizes of the blocks in a gap, where narrower arithmetic can tell them.
    #[doc(hidden)]
    #[inline]
    fn narrow_parts(from: Self, to: Self) -> Option<(Self, Self)> {
        let _ = (from, to);
        None
    }
}

macro_rules! key {
    ($int:ty, $column:ty, $low_bits:expr $(, $more:item)*) => {
        impl Key for $int {
            type Column<const N: usize> = $column;
            const BITS: u8 = <$int>::BITS as u8;
            const ZERO: Self = 0;
            const ONE: Self = 1;
            const MAX: Self = <$int>::MAX;

            #[inline]
            fn low_bits(count: u8) -> Self {
                if count == 0 {
                    0
                } else {
                    <$int>::MAX >> (<Self as Key>::BITS - count)
                }
            }
            #[inline]
            fn pow2(exponent: u8) -> Self {
                1 << exponent
            }
            #[inline]
            fn wrapping_add(self, other: Self) -> Self {
                <$int>::wrapping_add(self, other)
            }
            #[inline]
            fn wrapping_sub(self, other: Self) -> Self {
                <$int>::wrapping_sub(self, other)
            }
            #[inline]
            fn checked_add(self, other: Self) -> Option<Self> {
                <$int>::checked_add(self, other)
            }
            #[inline]
            fn shifted_right(self, count: u8) -> Self {
                self >> count
            }
            #[inline]
            fn shifted_left(self, count: u8) -> Self {
                self << count
            }
            #[inline]
            fn high_zeros(self) -> u8 {
                self.leading_zeros() as u8
            }
            #[inline]
            fn low_zeros(self) -> u8 {
                self.trailing_zeros() as u8
            }
            #[inline]
            fn to_u128(self) -> u128 {
                u128::from(self)
            }
            #[inline]
            fn from_u128(wide: u128) -> Self {
                wide as $int
            }
            $($more)*
        }
    };
}

// Where a wider integer is at hand, without a branch.
key!(u8, [u8; N], |count| ((1u32 << count) - 1) as u8);
key!(u32, [u32; N], |count| ((1u64 << count) - 1) as u32);
key!(u64, [u64; N], |count| ((1u128 << count) - 1) as u64);
key!(
    u128,
    Halves<N>,
    |count| if count == 0 { 0 } else { u128::MAX >> (128 - count) },
    // Between prefixes up to /64, gaps are whole /64s: half the bits tell all.
    #[inline]
    fn narrow_parts(from: u128, to: u128) -> Option<(u128, u128)> {
        if (from as u64, to as u64) != (0, u64::MAX) {
            return None;
        }
        let (lower, upper) = gap_parts((from >> 64) as u64, (to >> 64) as u64);
        Some((u128::from(lower) << 64, u128::from(upper) << 64))
    }
);
