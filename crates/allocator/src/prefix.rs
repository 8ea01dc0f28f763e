//! Prefixes (CIDR blocks) that cannot hold host bits.

use core::fmt;
use core::str::FromStr;

use crate::count::Count;
use crate::family::{AddressError, Family};
use crate::key::Key;
use crate::range::Range;

/// A CIDR prefix: all addresses that share their first `len` bits. Host bits are never set.
///
/// Prefixes are ordered by first address, then the shorter length (the larger block) first.
///
/// ```
/// use plat_allocator::{Prefix, V4, V6};
/// let site: Prefix<V4> = "10.1.0.0/16".parse().unwrap();
/// assert!(site.contains("10.1.2.0/24".parse().unwrap()));
/// assert_eq!("2001:DB8:0::/32".parse::<Prefix<V6>>().unwrap().to_string(), "2001:db8::/32");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Prefix<F: Family> {
    first: F::Key,
    len: u8,
}

impl<F: Family> Prefix<F> {
    /// The whole family, `/0`.
    pub const ALL: Prefix<F> = Prefix {
        first: F::Key::ZERO,
        len: 0,
    };

    /// The prefix that starts at `first` and is `len` bits long.
    ///
    /// # Errors
    /// [`PrefixError::LengthTooLong`], or [`PrefixError::HostBits`] naming the network meant.
    ///
    /// ```
    /// use plat_allocator::{Prefix, PrefixError, V4};
    /// let meant = Prefix::<V4>::new(0x0a00_0000, 24).unwrap();
    /// assert_eq!(Prefix::<V4>::new(0x0a00_0005, 24), Err(PrefixError::HostBits { meant }));
    /// ```
    pub fn new(first: F::Key, len: u8) -> Result<Self, PrefixError<F>> {
        if len > F::BITS {
            return Err(PrefixError::LengthTooLong { len: u32::from(len) });
        }
        let meant = Prefix::truncating(first, len);
        if meant.first == first {
            Ok(meant)
        } else {
            Err(PrefixError::HostBits { meant })
        }
    }

    /// The prefix of `len` bits that contains `addr`; lengths past the family's bits count as a host prefix.
    ///
    /// ```
    /// use plat_allocator::{Prefix, V4};
    /// assert_eq!(Prefix::<V4>::truncating(0x0a00_0005, 24).to_string(), "10.0.0.0/24");
    /// ```
    #[inline]
    pub fn truncating(addr: F::Key, len: u8) -> Self {
        let len = len.min(F::BITS);
        Prefix {
            first: addr & !F::Key::low_bits(F::BITS - len),
            len,
        }
    }

    /// A single address: `/32` or `/128`.
    pub fn host(addr: F::Key) -> Self {
        Prefix {
            first: addr,
            len: F::BITS,
        }
    }

    /// A block known to be aligned.
    #[inline]
    pub(crate) fn block(first: F::Key, exponent: u8) -> Self {
        debug_assert!(exponent <= F::BITS && (first & F::Key::low_bits(exponent)) == F::Key::ZERO);
        Prefix {
            first,
            len: F::BITS - exponent,
        }
    }

    /// The first address.
    #[inline]
    pub fn first(self) -> F::Key {
        self.first
    }

    /// The last address, itself inside.
    ///
    /// ```
    /// use plat_allocator::{Prefix, V4};
    /// assert_eq!(Prefix::<V4>::ALL.last(), u32::MAX);
    /// ```
    #[inline]
    pub fn last(self) -> F::Key {
        self.first | F::Key::low_bits(self.size_exponent())
    }

    /// The length in bits, `0..=BITS`. A longer prefix is a smaller block.
    #[inline]
    #[expect(
        clippy::len_without_is_empty,
        reason = "a prefix length, not a number of elements"
    )]
    pub fn len(self) -> u8 {
        self.len
    }

    /// `BITS - len`: the block holds two to this power addresses.
    #[inline]
    pub fn size_exponent(self) -> u8 {
        F::BITS - self.len
    }

    /// How many addresses the block holds, exactly.
    ///
    /// ```
    /// use plat_allocator::{Count, Prefix, V6};
    /// assert_eq!(Prefix::<V6>::ALL.count(), Count::MAX);
    /// ```
    pub fn count(self) -> Count {
        Count::pow2(self.size_exponent())
    }

    /// Whether `other` lies inside; every prefix contains itself.
    #[inline]
    pub fn contains(self, other: Self) -> bool {
        self.len <= other.len && self.contains_addr(other.first)
    }

    /// Whether the address lies inside.
    #[inline]
    pub fn contains_addr(self, addr: F::Key) -> bool {
        addr & !F::Key::low_bits(self.size_exponent()) == self.first
    }

    /// Whether some address is in both; then one prefix contains the other.
    ///
    /// ```
    /// use plat_allocator::{Prefix, V4};
    /// let (a, b): (Prefix<V4>, Prefix<V4>) = ("10.0.0.0/8".parse().unwrap(), "10.2.0.0/16".parse().unwrap());
    /// assert!(a.overlaps(b) && b.overlaps(a));
    /// ```
    #[inline]
    pub fn overlaps(self, other: Self) -> bool {
        if self.len <= other.len {
            self.contains_addr(other.first)
        } else {
            other.contains_addr(self.first)
        }
    }

    /// The block of twice the size around this one; nothing for `/0`.
    ///
    /// ```
    /// use plat_allocator::{Prefix, V4};
    /// let upper: Prefix<V4> = "10.0.1.0/24".parse().unwrap();
    /// assert_eq!(upper.parent().unwrap().to_string(), "10.0.0.0/23");
    /// ```
    pub fn parent(self) -> Option<Self> {
        (self.len > 0).then(|| Prefix::truncating(self.first, self.len - 1))
    }

    /// The lower and upper half; nothing for a single address.
    ///
    /// ```
    /// use plat_allocator::{Prefix, V4};
    /// let (low, high) = Prefix::<V4>::ALL.halves().unwrap();
    /// assert_eq!((low.to_string().as_str(), high.to_string().as_str()), ("0.0.0.0/1", "128.0.0.0/1"));
    /// ```
    pub fn halves(self) -> Option<(Self, Self)> {
        if self.len == F::BITS {
            return None;
        }
        let exponent = self.size_exponent() - 1;
        Some((
            Prefix::block(self.first, exponent),
            Prefix::block(self.first | F::Key::pow2(exponent), exponent),
        ))
    }

    /// The same addresses as a range.
    pub fn range(self) -> Range<F> {
        Range::from(self)
    }
}

