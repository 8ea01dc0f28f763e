//! Who occupies what: a set of disjoint claimed prefixes, and the free space between them.
//!
//! A persistent B+tree. Leaves hold up to 64 claims as arrays: start, size exponent, value, and a byte that bounds
//! the free blocks in the gap behind the claim. Gaps themselves are not stored: the sizes of the blocks in one are
//! a bit mask that a few instructions compute (`gap`). Inner nodes keep, per child, the union of those masks and the
//! number of claimed addresses. So first fit descends to the first child whose mask has a wanted bit; best fit picks
//! the lowest wanted bit first; usage of any range is one descent along its two edges.
//!
//! Children start where a claim starts, so no gap crosses a node; only releasing a leaf's first claim concerns the
//! leaf before. The gap before the very first claim is nobody's: it follows from `Tree::first`.
//!
//! Every node sits behind an [`Arc`](alloc::sync::Arc), and a change copies only what is shared: cloning the whole
//! tree is copying one pointer, a what-if branch pays for the nodes it touches, and nodes are freed with their last
//! branch. (An arena with indices saves 4 bytes a child and the reference count, 0.3 bytes a claim, but needs an
//! overlay for branches and a free list for their nodes.)
//!
//! | operation | cost |
//! |---|---|
//! | clone | O(1) |
//! | claim, release, get, longest match, claimed in a range | O(log n) |
//! | find, largest free | O(log n), the two leaves at the window's edges included |
//! | overlapping, free, iterate | O(log n + items) |
//! | from sorted | O(n) |
//! | free capacity | O(log n + claims in the window) |

mod api;
mod capacity;
mod column;
mod find;
mod gap;
mod inner;
mod leaf;
#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
mod tree;
mod walk;

pub use api::{Occupancy, Overlap};
pub use capacity::FreeCapacity;
pub use column::{Column, Halves};
pub(crate) use gap::parts as gap_parts;
