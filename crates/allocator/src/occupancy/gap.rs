//! The maximal free blocks in a gap between two claims, without a loop.
//!
//! A gap `from..=to` is cut where the highest bit that differs changes, at a multiple of `2^h`. Below the cut the
//! blocks grow with the address: their sizes are the bits of `-from mod 2^h`. Above it they shrink: the bits of
//! `to + 1 mod 2^h`. A side that is full is one block of `2^h`, and two full sides are one block of twice that.

use crate::key::Key;

/// The sizes below and above the cut, one bit per block. The gap must not be the whole space.
#[inline]
pub(crate) fn parts<K: Key>(from: K, to: K) -> (K, K) {
    if let Some(parts) = K::narrow_parts(from, to) {
        return parts;
    }
    let differ = from ^ to;
    if differ == K::ZERO {
        return (K::ONE, K::ZERO);
    }
    let half = K::pow2(K::BITS - 1 - differ.high_zeros());
    let inside = half.wrapping_sub(K::ONE);
    let lower = (!from & inside).wrapping_add(K::ONE);
    let upper = (to & inside).wrapping_add(K::ONE);
    if (lower & upper & half) == K::ZERO {
        (lower, upper)
    } else {
        (half.wrapping_add(half), K::ZERO)
    }
}

/// Which block sizes occur in the gap `from..=to`, which must not be the whole space.
#[inline]
pub(super) fn sizes<K: Key>(from: K, to: K) -> K {
    let (lower, upper) = parts(from, to);
    lower | upper
}

/// Sizes in a byte, to look at eight gaps at once: a bit each for the seven exponents from `base` on, and the top bit
/// for all others together.
#[inline]
pub(super) fn hint<K: Key>(sizes: K, base: u8) -> u8 {
    let base = base.min(K::BITS - 1);
    let from_base = sizes.shifted_right(base);
    let exact = from_base & K::low_bits(7);
    let others = (sizes & K::low_bits(base)) != K::ZERO || from_base != exact;
    exact.to_u128() as u8 | (u8::from(others) << 7)
}

/// The sizes that a hint tells exactly, and which sizes those are.
#[inline]
pub(super) fn exactly<K: Key>(hint: u8, base: u8) -> (K, K) {
    let base = base.min(K::BITS - 1);
    (
        K::from_u128(u128::from(hint & 0x7f)).shifted_left(base),
        K::low_bits(7).shifted_left(base),
    )
}

/// Where the lowest aligned block of that exponent starts, in a gap that has room for it.
#[inline]
pub(super) fn lowest_fit<K: Key>(from: K, exponent: u8) -> K {
    let inside = K::low_bits(exponent);
    from.wrapping_add(inside) & !inside
}

/// Where the highest aligned block of that exponent starts, in a gap that has room for it.
#[inline]
pub(super) fn highest_fit<K: Key>(to: K, exponent: u8) -> K {
    // Start of the block around the first address behind; modulo 2^BITS that is also right at the top.
    let inside = K::low_bits(exponent);
    (to.wrapping_add(K::ONE) & !inside)
        .wrapping_sub(inside)
        .wrapping_sub(K::ONE)
}

/// Where the lowest maximal free block of exactly that exponent starts, in a gap that has one.
#[inline]
pub(super) fn lowest_block<K: Key>(from: K, to: K, exponent: u8) -> K {
    let (lower, upper) = parts(from, to);
    let smaller = K::low_bits(exponent);
    let size = K::pow2(exponent);
    if (lower & size) != K::ZERO {
        from.wrapping_add(lower & smaller)
    } else {
        from.wrapping_add(lower).wrapping_add(upper & !(smaller | size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Range, V8};

    #[test]
    fn every_gap_of_the_tiny_family() {
        for from in 0..=255u8 {
            for to in from..=255 {
                if (from, to) == (0, 255) {
                    continue;
                }
                let blocks: Vec<_> = Range::<V8>::new(from, to).unwrap().prefixes().collect();
                let (lower, upper) = parts(from, to);
                let sizes = blocks
                    .iter()
                    .fold(0, |all, block| all | 1u8 << block.size_exponent());
                assert_eq!(lower | upper, sizes);
                assert_eq!((lower.count_ones() + upper.count_ones()) as usize, blocks.len());
                for exponent in 0..8 {
                    let fits: Vec<_> = blocks.iter().filter(|b| b.size_exponent() >= exponent).collect();
                    if let (Some(first), Some(last)) = (fits.first(), fits.last()) {
                        assert_eq!(lowest_fit(from, exponent), first.first());
                        assert_eq!(highest_fit(to, exponent), last.last() - u8::low_bits(exponent));
                    }
                    if let Some(block) = blocks.iter().find(|b| b.size_exponent() == exponent) {
                        assert_eq!(lowest_block(from, to, exponent), block.first());
                    }
                }
            }
        }
    }
}
