//! Exact numbers of addresses, up to and including two to the 128.

use core::fmt;
use core::str::FromStr;

/// A number of addresses, exact from 0 to 2^128, which is one more than `u128` holds.
///
/// ```
/// use plat_allocator::Count;
/// assert_eq!(Count::pow2(128).to_string(), "340282366920938463463374607431768211456");
/// assert_eq!(Count::from(3u8).checked_add(Count::from(4u8)), Some(Count::from(7u8)));
/// ```
// `full` first, so that the derived order is the numeric one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Count {
    /// Whether this is 2^128; then `low` is zero.
    full: bool,
    low: u128,
}

const FULL_DECIMAL: &str = "340282366920938463463374607431768211456";

impl Count {
    /// No addresses.
    pub const ZERO: Count = Count { full: false, low: 0 };
    /// One address.
    pub const ONE: Count = Count { full: false, low: 1 };
    /// All of IPv6: 2^128.
    pub const MAX: Count = Count { full: true, low: 0 };

    /// A count that a `u128` holds.
    pub const fn new(count: u128) -> Count {
        Count {
            full: false,
            low: count,
        }
    }

    /// Two to the `exponent`, which is `0..=128`; larger exponents saturate to [`Count::MAX`].
    ///
    /// ```
    /// # use plat_allocator::Count;
    /// assert_eq!(Count::pow2(10), Count::from(1024u32));
    /// ```
    pub const fn pow2(exponent: u8) -> Count {
        if exponent >= 128 {
            Count::MAX
        } else {
            Count::new(1 << exponent)
        }
    }

    /// Whether there is nothing.
    pub const fn is_zero(self) -> bool {
        !self.full && self.low == 0
    }

    /// The number as `u128`, unless it is 2^128.
    ///
    /// ```
    /// # use plat_allocator::Count;
    /// assert_eq!(Count::pow2(127).to_u128(), Some(1 << 127));
    /// assert_eq!(Count::pow2(128).to_u128(), None);
    /// ```
    pub const fn to_u128(self) -> Option<u128> {
        if self.full { None } else { Some(self.low) }
    }

    /// Sum, or nothing past 2^128.
    pub const fn checked_add(self, other: Count) -> Option<Count> {
        let (low, carry) = self.low.overflowing_add(other.low);
        match (self.full as u8) + (other.full as u8) + (carry as u8) {
            0 => Some(Count { full: false, low }),
            1 if low == 0 => Some(Count::MAX),
            _ => None,
        }
    }

    /// Sum, at most 2^128.
    ///
    /// ```
    /// # use plat_allocator::Count;
    /// assert_eq!(Count::MAX.saturating_add(Count::ONE), Count::MAX);
    /// ```
    pub const fn saturating_add(self, other: Count) -> Count {
        match self.checked_add(other) {
            Some(sum) => sum,
            None => Count::MAX,
        }
    }

    /// Difference, or nothing below zero.
    ///
    /// ```
    /// # use plat_allocator::Count;
    /// assert_eq!(Count::MAX.checked_sub(Count::ONE), Some(Count::from(u128::MAX)));
    /// ```
    pub const fn checked_sub(self, other: Count) -> Option<Count> {
        match (self.full, other.full) {
            (true, true) => Some(Count::ZERO),
            (false, true) => None,
            (true, false) if other.low == 0 => Some(Count::MAX),
            (true, false) => Some(Count::new(0u128.wrapping_sub(other.low))),
            (false, false) => match self.low.checked_sub(other.low) {
                Some(low) => Some(Count::new(low)),
                None => None,
            },
        }
    }

    /// Difference, at least zero.
    pub const fn saturating_sub(self, other: Count) -> Count {
        match self.checked_sub(other) {
            Some(difference) => difference,
            None => Count::ZERO,
        }
    }

    /// Divided by two to the `exponent`, rounded down: how many whole blocks of that size.
    ///
    /// ```
    /// # use plat_allocator::Count;
    /// // A /48 counted in /64s.
    /// assert_eq!(Count::pow2(80).div_floor_pow2(64), Count::from(65_536u32));
    /// ```
    pub const fn div_floor_pow2(self, exponent: u8) -> Count {
        match (self.full, exponent) {
            (_, 0) => self,
            (true, 1..=128) => Count::pow2(128 - exponent),
            (false, 1..=127) => Count::new(self.low >> exponent),
            _ => Count::ZERO,
        }
    }

