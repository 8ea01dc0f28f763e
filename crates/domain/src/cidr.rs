//! A prefix of either family. IPv4 never contains IPv6, whatever the lengths (SEMANTICS 16).

use core::fmt;
use core::str::FromStr;

use plat_allocator::{Count, Family as _, Prefix, PrefixError, V4, V6};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// Address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// 32-bit addresses (RFC 791).
    V4,
    /// 128-bit addresses (RFC 8200).
    V6,
}

impl Family {
    /// Bits of an address: 32 or 128.
    #[must_use]
    pub const fn bits(self) -> u8 {
        match self {
            Self::V4 => V4::BITS,
            Self::V6 => V6::BITS,
        }
    }

    /// The prefix that is the whole family: `0.0.0.0/0` or `::/0`.
    #[must_use]
    pub fn all(self) -> Cidr {
        match self {
            Self::V4 => Cidr::V4(Prefix::ALL),
            Self::V6 => Cidr::V6(Prefix::ALL),
        }
    }
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        })
    }
}

/// A prefix of either family, without host bits. Ordered IPv4 first, then by first address, the larger block first.
///
/// ```
/// use plat_domain::Cidr;
/// let pool: Cidr = "10.0.0.0/8".parse()?;
/// assert!(pool.contains(&"10.1.0.0/16".parse()?));
/// assert!(!"::/0".parse::<Cidr>()?.contains(&pool));
/// assert_eq!("10.0.0.5/8".parse::<Cidr>().unwrap_err().meant.unwrap(), pool);
/// # Ok::<(), plat_domain::InvalidCidr>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Cidr {
    /// An IPv4 prefix.
    V4(Prefix<V4>),
    /// An IPv6 prefix.
    V6(Prefix<V6>),
}

/// Text that is not a prefix of either family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidCidr {
    /// What was given, cut at 64 characters.
    pub text: String,
    /// Why it was refused.
    pub reason: String,
    /// The network meant, where only host bits were set.
    pub meant: Option<Cidr>,
}

