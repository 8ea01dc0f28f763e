//! Which of many spans intersect.

use alloc::vec::Vec;

use crate::range::{Range, Span};

/// Sorted by first address, the wider first, then in input order.
fn sorted<S: Span>(items: &[(S, u32)]) -> Vec<(Range<S::Family>, u32)> {
    let mut sorted: Vec<_> = items.iter().map(|(span, value)| (span.range(), *value)).collect();
    sorted.sort_by(|(a, _), (b, _)| a.first().cmp(&b.first()).then(b.last().cmp(&a.last())));
    sorted
}

/// Every pair of spans that share an address, as the values they came with. In each pair the span that starts first
/// (or, at the same start, is wider, or came first) stands first; pairs are ordered by their second span.
///
/// O(n log n + pairs) for prefixes, whose overlaps nest. The number of pairs may be quadratic: see [`count_overlaps`].
///
/// ```
/// use plat_allocator::{Prefix, V4, overlaps};
/// let net = |text: &str| text.parse::<Prefix<V4>>().unwrap();
/// let items = [(net("10.0.0.0/8"), 1), (net("11.0.0.0/8"), 2), (net("10.1.0.0/16"), 3)];
/// assert_eq!(overlaps(&items), [(1, 3)]);
/// ```
pub fn overlaps<S: Span>(items: &[(S, u32)]) -> Vec<(u32, u32)> {
    let mut pairs = Vec::new();
    let mut open: Vec<(Range<S::Family>, u32)> = Vec::new();
    for (range, value) in sorted(items) {
        open.retain(|(before, _)| before.last() >= range.first());
        pairs.extend(open.iter().map(|(_, before)| (*before, value)));
        open.push((range, value));
    }
    pairs
}

/// How many pairs [`overlaps`] would return, without listing them.
///
/// ```
/// use plat_allocator::{Prefix, V4, count_overlaps};
/// let all = Prefix::<V4>::ALL;
/// assert_eq!(count_overlaps(&[(all, 0); 4]), 6);
/// ```
pub fn count_overlaps<S: Span>(items: &[(S, u32)]) -> u64 {
    overlaps(items).len() as u64
}

/// Whether any two spans share an address.
///
/// ```
/// use plat_allocator::{Prefix, V4, any_overlap};
/// let (low, high) = Prefix::<V4>::ALL.halves().unwrap();
/// assert!(!any_overlap(&[(high, 0), (low, 1)]));
/// ```
pub fn any_overlap<S: Span>(items: &[(S, u32)]) -> bool {
    sorted(items)
        .windows(2)
        .any(|pair| pair[0].0.last() >= pair[1].0.first())
}
