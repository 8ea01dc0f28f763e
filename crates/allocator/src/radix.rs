//! Sorting by key in linear time: least significant digit first, and only the digits that differ.

use alloc::vec::Vec;

use crate::key::Key;

/// 2^11 counters of 4 bytes stay in the nearest cache; three digits cover an IPv4 address.
const DIGIT_BITS: u8 = 11;
const DIGITS: usize = 1 << DIGIT_BITS;

/// Below this many items, comparing is as fast.
const FEW: usize = 512;

/// Each digit is a pass over all items; at more of them than this, comparing is as fast.
const MOST_PASSES: usize = 8;

/// Sorts by key; items with the same key stay in their order.
pub(crate) fn sort_by_key<K: Key, T: Copy>(items: &mut Vec<T>, key: impl Fn(&T) -> K) {
    let Some(first) = items.first().map(&key) else {
        return;
    };
    let mut differing = K::ZERO;
    let mut before = first;
    let mut sorted = true;
    for item in items.iter() {
        let now = key(item);
        differing = differing | (now ^ first);
        sorted &= before <= now;
        before = now;
    }
    if sorted {
        return;
    }
    let shifts = digits(differing);
    if items.len() < FEW || shifts.len() > MOST_PASSES || u32::try_from(items.len()).is_err() {
        items.sort_by_key(key);
        return;
    }
    let mut from = core::mem::take(items);
    let mut to = from.clone();
    let digit_of = |item: &T, shift: u8| {
        (key(item).shifted_right(shift) & K::low_bits(DIGIT_BITS.min(K::BITS))).to_u128() as usize % DIGITS
    };
    for shift in shifts {
        let mut ends = alloc::vec![0u32; DIGITS];
        for item in &from {
            ends[digit_of(item, shift)] += 1;
        }
        let mut next = 0;
        for end in &mut ends {
            next += core::mem::replace(end, next);
        }
        for item in &from {
            let end = &mut ends[digit_of(item, shift)];
            to[*end as usize] = *item;
            *end += 1;
        }
        core::mem::swap(&mut from, &mut to);
    }
    *items = from;
}

/// Where the digits start that cover all bits set, from the lowest on.
fn digits<K: Key>(mut bits: K) -> Vec<u8> {
    let mut shifts = Vec::new();
    while bits != K::ZERO {
        let shift = bits.low_zeros();
        shifts.push(shift);
        if shift + DIGIT_BITS >= K::BITS {
            break;
        }
        bits = bits & !K::low_bits(shift + DIGIT_BITS);
    }
    shifts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorts_stably<K: Key>(width: u128, count: u32) {
        let mut seed = 1u128;
        let mut items: Vec<(K, u32)> = (0..count)
            .map(|n| {
                seed = seed
                    .wrapping_mul(0x2360_ed05_1fc6_5da4_4385_df64_9fcc_f645)
                    .wrapping_add(n.into());
                (K::from_u128((seed >> 60) % width), n)
            })
            .collect();
        let mut expected = items.clone();
        expected.sort_by_key(|(key, _)| *key);
        sort_by_key(&mut items, |(key, _)| *key);
        assert_eq!(items, expected);
    }

    #[test]
    fn sorts_like_the_standard_library() {
        for count in [0, 1, 2, 511, 512, 513, 5_000] {
            sorts_stably::<u8>(256, count);
            sorts_stably::<u32>(1 << 32, count);
            sorts_stably::<u32>(3, count);
            sorts_stably::<u128>(u128::MAX, count);
            sorts_stably::<u128>(1 << 40, count);
        }
    }
}
