//! The IPv6 twin of an IPv4 script: the same script with every address moved into `2001:db8::/32` (RFC 3849).
//!
//! `10.1.2.0/24` becomes `2001:db8:a01:200::/56`: the 32 bits of the address follow the 32 of the prefix, so a length grows
//! by 32 and a number of addresses by 2^64. What is answered is shown the other way round, so both families have one
//! expected output.

use plat_domain::{Cidr, Count, Family, InvalidCidr, Span};

const BASE: u128 = 0x2001_0db8 << 96;
const BASE_LEN: u8 = 32;
/// 128 − 32 − 32: the bits below the embedded address.
const BELOW_BITS: u8 = 64;

/// Which of the two a script runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twin {
    /// Addresses as the script has them, of either family.
    AsWritten,
    /// Every IPv4 address as its IPv6 twin.
    V6,
}

impl Twin {
    pub(crate) fn read_cidr(self, text: &str) -> Result<Cidr, InvalidCidr> {
        let cidr: Cidr = text.parse()?;
        let twin = || {
            Cidr::holding(
                Family::V6,
                BASE | cidr.first() << BELOW_BITS,
                cidr.len() + BASE_LEN,
            )
        };
        match (self, cidr.family()) {
            (Self::AsWritten, _) | (Self::V6, Family::V6) => Ok(cidr),
            (Self::V6, Family::V4) => Ok(twin().unwrap_or(cidr)),
        }
    }

    pub(crate) fn read_len(self, len: u8) -> u8 {
        match self {
            Self::AsWritten => len,
            Self::V6 => len.saturating_add(BASE_LEN),
        }
    }

    pub(crate) fn read_count(self, count: Count) -> Count {
        match self {
            Self::AsWritten => count,
            Self::V6 => count.checked_mul_pow2(BELOW_BITS).unwrap_or(Count::MAX),
        }
    }

    /// A number of hosts: as many in either family.
    pub(crate) fn unread_count(self, count: Count) -> Count {
        match self {
            Self::AsWritten => count,
            Self::V6 => count.div_floor_pow2(BELOW_BITS),
        }
    }

    pub(crate) fn show_cidr(self, cidr: &Cidr) -> String {
        let embedded = self == Self::V6 && cidr.family() == Family::V6 && cidr.first() >> 96 == BASE >> 96;
        let twin = || {
            Cidr::holding(
                Family::V4,
                (cidr.first() >> BELOW_BITS) & 0xffff_ffff,
                cidr.len().checked_sub(BASE_LEN)?,
            )
        };
        if embedded { twin().unwrap_or(*cidr) } else { *cidr }.to_string()
    }

    /// What a quota counts: each address of a script is a /64 of its twin.
    pub(crate) fn show_unit(self, unit: &str) -> &str {
        match (self, unit) {
            (Self::V6, "/64s") => "addresses",
            (Self::AsWritten | Self::V6, unit) => unit,
        }
    }

    /// A run of addresses: no run of a twin has one of IPv4 behind it.
    pub(crate) fn show_span(self, span: Span) -> String {
        span.to_string()
    }

    pub(crate) fn show_len(self, len: u8) -> u8 {
        match self {
            Self::AsWritten => len,
            Self::V6 => len.saturating_sub(BASE_LEN),
        }
    }

    /// A number that is no multiple of 2^64 is shown as it is: it would be a difference between the families.
    pub(crate) fn show_count(self, count: Count) -> String {
        let short = count.div_floor_pow2(BELOW_BITS);
        let exact = short.checked_mul_pow2(BELOW_BITS) == Some(count);
        if self == Self::V6 && exact { short } else { count }.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twins_are_read_and_shown_back() {
        let twin = Twin::V6.read_cidr("10.1.2.0/24").unwrap();
        assert_eq!(twin.to_string(), "2001:db8:a01:200::/56");
        assert_eq!(Twin::V6.show_cidr(&twin), "10.1.2.0/24");
        assert_eq!(Twin::V6.show_count(twin.count()), "256");
        assert_eq!(Twin::V6.show_count(Count::ONE), "1");
        assert_eq!(Twin::AsWritten.show_cidr(&twin), "2001:db8:a01:200::/56");
    }
}
