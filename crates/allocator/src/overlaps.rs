//! Which of many spans intersect.

use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::family::Family;
use crate::radix::sort_by_key;
use crate::range::{Range, Span};

/// Sorts by first address, the wider first, then in input order. `range` says which range an item has.
fn sort<F: Family, T: Copy>(items: &mut Vec<T>, range: impl Fn(&T) -> Range<F>) {
    sort_by_key(items, |item| range(item).first());
    // Runs with the same start are short, or else sorted by the standard library.
    let mut start = 0;
    while start + 1 < items.len() {
        let first = range(&items[start]).first();
        if range(&items[start + 1]).first() != first {
            start += 1;
            continue;
        }
        let run = items[start..]
            .iter()
            .take_while(|item| range(item).first() == first)
            .count();
        items[start..start + run].sort_by_key(|item| Reverse(range(item).last()));
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
    sort(&mut sorted, |(range, _)| *range);
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
    let mut ranges: Vec<Range<S::Family>> = items.iter().map(|(span, _)| span.range()).collect();
    sort(&mut ranges, |range| *range);
    count_nested(&ranges).unwrap_or_else(|| count_any(ranges))
}

/// For spans that nest or are disjoint, as prefixes are: every span lies in all that are open. Nothing if some two
/// overlap in part.
fn count_nested<F: Family>(sorted: &[Range<F>]) -> Option<u64> {
    let mut open: Vec<F::Key> = Vec::new();
    let mut pairs = 0;
    for range in sorted {
        while open.last().is_some_and(|last| *last < range.first()) {
            open.pop();
        }
        if open.last().is_some_and(|last| *last < range.last()) {
            return None;
        }
        pairs += open.len() as u64;
        open.push(range.last());
    }
    Some(pairs)
}

/// All pairs without those of which one ends before the other starts.
fn count_any<F: Family>(sorted: Vec<Range<F>>) -> u64 {
    let mut lasts: Vec<F::Key> = sorted.iter().map(|range| range.last()).collect();
    sort_by_key(&mut lasts, |last| *last);
    let count = sorted.len() as u64;
    let mut ended = 0;
    let mut apart = 0;
    for range in &sorted {
        while lasts.get(ended).is_some_and(|last| *last < range.first()) {
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
