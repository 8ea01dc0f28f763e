//! What can be taken from what, and how it is said.

use plat_api::AllocationKind;
use plat_domain::{Cidr, Count, Family, Span, Strategy};

use crate::typed::{self, Typed};

/// A kind's word, the kind, and how the form calls it.
type Kind = (&'static str, AllocationKind, &'static str);

/// What is taken from a pool.
const FROM_POOL: [Kind; 4] = [
    ("network", AllocationKind::Network, "Network"),
    (
        "static",
        AllocationKind::Static,
        "Static: in use, not managed here",
    ),
    (
        "reservation",
        AllocationKind::Reservation,
        "Reservation: held back",
    ),
    (
        "external",
        AllocationKind::External,
        "External: elsewhere, never handed out",
    ),
];

/// What is taken from a network, of which a subnet gives all but the first and a range the last only.
const FROM_NETWORK: [Kind; 3] = [
    ("subnet", AllocationKind::Subnet, "Subnet"),
    ("range", AllocationKind::Range, "Range"),
    ("address", AllocationKind::Address, "Address"),
];

/// The kinds that are taken from a claim of this kind, the usual one first.
pub(crate) fn kinds(source: &str) -> &'static [Kind] {
    match source {
        "network" => &FROM_NETWORK,
        "subnet" => &FROM_NETWORK[1..],
        "range" => &FROM_NETWORK[2..],
        _ => &FROM_POOL,
    }
}

/// Strategies as the forms list them.
pub(crate) const STRATEGIES: [(&str, Option<Strategy>, &str); 5] = [
    ("", None, "As the pool says"),
    ("firstFit", Some(Strategy::FirstFit), "First fit: lowest address"),
    ("bestFit", Some(Strategy::BestFit), "Best fit: smallest gap"),
    (
        "fromEnd",
        Some(Strategy::FromEnd),
        "From the end: highest address",
    ),
    ("sparse", Some(Strategy::Sparse), "Sparse: room to grow"),
];

pub(crate) fn kind_of(word: &str) -> AllocationKind {
    FROM_POOL
        .iter()
        .chain(&FROM_NETWORK)
        .find(|(w, _, _)| *w == word)
        .map_or(AllocationKind::Network, |(_, kind, _)| *kind)
}

/// The kind to begin with, for what was chosen on the map or in a list: an address where it is one.
pub(crate) fn first_kind(source: &str, seed: &str) -> &'static str {
    let host = matches!(typed::read(seed), Ok(Some(Typed::Cidrs(list)))
        if list.len() == 1 && list.iter().all(|c| c.len() == c.family().bits()));
    let offered = kinds(source);
    let wanted = if source == "subnet" && seed.is_empty() || host && source != "pool" {
        offered.last()
    } else {
        offered.first()
    };
    wanted.map_or("network", |(word, _, _)| word)
}

/// What the field holds before anything is typed.
pub(crate) fn usual(kind: AllocationKind, family: Family, default_len: Option<u8>) -> String {
    match kind {
        AllocationKind::Address => "next".to_owned(),
        AllocationKind::Range => "next 10".to_owned(),
        AllocationKind::Subnet if family == Family::V4 => "/26".to_owned(),
        _ => format!(
            "/{}",
            default_len.unwrap_or(if family == Family::V4 { 24 } else { 64 })
        ),
    }
}

/// What was typed in words, for the line under the field.
pub(crate) fn describe(
    kind: AllocationKind,
    max_prefixes: Option<u16>,
    typed: &Typed,
    family: Family,
) -> String {
    match (kind, typed) {
        (AllocationKind::Address, Typed::Addresses { count, times: 1 }) if *count == Count::ONE => {
            "the next free address that hosts may have".to_owned()
        }
        (AllocationKind::Address, Typed::Addresses { count, times }) => {
            let all = count.to_string();
            let times = if *times > 1 {
                format!(", {times} times")
            } else {
                String::new()
            };
            format!("the next {all} free addresses, each by itself{times}")
        }
        (AllocationKind::Range, Typed::Addresses { count, times: 1 }) => {
            format!("the next {} in a row", crate::format::addresses(*count))
        }
        (AllocationKind::Range | AllocationKind::Address, Typed::Cidrs(list)) => {
            format!("exactly {}: {}", said(kind, list, 3), size(kind, list))
        }
        _ => {
            let mut words = typed::describe(typed, family);
            if let Some(n) = max_prefixes.filter(|n| *n > 1 && !matches!(typed, Typed::Cidrs(_))) {
                words.push_str(&format!(", or as much in up to {n} prefixes"));
            }
            words
        }
    }
}

/// How much is taken: of hosts the number, of others the length too.
pub(crate) fn size(kind: AllocationKind, list: &[Cidr]) -> String {
    let hosts = matches!(kind, AllocationKind::Range | AllocationKind::Address);
    let all = list
        .iter()
        .map(Cidr::count)
        .fold(Count::ZERO, Count::saturating_add);
    if hosts {
        crate::format::addresses(all)
    } else {
        crate::format::size(list)
    }
}

/// What is taken, as its kind is said: a range from its first address to its last, an address without a length.
pub(crate) fn said(kind: AllocationKind, list: &[Cidr], shown: usize) -> String {
    let address = |text: String| text.split('/').next().unwrap_or_default().to_owned();
    match (kind, list) {
        (AllocationKind::Range, [first, .., last]) => {
            let span = Span::new(first.family(), first.first(), last.last());
            let whole = span.filter(|span| span.prefixes() == list);
            whole.map_or_else(|| crate::format::prefixes(list, shown), |span| span.to_string())
        }
        (AllocationKind::Address, [one]) => address(one.to_string()),
        _ => crate::format::prefixes(list, shown),
    }
}

pub(crate) fn strategy_of(word: &str) -> Option<Strategy> {
    STRATEGIES
        .iter()
        .find(|(w, _, _)| *w == word)
        .and_then(|(_, strategy, _)| *strategy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_is_said_as_its_kind_is() {
        let list = |text: &str| match typed::read(text) {
            Ok(Some(Typed::Cidrs(list))) => list,
            other => panic!("{other:?}"),
        };
        let range = list("10.0.0.10-20");
        assert_eq!(said(AllocationKind::Range, &range, 1), "10.0.0.10-10.0.0.20");
        assert_eq!(said(AllocationKind::Network, &range, 1), "10.0.0.10/31 +3");
        assert_eq!(
            said(AllocationKind::Range, &list("10.0.0.8/30 10.0.0.16/30"), 1),
            "10.0.0.8/30 +1"
        );
        assert_eq!(said(AllocationKind::Address, &list("10.0.0.1"), 1), "10.0.0.1");
        assert_eq!(size(AllocationKind::Range, &range), "11 addresses");
    }

    #[test]
    fn kinds_follow_what_gives() {
        assert_eq!(first_kind("pool", ""), "network");
        assert_eq!(first_kind("network", "10.0.0.0/26"), "subnet");
        assert_eq!(first_kind("network", "10.0.0.4/32"), "address");
        assert_eq!(first_kind("subnet", ""), "address");
        assert_eq!(first_kind("subnet", "10.0.0.8/29"), "range");
        assert_eq!(first_kind("range", ""), "address");
        assert_eq!(usual(AllocationKind::Address, Family::V4, Some(24)), "next");
        assert_eq!(usual(AllocationKind::Network, Family::V6, None), "/64");
    }
}
