//! Benchmarks of the allocator against its peers, and of every command on a workspace of 100,000 claims.
//!
//! Every benchmark is a duel: Plat and a peer get the same work in turn, their answers must be equal, and the medians
//! of their times are compared. Ratios count; wall times on a shared machine do not.

pub mod buddy;
pub mod cases;
pub mod decisions;
pub mod measure;
pub mod memory;
pub mod next_free;
pub mod workload;
