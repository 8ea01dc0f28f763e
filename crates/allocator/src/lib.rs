//! The arithmetic of address space: prefixes, ranges, exact counts, who occupies what, and where the next prefix goes.
//!
//! **In scope**: IPv4 and IPv6 prefixes and ranges, their text, exact counts up to 2^128, a set of disjoint claimed
//! prefixes with cheap copies for what-if questions, free space, strategies, overlaps, unions.
//!
//! **Out of scope**: names, pools, tenants, policies, time, storage. Nothing here reads a clock, uses randomness,
//! floats or hash order, or does input or output: the same calls give the same answers everywhere.
//!
//! ```
//! use plat_allocator::{Occupancy, Prefix, Strategy, V4};
//! let pool: Prefix<V4> = "10.0.0.0/8".parse()?;
//! let mut occupancy = Occupancy::new();
//! occupancy.claim("10.0.0.0/16".parse()?, 7)?;
//! let next = occupancy.find(pool, 24, Strategy::FirstFit).expect("there is room");
//! assert_eq!(next.to_string(), "10.1.0.0/24");
//!
//! let mut what_if = occupancy.clone();
//! what_if.claim(next, 8)?;
//! assert_eq!((occupancy.len(), what_if.len()), (1, 2));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(clippy::float_arithmetic, clippy::disallowed_types)]

extern crate alloc;

mod count;
mod family;
mod key;
mod occupancy;
mod overlaps;
mod prefix;
mod radix;
mod range;
mod strategy;
mod union;

pub use count::{Count, CountError, basis_points};
#[cfg(any(test, feature = "tiny"))]
pub use family::V8;
pub use family::{Address, AddressError, Family, V4, V6};
pub use key::Key;
#[doc(hidden)]
pub use occupancy::{Column, Halves};
pub use occupancy::{FreeCapacity, Occupancy, Overlap};
pub use overlaps::{any_overlap, count_overlaps, overlaps};
pub use prefix::{Prefix, PrefixError};
pub use range::{Blocks, Range, RangeError, Span};
pub use strategy::Strategy;
pub use union::{summarise, union_count};
