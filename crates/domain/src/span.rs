//! Runs of addresses from one to another, and sets of prefixes as such runs.

use core::fmt;
use core::str::FromStr;

use plat_allocator::{Count, Range, V4, V6, summarise as summarise_family};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{Cidr, Family, InvalidCidr};

/// Addresses from `first` to `last`, both included. Written `10.0.0.10-10.0.0.99`; a prefix or an address is read as the
/// span it is.
///
/// ```
/// use plat_domain::Span;
/// let span: Span = "10.0.0.6-10.0.0.9".parse()?;
/// assert_eq!(span.prefixes(), ["10.0.0.6/31".parse()?, "10.0.0.8/31".parse()?]);
/// assert_eq!("10.0.0.0/24".parse::<Span>()?.to_string(), "10.0.0.0-10.0.0.255");
/// # Ok::<(), plat_domain::InvalidCidr>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    family: Family,
    first: u128,
    last: u128,
}

impl Span {
    /// The span between two addresses; none where they are the wrong way round or not of the family.
    #[must_use]
    pub fn new(family: Family, first: u128, last: u128) -> Option<Self> {
        (first <= last && last <= family.all().last()).then_some(Self { family, first, last })
    }

    /// Its family.
    #[must_use]
    pub const fn family(self) -> Family {
        self.family
    }

    /// Its first address.
    #[must_use]
    pub const fn first(self) -> u128 {
        self.first
    }

    /// Its last address.
    #[must_use]
    pub const fn last(self) -> u128 {
        self.last
    }

    /// How many addresses.
    #[must_use]
    pub fn count(self) -> Count {
        Count::new(self.last - self.first).saturating_add(Count::ONE)
    }

    /// The fewest prefixes that make it up, in order: at most twice the family's bits less two.
    #[must_use]
    pub fn prefixes(self) -> Vec<Cidr> {
        summarise([self])
    }

    /// The part that lies in `prefix` too.
    #[must_use]
    pub fn intersection(self, prefix: &Cidr) -> Option<Self> {
        if prefix.family() != self.family {
            return None;
        }
        Self::new(
            self.family,
            self.first.max(prefix.first()),
            self.last.min(prefix.last()),
        )
    }
}

impl From<&Cidr> for Span {
    fn from(prefix: &Cidr) -> Self {
        Self {
            family: prefix.family(),
            first: prefix.first(),
            last: prefix.last(),
        }
    }
}

fn address(family: Family, addr: u128) -> String {
    let text = Cidr::holding(family, addr, family.bits()).map_or_else(String::new, |c| c.to_string());
    text.split('/').next().unwrap_or_default().to_owned()
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}-{}",
            address(self.family, self.first),
            address(self.family, self.last)
        )
    }
}

impl FromStr for Span {
    type Err = InvalidCidr;
    fn from_str(text: &str) -> Result<Self, InvalidCidr> {
        let Some((first, last)) = text.split_once('-') else {
            return text.parse::<Cidr>().map(|c| Self::from(&c));
        };
        let (from, to): (Cidr, Cidr) = (first.parse()?, last.parse()?);
        let invalid = |reason: &str| InvalidCidr {
            text: text.chars().take(96).collect(),
            reason: reason.to_owned(),
            meant: None,
        };
        if from.len() != from.family().bits() || to.len() != to.family().bits() {
            return Err(invalid("a range goes from one address to another"));
        }
        if from.family() != to.family() {
            return Err(invalid("the ends are of different families"));
        }
        Self::new(from.family(), from.first(), to.first())
            .ok_or_else(|| invalid("the first address comes after the last"))
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            s.collect_str(self)
        } else {
            (self.family, self.first, self.last).serialize(s)
        }
    }
}
impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        if d.is_human_readable() {
            return String::deserialize(d)?.parse().map_err(de::Error::custom);
        }
        let (family, first, last) = Deserialize::deserialize(d)?;
        Self::new(family, first, last).ok_or_else(|| de::Error::custom("a span the wrong way round"))
    }
}

