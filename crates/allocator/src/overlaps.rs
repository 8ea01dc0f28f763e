//! Which of many spans intersect.

use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::key::Key;
use crate::radix::sort_by_key;
use crate::range::{Range, Span};

/// Sorts by first address, the wider first, then in input order. `ends` tells an item's first and last address.
fn sort<K: Key, T: Copy>(items: &mut Vec<T>, ends: impl Fn(&T) -> (K, K)) {
    sort_by_key(items, |item| ends(item).0);
    let mut start = 0;
    while start + 1 < items.len() {
        let first = ends(&items[start]).0;
        if ends(&items[start + 1]).0 != first {
            start += 1;
            continue;
        }
        let run = items[start..]
            .iter()
            .take_while(|item| ends(item).0 == first)
            .count();
        items[start..start + run].sort_by_key(|item| Reverse(ends(item).1));
        start += run;
    }
}

/// Every pair of spans that share an address, as the values they came with. In each pair the span that starts first
/// (or, at the same start, is wider, or came first) stands first; pairs are ordered by their second span.
///
/// O(n + pairs) for prefixes, whose overlaps nest. The number of pairs may be quadratic: ask [`count_overlaps`] first.
///
/// ```
/// use plat_allocator::{Prefix, V4, overlaps};
/// let net = |text: &str| text.parse::<Prefix<V4>>().unwrap();
/// let items = [(net("10.0.0.0/8"), 1), (net("11.0.0.0/8"), 2), (net("10.1.0.0/16"), 3)];
/// assert_eq!(overlaps(&items), [(1, 3)]);
/// ```
pub fn overlaps<S: Span>(items: &[(S, u32)]) -> Vec<(u32, u32)> {
    let mut sorted: Vec<_> = items.iter().map(|(span, value)| (span.range(), *value)).collect();
    sort(&mut sorted, |(range, _)| (range.first(), range.last()));
    let mut pairs = Vec::new();
    let mut open: Vec<(Range<S::Family>, u32)> = Vec::new();
    for (range, value) in sorted {
        open.retain(|(before, _)| before.last() >= range.first());
        pairs.extend(open.iter().map(|(_, before)| (*before, value)));
        open.push((range, value));
    }
    pairs
}

/// How many pairs [`overlaps`] would return, without listing them. O(n), however many there are.
///
/// ```
/// use plat_allocator::{Prefix, V4, count_overlaps};
/// let all = Prefix::<V4>::ALL;
/// assert_eq!(count_overlaps(&[(all, 0); 4]), 6);
/// ```
pub fn count_overlaps<S: Span>(items: &[(S, u32)]) -> u64 {
    let ends: Vec<_> = items
        .iter()
        .map(|(span, _)| (span.range().first(), span.range().last()))
        .collect();
    if let Some(narrow) = narrowed::<_, u32>(&ends) {
        count(narrow)
    } else if let Some(narrow) = narrowed::<_, u64>(&ends) {
        count(narrow)
    } else {
        count(ends)
    }
}

/// First and last address.
type Ends<K> = (K, K);

/// The ends as smaller integers that compare alike, if the bits in which they differ lie close enough together: the
/// networks of a site differ in few bits, and a quarter of the bytes sorts in a quarter of the time.
fn narrowed<K: Key, Small: Key>(all: &[Ends<K>]) -> Option<Vec<Ends<Small>>> {
    if Small::BITS >= K::BITS {
        return None;
    }
    let (first, last) = *all.first()?;
    let differing = all
        .iter()
        .fold(K::ZERO, |bits, ends| bits | (ends.0 ^ first) | (ends.1 ^ last));
    let shift = differing.low_zeros().min(K::BITS - 1);
    let fits = |bits: K| bits.shifted_right(shift).to_u128() <= Small::MAX.to_u128();
    // What is cut off below is the same in all first addresses, and the same in all last ones; if the latter is the
    // smaller, a last address may lie before a first one with which it otherwise agrees. Nothing may be cut off above.
    let below = K::low_bits(shift);
    if !fits(differing) || !fits(first ^ last) || (last & below) < (first & below) {
        return None;
    }
    let small = |key: K| Small::from_u128(key.shifted_right(shift).to_u128());
    Some(all.iter().map(|ends| (small(ends.0), small(ends.1))).collect())
}

fn count<K: Key>(mut all: Vec<Ends<K>>) -> u64 {
    sort(&mut all, |ends| *ends);
    count_nested(&all).unwrap_or_else(|| count_any(&all))
}

/// For spans that nest or are disjoint, as prefixes are: every span lies in all that are open. Nothing if some two
/// overlap in part.
fn count_nested<K: Key>(sorted: &[Ends<K>]) -> Option<u64> {
    let mut open: Vec<K> = Vec::new();
    let mut pairs = 0;
    for (first, last) in sorted {
        while open.last().is_some_and(|before| before < first) {
            open.pop();
        }
        if open.last().is_some_and(|before| before < last) {
            return None;
        }
        pairs += open.len() as u64;
        open.push(*last);
    }
    Some(pairs)
}

/// All pairs without those of which one ends before the other starts.
fn count_any<K: Key>(sorted: &[Ends<K>]) -> u64 {
    let mut lasts: Vec<K> = sorted.iter().map(|ends| ends.1).collect();
    sort_by_key(&mut lasts, |last| *last);
    let count = sorted.len() as u64;
    let mut ended = 0;
    let mut apart = 0;
    for (first, _) in sorted {
        while lasts.get(ended).is_some_and(|last| last < first) {
            ended += 1;
        }
        apart += ended as u64;
    }
    count * count.saturating_sub(1) / 2 - apart
}

/// Whether any two spans share an address. O(n).
///
/// ```
/// use plat_allocator::{Prefix, V4, any_overlap};
/// let (low, high) = Prefix::<V4>::ALL.halves().unwrap();
/// assert!(!any_overlap(&[(high, 0), (low, 1)]));
/// ```
pub fn any_overlap<S: Span>(items: &[(S, u32)]) -> bool {
    let mut ranges: Vec<Range<S::Family>> = items.iter().map(|(span, _)| span.range()).collect();
    sort_by_key(&mut ranges, |range| range.first());
    ranges.windows(2).any(|pair| pair[0].last() >= pair[1].first())
}
