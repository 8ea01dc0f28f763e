//! Add by typing: what a person means by `/24`, `/24 x 5`, `144`, `next 20`, `10.1.2.0/24`, `10.1.2.10-10.1.2.99` or
//! `10.1.2.10-99`.

use plat_domain::{Cidr, Count, Family};

/// Blocks asked for in one go at most: a page of them can still be read.
pub(crate) const TIMES_MAX: u32 = 256;

/// What was typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// So many blocks of a prefix length.
    Length {
        /// Bits.
        len: u8,
        /// How many.
        times: u32,
    },
    /// So many blocks that hold a number of addresses.
    Addresses {
        /// How many addresses.
        count: Count,
        /// How many blocks.
        times: u32,
    },
    /// Exactly these, as one claim.
    Cidrs(Vec<Cidr>),
}

/// Why it is not understood, and what was probably meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NotUnderstood {
    /// In a sentence.
    pub(crate) reason: String,
    /// Text that would be understood.
    pub(crate) meant: Option<String>,
}

impl NotUnderstood {
    /// The reason with what was probably meant, for where no button can offer it.
    pub(crate) fn in_words(&self) -> String {
        let meant = self.meant.as_ref().map(|m| format!("; meant {m}?"));
        format!("{}{}", self.reason, meant.unwrap_or_default())
    }
}

fn because(reason: impl Into<String>) -> NotUnderstood {
    NotUnderstood {
        reason: reason.into(),
        meant: None,
    }
}

/// Reads what was typed; nothing for nothing.
///
/// # Errors
/// [`NotUnderstood`].
pub(crate) fn read(text: &str) -> Result<Option<Typed>, NotUnderstood> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.contains(['.', ':']) {
        return cidrs(text).map(|list| Some(Typed::Cidrs(list)));
    }
    let lower = text.to_lowercase().replace('×', "x");
    let lower = after_next(&lower).unwrap_or(lower.as_str());
    let (size, times) = split_times(lower)?;
    let size = size.trim().trim_start_matches("a ").trim();
    if let Some(len) = size.strip_prefix('/') {
        let len: u8 = len
            .trim()
            .parse()
            .ok()
            .filter(|n| *n <= 128)
            .ok_or_else(|| because(format!("`{size}` is not a prefix length: write /24")))?;
        return Ok(Some(Typed::Length { len, times }));
    }
    let digits: String = size
        .trim_end_matches("addresses")
        .trim_end_matches("address")
        .trim()
        .replace([',', '_', ' '], "");
    match digits.parse::<Count>() {
        Ok(count) if !count.is_zero() => Ok(Some(Typed::Addresses { count, times })),
        Ok(_) => Err(because("nothing asked for: write at least 1")),
        Err(_) => Err(because(
            "write a length (/24), a number of addresses (144) or a prefix (10.1.2.0/24)",
        )),
    }
}

/// What follows `next`, `next free` and the like: one address where nothing does.
fn after_next(text: &str) -> Option<&str> {
    let rest = text.strip_prefix("next")?;
    if !(rest.is_empty() || rest.starts_with(char::is_whitespace)) {
        return None;
    }
    let mut rest = rest.trim();
    for word in ["free", "range", "of", "addresses", "address"] {
        rest = rest.strip_prefix(word).map_or(rest, str::trim_start);
    }
    Some(if rest.is_empty() { "1" } else { rest })
}

/// `/24 x 5` and `5 x /24`.
fn split_times(text: &str) -> Result<(String, u32), NotUnderstood> {
    let Some((left, right)) = text.split_once('x') else {
        return Ok((text.to_owned(), 1));
    };
    let (size, times) = if left.trim_start().starts_with('/') || !right.trim_start().starts_with('/') {
        (left, right)
    } else {
        (right, left)
    };
    let times = times
        .trim()
        .parse::<u32>()
        .ok()
        .filter(|n| (1..=TIMES_MAX).contains(n));
    let times = times.ok_or_else(|| because(format!("how many? Write 1 to {TIMES_MAX}, as in /24 x 5")))?;
    Ok((size.to_owned(), times))
}

/// Prefixes, addresses and ranges, apart by white space or commas: a pasted column.
fn cidrs(text: &str) -> Result<Vec<Cidr>, NotUnderstood> {
    let tidy = text.replace(" - ", "-").replace('–', "-");
    let mut list = Vec::new();
    for word in tidy
        .split(|c: char| c.is_whitespace() || c == ',' || c == ';')
        .filter(|w| !w.is_empty())
    {
        if let Some((first, last)) = word.split_once('-') {
            let (first, last) = (cidr(first)?, cidr(&whole_address(first, last))?);
            list.extend(between(&first, &last).ok_or_else(|| {
                because(format!(
                    "`{word}` is not a range: write its first address, then its last"
                ))
            })?);
        } else {
            list.push(cidr(word).map_err(|e| NotUnderstood {
                meant: e.meant.map(|fixed| tidy.replace(word, &fixed)),
                reason: e.reason,
            })?);
        }
    }
    list.sort_unstable();
    list.dedup();
    Ok(list)
}

/// The `10.0.0.20` of `10.0.0.10-20`: an end that is only the last part of an IPv4 address has the other parts of the start.
fn whole_address(first: &str, last: &str) -> String {
    let short = !last.is_empty() && last.bytes().all(|b| b.is_ascii_digit());
    match first.rsplit_once('.').filter(|_| short) {
        Some((net, _)) => format!("{net}.{last}"),
        None => last.to_owned(),
    }
}