impl<F: Family> fmt::Display for Prefix<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        F::fmt_addr(self.first, f)?;
        write!(f, "/{}", self.len)
    }
}

impl<F: Family> fmt::Debug for Prefix<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why there is no such prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrefixError<F: Family> {
    /// Bits behind the prefix length are set.
    HostBits {
        /// The network the address lies in.
        meant: Prefix<F>,
    },
    /// The length exceeds the family's bits.
    LengthTooLong {
        /// The length given.
        len: u32,
    },
    /// What stands behind the slash is not a plain decimal number.
    Length,
    /// What stands before the slash is no address of the family.
    Address(AddressError),
}

impl<F: Family> fmt::Display for PrefixError<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PrefixError::HostBits { meant } => write!(f, "host bits are set; the network meant is {meant}"),
            PrefixError::LengthTooLong { len } => {
                write!(
                    f,
                    "prefix length {len} exceeds the {} bits of {}",
                    F::BITS,
                    F::NAME
                )
            }
            PrefixError::Length => write!(f, "prefix length is not a number from 0 to {}", F::BITS),
            PrefixError::Address(error) => write!(f, "{error}"),
        }
    }
}

impl<F: Family> core::error::Error for PrefixError<F> {}

/// Plain decimal digits: no sign, no leading zeros, at most nine digits.
pub(crate) fn decimal(text: &str) -> Option<u32> {
    let plain = matches!(text.len(), 1..=9)
        && text.bytes().all(|b| b.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'));
    if plain { text.parse().ok() } else { None }
}

impl<F: Family> FromStr for Prefix<F> {
    type Err = PrefixError<F>;

    /// Reads `address/len`, or a bare address as a host prefix. Strict: host bits, leading zeros in octets or
    /// lengths, signs and spaces are refused.
    fn from_str(text: &str) -> Result<Self, PrefixError<F>> {
        let (addr, len) = match text.split_once('/') {
            Some((addr, len)) => (addr, Some(len)),
            None => (text, None),
        };
        let addr = F::parse_addr(addr).map_err(PrefixError::Address)?;
        let Some(len) = len else {
            return Ok(Prefix::host(addr));
        };
        let len = decimal(len).ok_or(PrefixError::Length)?;
        match u8::try_from(len) {
            Ok(short) => Prefix::new(addr, short),
            Err(_) => Err(PrefixError::LengthTooLong { len }),
        }
    }
}

/// Text for people (`"10.0.0.0/8"`); for binary formats the length byte, then the first address's bytes from the most
/// significant on without the zero bytes at the end: an IPv4 prefix takes at most 5 bytes and its length prefix.
#[cfg(feature = "serde")]
mod wire {
    use super::{Family, Key, Prefix};
    use core::fmt;
    use core::marker::PhantomData;
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

    impl<F: Family> Serialize for Prefix<F> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            if serializer.is_human_readable() {
                return serializer.collect_str(self);
            }
            let mut bytes = [0u8; 17];
            bytes[0] = self.len();
            let left_aligned = self.first().to_u128() << (128 - u32::from(F::BITS));
            bytes[1..].copy_from_slice(&left_aligned.to_be_bytes());
            let significant = 16 - (left_aligned.trailing_zeros() / 8) as usize;
            serializer.serialize_bytes(&bytes[..=significant])
        }
    }

    struct PrefixVisitor<F>(PhantomData<F>);

    impl<F: Family> de::Visitor<'_> for PrefixVisitor<F> {
        type Value = Prefix<F>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "an {} prefix", F::NAME)
        }

        fn visit_str<E: de::Error>(self, text: &str) -> Result<Prefix<F>, E> {
            text.parse().map_err(E::custom)
        }

        fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Prefix<F>, E> {
            let (&len, significant) = bytes.split_first().ok_or_else(|| E::invalid_length(0, &self))?;
            // One way to write each prefix: no trailing zero bytes.
            if significant.len() > usize::from(F::BITS / 8) || significant.last() == Some(&0) {
                return Err(E::invalid_value(de::Unexpected::Bytes(bytes), &self));
            }
            let mut whole = [0u8; 16];
            whole[..significant.len()].copy_from_slice(significant);
            let first = F::Key::from_u128(u128::from_be_bytes(whole) >> (128 - u32::from(F::BITS)));
            Prefix::new(first, len).map_err(E::custom)
        }
    }

    impl<'de, F: Family> Deserialize<'de> for Prefix<F> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Prefix<F>, D::Error> {
            if deserializer.is_human_readable() {
                deserializer.deserialize_str(PrefixVisitor(PhantomData))
            } else {
                deserializer.deserialize_bytes(PrefixVisitor(PhantomData))
            }
        }
    }
}