    /// Times two to the `exponent`, or nothing past 2^128.
    ///
    /// ```
    /// # use plat_allocator::Count;
    /// assert_eq!(Count::from(3u8).checked_mul_pow2(4), Some(Count::from(48u8)));
    /// ```
    pub const fn checked_mul_pow2(self, exponent: u8) -> Option<Count> {
        if self.is_zero() || exponent == 0 {
            return Some(self);
        }
        if self.full || exponent > 128 {
            return None;
        }
        let room = self.low.leading_zeros();
        if (exponent as u32) <= room {
            Some(Count::new(self.low << exponent))
        } else if self.low.is_power_of_two() && exponent as u32 == room + 1 {
            Some(Count::MAX)
        } else {
            None
        }
    }

    /// Times a small number, as (multiples of 2^128, remainder).
    const fn times(self, factor: u16) -> (u32, u128) {
        let factor = factor as u128;
        let low = (self.low & u64::MAX as u128) * factor;
        let high = (self.low >> 64) * factor + (low >> 64);
        let carried = (high >> 64) as u32 + if self.full { factor as u32 } else { 0 };
        (carried, (high << 64) | (low & u64::MAX as u128))
    }
}

macro_rules! from_small {
    ($($int:ty),*) => {$(
        impl From<$int> for Count {
            fn from(count: $int) -> Count {
                Count::new(u128::from(count))
            }
        }
    )*};
}
from_small!(u8, u16, u32, u64, u128);

impl From<usize> for Count {
    fn from(count: usize) -> Count {
        Count::new(count as u128)
    }
}

impl core::iter::Sum for Count {
    /// Adds up, at most 2^128.
    fn sum<I: Iterator<Item = Count>>(counts: I) -> Count {
        counts.fold(Count::ZERO, Count::saturating_add)
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.full {
            f.pad_integral(true, "", FULL_DECIMAL)
        } else {
            fmt::Display::fmt(&self.low, f)
        }
    }
}

/// The text is not a plain decimal number from 0 to 2^128.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountError;

impl fmt::Display for CountError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a decimal number from 0 to {FULL_DECIMAL}")
    }
}

impl core::error::Error for CountError {}

impl FromStr for Count {
    type Err = CountError;

    /// Reads decimal digits: no sign, no spaces, no leading zeros.
    fn from_str(text: &str) -> Result<Count, CountError> {
        if text == FULL_DECIMAL {
            return Ok(Count::MAX);
        }
        let canonical = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
        if !canonical {
            return Err(CountError);
        }
        text.parse().map(Count::new).map_err(|_| CountError)
    }
}

/// `part` of `total` in hundredths of a per cent, `0..=10000`, rounded down, except that something never shows
/// as nothing and not quite everything never shows as everything. Of nothing it is 0; more than all is 10000.
///
/// ```
/// use plat_allocator::{Count, basis_points};
/// assert_eq!(basis_points(Count::from(1u8), Count::from(3u8)), 3333);
/// assert_eq!(basis_points(Count::ONE, Count::MAX), 1);
/// assert_eq!(basis_points(Count::from(u128::MAX), Count::MAX), 9999);
/// assert_eq!(basis_points(Count::MAX, Count::MAX), 10_000);
/// ```
pub fn basis_points(part: Count, total: Count) -> u16 {
    if part.is_zero() || total.is_zero() {
        return 0;
    }
    if part >= total {
        return 10_000;
    }
    // The largest r with r * total <= 10000 * part, exactly; the products need up to 142 bits.
    let goal = part.times(10_000);
    let (mut low, mut high) = (0u16, 10_000u16);
    while high - low > 1 {
        let middle = low + (high - low) / 2;
        if total.times(middle) <= goal {
            low = middle;
        } else {
            high = middle;
        }
    }
    low.clamp(1, 9_999)
}

#[cfg(feature = "serde")]
mod wire {
    use super::Count;
    use alloc::string::{String, ToString};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

    impl Serialize for Count {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            if serializer.is_human_readable() {
                serializer.serialize_str(&self.to_string())
            } else {
                self.to_u128().serialize(serializer)
            }
        }
    }

    impl<'de> Deserialize<'de> for Count {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Count, D::Error> {
            if deserializer.is_human_readable() {
                String::deserialize(deserializer)?
                    .parse()
                    .map_err(D::Error::custom)
            } else {
                Ok(Option::<u128>::deserialize(deserializer)?.map_or(Count::MAX, Count::new))
            }
        }
    }
}
