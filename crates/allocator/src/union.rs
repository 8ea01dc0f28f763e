//! Set union: what several ranges cover together.

use alloc::vec::Vec;

use crate::count::Count;
use crate::family::Family;
use crate::key::Key;
use crate::prefix::Prefix;
use crate::radix::sort_by_key;
use crate::range::{Range, Span};

/// The ranges sorted and merged: disjoint, not touching, in address order.
fn merged<S: Span>(spans: impl IntoIterator<Item = S>) -> Vec<Range<S::Family>> {
    let mut ranges: Vec<Range<S::Family>> = spans.into_iter().map(|span| span.range()).collect();
    sort_by_key(&mut ranges, |range| range.first());
    let mut merged: Vec<Range<S::Family>> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(before) if touches(*before, range) => {
                if range.last() > before.last() {
                    *before = join(*before, range);
                }
            }
            _ => merged.push(range),
        }
    }
    merged
}

/// Whether `next`, which starts no earlier, overlaps `before` or follows it without a gap.
fn touches<F: Family>(before: Range<F>, next: Range<F>) -> bool {
    next.first() <= before.last() || before.last().wrapping_add(F::Key::ONE) == next.first()
}

fn join<F: Family>(before: Range<F>, next: Range<F>) -> Range<F> {
    Range::new(before.first(), next.last()).unwrap_or(before)
}

/// The union as the fewest prefixes, in address order; exact up to the last address. O(n).
///
/// ```
/// use plat_allocator::{Prefix, V4, summarise};
/// let nets: Vec<Prefix<V4>> = ["10.0.1.0/24", "10.0.0.0/24", "10.0.0.128/25"].map(|p| p.parse().unwrap()).into();
/// assert_eq!(summarise(nets), ["10.0.0.0/23".parse().unwrap()]);
/// ```
pub fn summarise<S: Span>(spans: impl IntoIterator<Item = S>) -> Vec<Prefix<S::Family>> {
    merged(spans).into_iter().flat_map(Range::prefixes).collect()
}

/// How many addresses the spans cover together, each counted once. O(n).
///
/// ```
/// use plat_allocator::{Count, Prefix, V4, union_count};
/// let nets: Vec<Prefix<V4>> = ["10.0.0.0/24", "10.0.0.128/25"].map(|p| p.parse().unwrap()).into();
/// assert_eq!(union_count(nets), Count::from(256u32));
/// ```
pub fn union_count<S: Span>(spans: impl IntoIterator<Item = S>) -> Count {
    merged(spans).into_iter().map(Range::count).sum()
}
