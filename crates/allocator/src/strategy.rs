//! Where in free space a new prefix goes.

/// Which of several places is taken. Every strategy gives one answer: ties go to the lowest address.
///
/// ```
/// use plat_allocator::{Occupancy, Prefix, Strategy, V4};
/// let pool: Prefix<V4> = "10.0.0.0/24".parse().unwrap();
/// let mut taken = Occupancy::new();
/// taken.claim("10.0.0.0/26".parse().unwrap(), 1).unwrap();
/// let place = |strategy| taken.find(pool, 28, strategy).unwrap().to_string();
/// assert_eq!(place(Strategy::FirstFit), "10.0.0.64/28");
/// assert_eq!(place(Strategy::BestFit), "10.0.0.64/28");
/// assert_eq!(place(Strategy::FromEnd), "10.0.0.240/28");
/// assert_eq!(place(Strategy::Sparse), "10.0.0.192/28");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(rename_all = "camelCase")
)]
pub enum Strategy {
    /// The lowest address.
    #[default]
    FirstFit,
    /// The smallest maximal free block that holds it, then the lowest: large blocks stay whole.
    BestFit,
    /// The highest address.
    FromEnd,
    /// Far from the neighbours, so that each can grow (after RFC 3531): the start of the upper half of the largest
    /// free block, then the lowest. A largest block of just the wanted size is taken itself; where nothing is
    /// claimed yet, the very start is taken.
    Sparse,
}