impl fmt::Display for InvalidCidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`: {}", self.text, self.reason)
    }
}
impl std::error::Error for InvalidCidr {}

impl Cidr {
    /// Which family.
    #[must_use]
    pub const fn family(&self) -> Family {
        match self {
            Self::V4(_) => Family::V4,
            Self::V6(_) => Family::V6,
        }
    }

    /// Prefix length in bits.
    #[must_use]
    #[expect(
        clippy::len_without_is_empty,
        reason = "a prefix has a length in bits and is never without addresses"
    )]
    pub fn len(&self) -> u8 {
        match self {
            Self::V4(p) => p.len(),
            Self::V6(p) => p.len(),
        }
    }

    /// True for `/0`. (A prefix is never without addresses.)
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.len() == 0
    }

    /// Number of addresses, exact to 2^128.
    #[must_use]
    pub fn count(&self) -> Count {
        match self {
            Self::V4(p) => p.count(),
            Self::V6(p) => p.count(),
        }
    }

    /// True if every address of `other` is in this prefix. Never across families.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::V4(a), Self::V4(b)) => a.contains(*b),
            (Self::V6(a), Self::V6(b)) => a.contains(*b),
            (Self::V4(_), Self::V6(_)) | (Self::V6(_), Self::V4(_)) => false,
        }
    }

    /// True if both share an address.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// The shared part, which for prefixes is the smaller of two that overlap.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        if self.contains(other) {
            Some(*other)
        } else if other.contains(self) {
            Some(*self)
        } else {
            None
        }
    }

    /// The first address as a number.
    #[must_use]
    pub fn first(&self) -> u128 {
        match self {
            Self::V4(p) => u128::from(p.first()),
            Self::V6(p) => p.first(),
        }
    }

    /// The last address as a number, inclusive.
    #[must_use]
    pub fn last(&self) -> u128 {
        match self {
            Self::V4(p) => u128::from(p.last()),
            Self::V6(p) => p.last(),
        }
    }

    /// The `/len` of `family` that holds the address `addr`; bits below the length are dropped.
    #[must_use]
    pub fn holding(family: Family, addr: u128, len: u8) -> Option<Self> {
        if len > family.bits() {
            return None;
        }
        match family {
            Family::V4 => u32::try_from(addr)
                .ok()
                .map(|a| Self::V4(Prefix::truncating(a, len))),
            Family::V6 => Some(Self::V6(Prefix::truncating(addr, len))),
        }
    }

    /// The prefix one bit shorter that contains this one; none for `/0`.
    #[must_use]
    pub fn parent(&self) -> Option<Self> {
        match self {
            Self::V4(p) => p.parent().map(Self::V4),
            Self::V6(p) => p.parent().map(Self::V6),
        }
    }

    /// True for an IPv6 prefix inside `::ffff:0:0/96` (IPv4-mapped, RFC 4291 §2.5.5.2): worth a finding.
    #[must_use]
    pub fn is_ipv4_mapped(&self) -> bool {
        match self {
            Self::V4(_) => false,
            Self::V6(p) => p.len() >= 96 && p.first() >> 32 == 0xffff,
        }
    }

    /// Parses as the type parser does, but clears host bits: for fixing what an import refused.
    ///
    /// # Errors
    /// [`InvalidCidr`] where more than host bits is wrong.
    pub fn parse_clearing_host_bits(text: &str) -> Result<Self, InvalidCidr> {
        text.parse().or_else(|e: InvalidCidr| e.meant.ok_or(e))
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(p) => p.fmt(f),
            Self::V6(p) => p.fmt(f),
        }
    }
}
impl fmt::Debug for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Cidr {
    type Err = InvalidCidr;
    fn from_str(text: &str) -> Result<Self, InvalidCidr> {
        let trimmed = text.trim();
        fn invalid<F: plat_allocator::Family>(
            text: &str,
            e: &PrefixError<F>,
            wrap: impl Fn(Prefix<F>) -> Cidr,
        ) -> InvalidCidr {
            let meant = if let PrefixError::HostBits { meant, .. } = e {
                Some(wrap(*meant))
            } else {
                None
            };
            InvalidCidr {
                text: text.chars().take(64).collect(),
                reason: e.to_string(),
                meant,
            }
        }
        if trimmed.contains(':') {
            trimmed
                .parse()
                .map(Self::V6)
                .map_err(|e| invalid(trimmed, &e, Self::V6))
        } else {
            trimmed
                .parse()
                .map(Self::V4)
                .map_err(|e| invalid(trimmed, &e, Self::V4))
        }
    }
}

#[derive(Serialize, Deserialize)]
enum Compact {
    V4(Prefix<V4>),
    V6(Prefix<V6>),
}

impl Serialize for Cidr {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            return s.collect_str(self);
        }
        match self {
            Self::V4(p) => Compact::V4(*p).serialize(s),
            Self::V6(p) => Compact::V6(*p).serialize(s),
        }
    }
}

impl<'de> Deserialize<'de> for Cidr {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        if d.is_human_readable() {
            return String::deserialize(d)?.parse().map_err(de::Error::custom);
        }
        Ok(match Compact::deserialize(d)? {
            Compact::V4(p) => Self::V4(p),
            Compact::V6(p) => Self::V6(p),
        })
    }
}

/// Sorts prefixes and checks that they are of one family and share no address.
///
/// # Errors
/// The two that overlap or differ in family.
pub(crate) fn sort_disjoint(prefixes: &mut [Cidr]) -> Result<(), (Cidr, Cidr)> {
    prefixes.sort_unstable();
    for pair in prefixes.windows(2) {
        if pair[0].family() != pair[1].family() || pair[0].overlaps(&pair[1]) {
            return Err((pair[0], pair[1]));
        }
    }
    Ok(())
}