fn cidr(word: &str) -> Result<Cidr, NotUnderstood> {
    word.parse::<Cidr>().map_err(|e| NotUnderstood {
        reason: e.to_string(),
        meant: e.meant.map(|m| m.to_string()),
    })
}

/// The fewest prefixes that are together the addresses from the first of one to the last of the other.
fn between(from: &Cidr, to: &Cidr) -> Option<Vec<Cidr>> {
    let family = from.family();
    if family != to.family() || from.first() > to.last() {
        return None;
    }
    let (mut at, end, mut list) = (from.first(), to.last(), Vec::new());
    loop {
        // The largest block that begins here and does not reach past the end.
        let block = (0..=family.bits())
            .filter_map(|len| Cidr::holding(family, at, len))
            .find(|b| b.first() == at && b.last() <= end)?;
        list.push(block);
        if block.last() == end {
            return Some(list);
        }
        at = block.last() + 1;
    }
}

/// What it is in words, for the line under the field.
pub(crate) fn describe(typed: &Typed, family: Family) -> String {
    match typed {
        Typed::Length { len, times } => {
            let each = crate::format::addresses(Count::pow2(family.bits().saturating_sub(*len)));
            if *times == 1 {
                format!("a /{len}: {each}")
            } else {
                format!("{times} × /{len}: {each} each")
            }
        }
        Typed::Addresses { count, times } => {
            let block = smallest_len(*count, family)
                .map(|len| format!("a /{len}"))
                .unwrap_or_else(|| "more than there are".into());
            let each = if *times == 1 {
                String::new()
            } else {
                format!(", {times} times")
            };
            format!("{}: {block}{each}", crate::format::addresses(*count))
        }
        Typed::Cidrs(list) => format!(
            "exactly {}: {}",
            crate::format::prefixes(list, 3),
            crate::format::size(list)
        ),
    }
}

/// The longest length whose block holds so many addresses.
pub(crate) fn smallest_len(count: Count, family: Family) -> Option<u8> {
    (0..=family.bits())
        .rev()
        .find(|len| Count::pow2(family.bits() - len) >= count)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(prefixes: &[&str]) -> Typed {
        Typed::Cidrs(prefixes.iter().map(|p| p.parse().unwrap()).collect())
    }

    #[test]
    fn lengths_counts_and_prefixes_are_told_apart() {
        assert_eq!(read(""), Ok(None));
        assert_eq!(read("/24"), Ok(Some(Typed::Length { len: 24, times: 1 })));
        for five in ["/24 x 5", "/24x5", "5 × /24", "5x/24"] {
            assert_eq!(
                read(five),
                Ok(Some(Typed::Length { len: 24, times: 5 })),
                "{five}"
            );
        }
        for count in ["144", "144 addresses"] {
            assert_eq!(
                read(count),
                Ok(Some(Typed::Addresses {
                    count: Count::from(144u8),
                    times: 1
                })),
                "{count}"
            );
        }
        assert_eq!(
            read("1,000"),
            Ok(Some(Typed::Addresses {
                count: Count::from(1000u32),
                times: 1
            }))
        );
        assert_eq!(read("10.1.2.0/24"), Ok(Some(list(&["10.1.2.0/24"]))));
        assert_eq!(read("2001:db8::/32"), Ok(Some(list(&["2001:db8::/32"]))));
        assert_eq!(read("10.1.2.3"), Ok(Some(list(&["10.1.2.3/32"]))));
        assert_eq!(
            read("10.0.1.0/24\n10.0.0.0/24"),
            Ok(Some(list(&["10.0.0.0/24", "10.0.1.0/24"])))
        );
    }

    #[test]
    fn next_is_one_address_or_as_many_as_it_says() {
        for one in ["next", "next free", "next free address", "Next address"] {
            assert_eq!(read(one), read("1"), "{one}");
        }
        assert_eq!(read("next 20"), read("20"));
        assert_eq!(read("next free range of 20"), read("20"));
        assert_eq!(read("next 20 addresses"), read("20"));
        assert_eq!(read("next /28"), read("/28"));
        assert!(read("nextdoor").is_err());
    }

    #[test]
    fn ranges_become_the_fewest_prefixes() {
        assert_eq!(read("10.1.2.0-10.1.2.255"), Ok(Some(list(&["10.1.2.0/24"]))));
        assert_eq!(
            read("10.1.2.254 - 10.1.3.1"),
            Ok(Some(list(&["10.1.2.254/31", "10.1.3.0/31"])))
        );
        assert_eq!(
            read("255.255.255.254-255.255.255.255"),
            Ok(Some(list(&["255.255.255.254/31"])))
        );
        assert_eq!(
            read("::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
            Ok(Some(list(&["::/0"])))
        );
        assert_eq!(read("10.1.2.10-13"), read("10.1.2.10-10.1.2.13"));
        assert!(read("10.1.2.10-300").is_err());
        assert!(read("10.1.2.9-10.1.2.1").is_err());
    }

    #[test]
    fn what_was_meant_is_offered() {
        assert_eq!(
            read("10.1.2.3/24").unwrap_err().meant.as_deref(),
            Some("10.1.2.0/24")
        );
        for bad in ["/129", "/x", "0", "abc", "/24 x 0", "/24 x 9999", "10.1.2"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn counts_round_up_to_one_block() {
        assert_eq!(smallest_len(Count::from(144u8), Family::V4), Some(24));
        assert_eq!(smallest_len(Count::from(256u32), Family::V4), Some(24));
        assert_eq!(smallest_len(Count::from(257u32), Family::V4), Some(23));
        assert_eq!(smallest_len(Count::pow2(64), Family::V4), None);
        assert_eq!(smallest_len(Count::pow2(64), Family::V6), Some(64));
    }
}