/// The union of spans as the fewest prefixes, in order, IPv4 first.
#[must_use]
pub fn summarise(spans: impl IntoIterator<Item = impl Into<Span>>) -> Vec<Cidr> {
    let (mut v4, mut v6): (Vec<Range<V4>>, Vec<Range<V6>>) = (Vec::new(), Vec::new());
    for span in spans {
        let span: Span = span.into();
        match span.family {
            Family::V4 => {
                let ends = (u32::try_from(span.first), u32::try_from(span.last));
                if let (Ok(first), Ok(last)) = ends {
                    v4.extend(Range::new(first, last).ok());
                }
            }
            Family::V6 => v6.extend(Range::new(span.first, span.last).ok()),
        }
    }
    let v4 = summarise_family(v4).into_iter().map(Cidr::V4);
    v4.chain(summarise_family(v6).into_iter().map(Cidr::V6)).collect()
}

/// The addresses of `all` that are in none of `without`, as the fewest prefixes, in order. Both are in order and disjoint.
#[must_use]
pub fn difference(all: &[Cidr], without: &[Cidr]) -> Vec<Cidr> {
    let mut left: Vec<Span> = Vec::new();
    for prefix in all {
        let mut from = Some(prefix.first());
        for taken in without.iter().filter(|t| t.overlaps(prefix)) {
            let Some(start) = from else { break };
            if taken.first() > start {
                left.extend(Span::new(prefix.family(), start, taken.first() - 1));
            }
            from = taken.last().checked_add(1).map(|next| next.max(start));
        }
        left.extend(from.and_then(|start| Span::new(prefix.family(), start, prefix.last())));
    }
    summarise(left)
}

/// The span that prefixes in order make up together; none where there is a gap.
#[must_use]
pub(crate) fn contiguous(prefixes: &[Cidr]) -> Option<Span> {
    let (first, last) = (prefixes.first()?, prefixes.last()?);
    let follow = |pair: &[Cidr]| {
        pair[0].family() == pair[1].family() && pair[0].last().checked_add(1) == Some(pair[1].first())
    };
    prefixes
        .windows(2)
        .all(follow)
        .then(|| Span::new(first.family(), first.first(), last.last()))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidrs(texts: &[&str]) -> Vec<Cidr> {
        texts.iter().map(|t| t.parse().unwrap()).collect()
    }

    #[test]
    fn difference_is_exact_at_both_ends_of_the_space() {
        assert_eq!(difference(&cidrs(&["10.0.0.0/8"]), &cidrs(&["10.0.0.0/8"])), []);
        assert_eq!(
            difference(&cidrs(&["10.0.0.0/24"]), &cidrs(&["10.0.0.64/26"])),
            cidrs(&["10.0.0.0/26", "10.0.0.128/25"])
        );
        let all = difference(&cidrs(&["0.0.0.0/0"]), &cidrs(&["255.255.255.255/32"]));
        assert_eq!(all.len(), 32);
        let v6 = difference(
            &cidrs(&["::/0"]),
            &cidrs(&["::/1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"]),
        );
        assert_eq!((v6.len(), v6[0]), (127, "8000::/2".parse().unwrap()));
        // What goes away may be larger than what it goes away from.
        assert_eq!(difference(&cidrs(&["10.0.1.0/24"]), &cidrs(&["10.0.0.0/8"])), []);
    }

    #[test]
    fn spans_are_read_with_what_is_wrong_named() {
        assert!(
            "10.0.0.9-10.0.0.6"
                .parse::<Span>()
                .unwrap_err()
                .reason
                .contains("after")
        );
        assert!(
            "10.0.0.9-2001:db8::1"
                .parse::<Span>()
                .unwrap_err()
                .reason
                .contains("families")
        );
        assert!("10.0.0.0/24-10.0.1.0".parse::<Span>().is_err());
        let whole: Span = "0.0.0.0-255.255.255.255".parse().unwrap();
        assert_eq!(whole.prefixes(), cidrs(&["0.0.0.0/0"]));
        assert_eq!(
            contiguous(&cidrs(&["10.0.0.6/31", "10.0.0.8/31"])),
            "10.0.0.6-10.0.0.9".parse().ok()
        );
        assert_eq!(contiguous(&cidrs(&["10.0.0.6/31", "10.0.0.9/32"])), None);
    }
}
