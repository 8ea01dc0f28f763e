//! Kinds of claims, how well they are used and how they stand to the rules, in words and marks. Never colour alone.

use plat_domain::query::Compliance;
use plat_domain::{Cidr, Profile, Utilization};

use crate::format;

/// Where a claim lies, as people write it: a range by its ends, an address without a length.
pub(crate) fn place(kind: &str, prefixes: &[Cidr], shown: usize) -> String {
    let address = |cidr: &Cidr, last: bool| {
        let at = if last { cidr.last() } else { cidr.first() };
        let family = cidr.family();
        let text = Cidr::holding(family, at, family.bits()).map(|c| c.to_string());
        let text = text.unwrap_or_default();
        text.split('/').next().unwrap_or_default().to_owned()
    };
    match (kind, prefixes) {
        ("address", [one]) if one.len() == one.family().bits() => address(one, false),
        ("range", [first, .., last]) => format!("{}–{}", address(first, false), address(last, true)),
        ("range", [one]) if one.len() < one.family().bits() => {
            format!("{}–{}", address(one, false), address(one, true))
        }
        _ => format::prefixes(prefixes, shown),
    }
}

/// The smallest prefix that holds all of these; the first where they are of two families.
pub(crate) fn around(prefixes: &[Cidr]) -> Option<Cidr> {
    let (first, last) = (prefixes.first()?, prefixes.last()?);
    let mut around = *first;
    while !prefixes.iter().all(|p| around.contains(p)) && first.family() == last.family() {
        around = around.parent()?;
    }
    Some(around)
}

/// Mark and word of how well something is used.
pub(crate) fn level(level: Utilization) -> (&'static str, &'static str) {
    match level {
        Utilization::Under => ("▾", "underused"),
        Utilization::Optimal => ("●", "well used"),
        Utilization::Over => ("▴", "overused"),
    }
}

/// The class of its colour.
pub(crate) fn level_class(level: Utilization) -> &'static str {
    match level {
        Utilization::Under => "level-under",
        Utilization::Optimal => "level-optimal",
        Utilization::Over => "level-over",
    }
}

/// Every status, the ones to look at first.
pub(crate) const STANDINGS: [Compliance; 4] = [
    Compliance::Noncompliant,
    Compliance::Unmanaged,
    Compliance::Ignored,
    Compliance::Compliant,
];

/// Mark and word of how a claim stands to the rules.
pub(crate) fn standing(status: Compliance) -> (&'static str, &'static str) {
    match status {
        Compliance::Compliant => ("✓", "compliant"),
        Compliance::Noncompliant => ("!", "noncompliant"),
        Compliance::Unmanaged => ("?", "unmanaged"),
        Compliance::Ignored => ("–", "ignored"),
    }
}

/// A provider as it calls itself.
pub(crate) fn provider(profile: Profile) -> &'static str {
    match profile {
        Profile::Generic => "Generic",
        Profile::Azure => "Azure",
        Profile::Aws => "AWS",
        Profile::GoogleCloud => "Google Cloud",
        Profile::Oci => "Oracle Cloud",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidrs(list: &[&str]) -> Vec<Cidr> {
        list.iter().map(|p| p.parse().unwrap()).collect()
    }

    #[test]
    fn ranges_are_named_by_their_ends_and_addresses_without_a_length() {
        let range = cidrs(&["10.0.0.10/31", "10.0.0.12/30", "10.0.0.16/30"]);
        assert_eq!(place("range", &range, 1), "10.0.0.10–10.0.0.19");
        assert_eq!(
            place("range", &cidrs(&["2001:db8::/126"]), 1),
            "2001:db8::–2001:db8::3"
        );
        assert_eq!(place("address", &cidrs(&["10.0.0.5/32"]), 1), "10.0.0.5");
        assert_eq!(place("network", &cidrs(&["10.0.0.5/32"]), 1), "10.0.0.5/32");
        assert_eq!(place("network", &range, 1), "10.0.0.10/31 +2");
    }

    #[test]
    fn one_prefix_is_put_around_several() {
        let around = |list: &[&str]| around(&cidrs(list)).map(|c| c.to_string());
        assert_eq!(around(&["10.0.0.10/31", "10.0.0.16/30"]).unwrap(), "10.0.0.0/27");
        assert_eq!(around(&["10.0.0.0/24"]).unwrap(), "10.0.0.0/24");
        assert_eq!(around(&["10.0.0.0/8", "192.168.0.0/16"]).unwrap(), "0.0.0.0/0");
        assert_eq!(around(&[]), None);
    }
}
