//! Inclusive address ranges and the prefixes they are made of.

use core::fmt;
use core::iter::FusedIterator;
use core::str::FromStr;

use crate::count::Count;
use crate::family::{AddressError, Family};
use crate::key::Key;
use crate::prefix::Prefix;

/// The addresses from `first` to `last`, both inside; never empty.
///
/// ```
/// use plat_allocator::{Range, V4};
/// let range: Range<V4> = "10.0.0.1-10.0.0.6".parse().unwrap();
/// let prefixes: Vec<_> = range.prefixes().map(|p| p.to_string()).collect();
/// assert_eq!(prefixes, ["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/31", "10.0.0.6/32"]);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Range<F: Family> {
    first: F::Key,
    last: F::Key,
}

impl<F: Family> Range<F> {
    /// Every address of the family.
    pub const ALL: Range<F> = Range {
        first: F::Key::ZERO,
        last: F::Key::MAX,
    };

    /// The range from `first` to `last`, both inside.
    ///
    /// # Errors
    /// [`RangeError::Reversed`] if `first` lies behind `last`.
    pub fn new(first: F::Key, last: F::Key) -> Result<Self, RangeError> {
        if first <= last {
            Ok(Range { first, last })
        } else {
            Err(RangeError::Reversed)
        }
    }

    /// The first address.
    #[inline]
    pub fn first(self) -> F::Key {
        self.first
    }

    /// The last address, itself inside.
    #[inline]
    pub fn last(self) -> F::Key {
        self.last
    }

    /// Whether `other` lies inside entirely.
    pub fn contains(self, other: impl Span<Family = F>) -> bool {
        let other = other.range();
        self.first <= other.first && other.last <= self.last
    }

    /// Whether the address lies inside.
    pub fn contains_addr(self, addr: F::Key) -> bool {
        self.first <= addr && addr <= self.last
    }

    /// Whether some address is in both.
    pub fn overlaps(self, other: impl Span<Family = F>) -> bool {
        let other = other.range();
        self.first <= other.last && other.first <= self.last
    }

    /// The addresses in both.
    ///
    /// ```
    /// use plat_allocator::{Range, V4};
    /// let (a, b): (Range<V4>, Range<V4>) = ("10.0.0.0-10.0.0.9".parse().unwrap(), "10.0.0.5-10.0.0.20".parse().unwrap());
    /// assert_eq!(a.intersection(b).unwrap().to_string(), "10.0.0.5-10.0.0.9");
    /// ```
    pub fn intersection(self, other: impl Span<Family = F>) -> Option<Self> {
        let other = other.range();
        Range::new(self.first.max(other.first), self.last.min(other.last)).ok()
    }

    /// How many addresses, exactly.
    ///
    /// ```
    /// use plat_allocator::{Count, Range, V6};
    /// assert_eq!(Range::<V6>::ALL.count(), Count::MAX);
    /// ```
    pub fn count(self) -> Count {
        Count::new(self.last.wrapping_sub(self.first).to_u128()).saturating_add(Count::ONE)
    }

    /// The fewest prefixes that make up the range, in address order; at most twice the family's bits.
    pub fn prefixes(self) -> Blocks<F> {
        Blocks { rest: Some(self) }
    }

    /// The range as one prefix, if it is one.
    ///
    /// ```
    /// use plat_allocator::{Range, V4};
    /// assert!("10.0.0.0-10.0.0.255".parse::<Range<V4>>().unwrap().as_prefix().is_some());
    /// assert!("10.0.0.0-10.0.0.254".parse::<Range<V4>>().unwrap().as_prefix().is_none());
    /// ```
    pub fn as_prefix(self) -> Option<Prefix<F>> {
        let whole = largest_block(self);
        (whole.last() == self.last).then_some(whole)
    }
}

