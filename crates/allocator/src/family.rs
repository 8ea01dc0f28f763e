//! Address families: how wide an address is and how it is written.

use core::fmt;
use core::fmt::Debug;
use core::hash::Hash;
use core::marker::PhantomData;
use core::net::{Ipv4Addr, Ipv6Addr};

use crate::key::Key;

/// An address family. Addresses of two families never mix: `0.0.0.0/0` contains no IPv6.
///
/// ```
/// use plat_allocator::{Family, V4, V6};
/// assert_eq!((V4::BITS, V4::NAME), (32, "IPv4"));
/// assert_eq!((V6::BITS, V6::NAME), (128, "IPv6"));
/// ```
pub trait Family: Copy + Clone + Debug + Eq + Ord + Hash + Default + Send + Sync + 'static {
    /// The integer that holds an address.
    type Key: Key;
    /// Bits in an address; a prefix length is `0..=BITS`.
    const BITS: u8;
    /// The family's usual name, such as `IPv4`.
    const NAME: &'static str;

    /// Writes an address the way people read it.
    fn fmt_addr(addr: Self::Key, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Reads an address, strictly.
    ///
    /// # Errors
    /// [`AddressError`] if the text is not exactly one address of this family.
    fn parse_addr(text: &str) -> Result<Self::Key, AddressError>;

    /// An address ready to be written with `{}`.
    ///
    /// ```
    /// use plat_allocator::{Family, V4};
    /// assert_eq!(V4::address(0x0a00_0001).to_string(), "10.0.0.1");
    /// ```
    fn address(addr: Self::Key) -> Address<Self> {
        Address(addr, PhantomData)
    }
}

/// An address that can be displayed; made by [`Family::address`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address<F: Family>(pub F::Key, PhantomData<F>);

impl<F: Family> fmt::Display for Address<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        F::fmt_addr(self.0, f)
    }
}

/// Why a text is not an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressError {
    /// Not an address of the family.
    Malformed,
    /// An IPv4 octet is written with leading zeros, which some tools read as octal.
    LeadingZeros,
}

impl fmt::Display for AddressError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            AddressError::Malformed => "not an address of this family",
            AddressError::LeadingZeros => "leading zeros in an octet, which could mean octal",
        })
    }
}

impl core::error::Error for AddressError {}

/// IPv4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct V4;

/// IPv6, IPv4-mapped addresses included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct V6;

/// A family of 256 addresses written `0` to `255`: small enough to try everything. For tests.
#[cfg(any(test, feature = "tiny"))]
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct V8;

/// Whether some dotted octet has a needless leading zero.
fn has_padded_octet(dotted: &str) -> bool {
    dotted.contains('.')
        && dotted
            .rsplit(':')
            .next()
            .unwrap_or(dotted)
            .split('.')
            .any(|octet| {
                octet.len() > 1 && octet.starts_with('0') && octet.bytes().all(|b| b.is_ascii_digit())
            })
}

fn refusal(text: &str) -> AddressError {
    if has_padded_octet(text) {
        AddressError::LeadingZeros
    } else {
        AddressError::Malformed
    }
}

impl Family for V4 {
    type Key = u32;
    const BITS: u8 = 32;
    const NAME: &'static str = "IPv4";

    fn fmt_addr(addr: u32, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Ipv4Addr::from(addr), f)
    }

    fn parse_addr(text: &str) -> Result<u32, AddressError> {
        text.parse::<Ipv4Addr>().map(u32::from).map_err(|_| refusal(text))
    }
}

impl Family for V6 {
    type Key = u128;
    const BITS: u8 = 128;
    const NAME: &'static str = "IPv6";

    // RFC 5952, and for ::ffff:0:0/96 its section 5: the standard library does both.
    fn fmt_addr(addr: u128, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Ipv6Addr::from(addr), f)
    }

    fn parse_addr(text: &str) -> Result<u128, AddressError> {
        text.parse::<Ipv6Addr>()
            .map(u128::from)
            .map_err(|_| refusal(text))
    }
}

#[cfg(any(test, feature = "tiny"))]
impl Family for V8 {
    type Key = u8;
    const BITS: u8 = 8;
    const NAME: &'static str = "tiny";

    fn fmt_addr(addr: u8, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&addr, f)
    }

    fn parse_addr(text: &str) -> Result<u8, AddressError> {
        crate::prefix::decimal(text)
            .and_then(|n| u8::try_from(n).ok())
            .ok_or(if text.len() > 1 && text.starts_with('0') {
                AddressError::LeadingZeros
            } else {
                AddressError::Malformed
            })
    }
}