/// The largest prefix that starts where the range starts and stays inside.
#[inline]
fn largest_block<F: Family>(range: Range<F>) -> Prefix<F> {
    let more = range.last.wrapping_sub(range.first);
    // Room for `more + 1` addresses: the exponent of the largest power of two at or below.
    let room = match more.checked_add(F::Key::ONE) {
        Some(size) => F::BITS - 1 - size.high_zeros(),
        None => F::BITS,
    };
    Prefix::block(range.first, range.first.low_zeros().min(room))
}

/// The minimal prefixes of a range, in address order; made by [`Range::prefixes`].
#[derive(Clone, Debug)]
pub struct Blocks<F: Family> {
    rest: Option<Range<F>>,
}

impl<F: Family> Iterator for Blocks<F> {
    type Item = Prefix<F>;

    #[inline]
    fn next(&mut self) -> Option<Prefix<F>> {
        let rest = self.rest?;
        let block = largest_block(rest);
        let last = block.last();
        self.rest = (last < rest.last).then(|| Range {
            first: last.wrapping_add(F::Key::ONE),
            last: rest.last,
        });
        Some(block)
    }
}

impl<F: Family> FusedIterator for Blocks<F> {}

/// What covers a contiguous run of addresses: a [`Prefix`] or a [`Range`].
pub trait Span: Copy {
    /// The address family.
    type Family: Family;
    /// The addresses covered.
    fn range(&self) -> Range<Self::Family>;
}

impl<F: Family> Span for Prefix<F> {
    type Family = F;
    #[inline]
    fn range(&self) -> Range<F> {
        Range::from(*self)
    }
}

impl<F: Family> Span for Range<F> {
    type Family = F;
    #[inline]
    fn range(&self) -> Range<F> {
        *self
    }
}

impl<F: Family> From<Prefix<F>> for Range<F> {
    #[inline]
    fn from(prefix: Prefix<F>) -> Self {
        Range {
            first: prefix.first(),
            last: prefix.last(),
        }
    }
}

impl<F: Family> fmt::Display for Range<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        F::fmt_addr(self.first, f)?;
        f.write_str("-")?;
        F::fmt_addr(self.last, f)
    }
}

impl<F: Family> fmt::Debug for Range<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why there is no such range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RangeError {
    /// The first address lies behind the last.
    Reversed,
    /// Not two addresses with a hyphen between them.
    Malformed,
    /// One of the two is no address of the family.
    Address(AddressError),
}

impl fmt::Display for RangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RangeError::Reversed => f.write_str("the first address lies behind the last"),
            RangeError::Malformed => f.write_str("not two addresses with a hyphen between"),
            RangeError::Address(error) => write!(f, "{error}"),
        }
    }
}

impl core::error::Error for RangeError {}

impl<F: Family> FromStr for Range<F> {
    type Err = RangeError;

    /// Reads `first-last`; strict, without spaces.
    fn from_str(text: &str) -> Result<Self, RangeError> {
        let (first, last) = text.split_once('-').ok_or(RangeError::Malformed)?;
        let addr = |text| F::parse_addr(text).map_err(RangeError::Address);
        Range::new(addr(first)?, addr(last)?)
    }
}

/// Text for people (`"10.0.0.1-10.0.0.6"`); for binary formats the two addresses as `u128` each.
#[cfg(feature = "serde")]
mod wire {
    use super::{Family, Key, Range};
    use alloc::string::String;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    impl<F: Family> Serialize for Range<F> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            if serializer.is_human_readable() {
                serializer.collect_str(self)
            } else {
                (self.first.to_u128(), self.last.to_u128()).serialize(serializer)
            }
        }
    }

    impl<'de, F: Family> Deserialize<'de> for Range<F> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Range<F>, D::Error> {
            if deserializer.is_human_readable() {
                return String::deserialize(deserializer)?
                    .parse()
                    .map_err(D::Error::custom);
            }
            let (first, last) = <(u128, u128)>::deserialize(deserializer)?;
            if first.max(last) > F::Key::MAX.to_u128() {
                return Err(D::Error::custom("address exceeds the family"));
            }
            Range::new(F::Key::from_u128(first), F::Key::from_u128(last)).map_err(D::Error::custom)
        }
    }
}
