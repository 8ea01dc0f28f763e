//! What each provider does with a subnet: the addresses it keeps for itself, and the sizes it takes (SEMANTICS 8).

use plat_allocator::Count;
use serde::{Deserialize, Serialize};

use crate::{Cidr, ClaimKind, Family};

/// Whose rules a network and its subnets follow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Profile {
    /// Network and broadcast address of IPv4 (RFC 1122), none of a /31 (RFC 3021) or a /32, none of IPv6.
    #[default]
    Generic,
    /// [Azure](https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq): five addresses of each
    /// subnet (the first four and the last); IPv4 /29 at the smallest, IPv6 exactly /64.
    Azure,
    /// [AWS](https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html): five addresses of each subnet (the
    /// first four and the last); IPv4 /16 to /28, IPv6 /44 to /64 in steps of four.
    Aws,
    /// [Google Cloud](https://cloud.google.com/vpc/docs/subnets): four addresses of each IPv4 subnet (two at either
    /// end); IPv4 /29 at the smallest, IPv6 exactly /64.
    GoogleCloud,
    /// [Oracle Cloud](https://docs.oracle.com/iaas/Content/Network/Concepts/overview.htm): three addresses of each IPv4
    /// subnet (the first two and the last); IPv4 /16 to /30, IPv6 exactly /64.
    Oci,
}

/// Addresses at the ends of a subnet that no host gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// From the first address on.
    pub first: u8,
    /// Up to the last address.
    pub last: u8,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 5] = [
        Self::Generic,
        Self::Azure,
        Self::Aws,
        Self::GoogleCloud,
        Self::Oci,
    ];

    /// The profile of a resource's provider, as imports name it.
    #[must_use]
    pub fn of_provider(provider: &str) -> Option<Self> {
        match provider.to_ascii_lowercase().as_str() {
            "azure" => Some(Self::Azure),
            "aws" => Some(Self::Aws),
            "gcp" | "google" | "googlecloud" => Some(Self::GoogleCloud),
            "oci" | "oracle" => Some(Self::Oci),
            _ => None,
        }
    }

    /// The name in API and exports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Azure => "azure",
            Self::Aws => "aws",
            Self::GoogleCloud => "googleCloud",
            Self::Oci => "oci",
        }
    }

    /// What is kept of a subnet with this prefix.
    #[must_use]
    pub fn reserved(self, subnet: &Cidr) -> Ends {
        let (v4, host_bits) = (
            subnet.family() == Family::V4,
            subnet.family().bits() - subnet.len(),
        );
        let ends = |first, last| Ends { first, last };
        match self {
            Self::Generic if v4 && host_bits >= 2 => ends(1, 1),
            Self::Azure | Self::Aws if host_bits >= 3 => ends(4, 1),
            Self::GoogleCloud if v4 && host_bits >= 3 => ends(2, 2),
            Self::Oci if v4 && host_bits >= 2 => ends(2, 1),
            // Sizes that the provider refuses anyway (see `lint`) keep what fits of the generic rule.
            Self::Azure | Self::Aws | Self::GoogleCloud if v4 && host_bits == 2 => ends(1, 1),
            Self::Generic | Self::Azure | Self::Aws | Self::GoogleCloud | Self::Oci => Ends::default(),
        }
    }

    /// Addresses of a subnet that hosts can have: its size less what is kept.
    #[must_use]
    pub fn usable(self, subnet: &Cidr) -> Count {
        let ends = self.reserved(subnet);
        subnet
            .count()
            .saturating_sub(Count::new(u128::from(ends.first) + u128::from(ends.last)))
    }

    /// What the provider would say to a network or subnet of this size; nothing if it takes it.
    #[must_use]
    pub fn lint(self, kind: &ClaimKind, prefix: &Cidr) -> Option<String> {
        let (len, v4) = (prefix.len(), prefix.family() == Family::V4);
        let subnet = matches!(kind, ClaimKind::Subnet);
        if !subnet && !matches!(kind, ClaimKind::Network { .. }) {
            return None;
        }
        let (provider, what) = (self.title(), if subnet { "subnets" } else { "networks" });
        let bounds = |shortest: u8, longest: u8| {
            (len < shortest || len > longest)
                .then(|| format!("{provider} takes {what} of /{shortest} to /{longest}, not /{len}"))
        };
        let exactly_64 =
            || (len != 64).then(|| format!("{provider} takes IPv6 {what} of /64 only, not /{len}"));
        match (self, v4, subnet) {
            (Self::Generic, ..) => None,
            (Self::Azure, true, _) => bounds(2, 29),
            (Self::Azure | Self::GoogleCloud | Self::Oci, false, true) => exactly_64(),
            (Self::Azure, false, false) => bounds(0, 64),
            (Self::Aws, true, _) => bounds(16, 28),
            (Self::Aws, false, subnet) => bounds(44, if subnet { 64 } else { 60 }).or_else(|| {
                (!len.is_multiple_of(4))
                    .then(|| format!("{provider} takes IPv6 {what} in steps of 4 bits, not /{len}"))
            }),
            (Self::GoogleCloud, true, true) => bounds(4, 29),
            // A Google network has no prefix of its own; an import's is the union of its subnets.
            (Self::GoogleCloud, _, false) => None,
            (Self::Oci, true, _) => bounds(16, 30),
            (Self::Oci, false, false) => bounds(0, 64),
        }
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Azure => "Azure",
            Self::Aws => "AWS",
            Self::GoogleCloud => "Google Cloud",
            Self::Oci => "Oracle Cloud",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usable(profile: Profile, subnet: &str) -> Option<u128> {
        profile.usable(&subnet.parse().unwrap()).to_u128()
    }

    #[test]
    fn usable_is_size_less_what_the_provider_keeps() {
        use Profile::{Aws, Azure, Generic, GoogleCloud, Oci};
        for (profile, expected) in [
            (Generic, 254),
            (Azure, 251),
            (Aws, 251),
            (GoogleCloud, 252),
            (Oci, 253),
        ] {
            assert_eq!(usable(profile, "10.0.0.0/24"), Some(expected), "{profile:?}");
        }
        assert_eq!(usable(Generic, "10.0.0.0/30"), Some(2));
        assert_eq!(usable(Generic, "10.0.0.0/31"), Some(2));
        assert_eq!(usable(Generic, "10.0.0.0/32"), Some(1));
        assert_eq!(usable(Azure, "10.0.0.0/29"), Some(3));
        assert_eq!(usable(Generic, "2001:db8::/64"), Some(1 << 64));
        assert_eq!(usable(Azure, "2001:db8::/64"), Some((1 << 64) - 5));
    }

    #[test]
    fn nothing_usable_is_ever_less_than_nothing() {
        for profile in Profile::ALL {
            for len in 0..=32 {
                let subnet = Cidr::holding(Family::V4, 0, len).unwrap();
                let ends = profile.reserved(&subnet);
                assert!(Count::new(u128::from(ends.first) + u128::from(ends.last)) < subnet.count());
            }
        }
    }

    #[test]
    fn sizes_that_a_cloud_refuses_are_named() {
        let lint =
            |profile: Profile, kind: &ClaimKind, prefix: &str| profile.lint(kind, &prefix.parse().unwrap());
        let network = ClaimKind::Network { holder: None };
        assert_eq!(lint(Profile::Azure, &ClaimKind::Subnet, "10.0.0.0/29"), None);
        assert!(
            lint(Profile::Azure, &ClaimKind::Subnet, "10.0.0.0/30")
                .unwrap()
                .contains("/30")
        );
        assert!(lint(Profile::Azure, &ClaimKind::Subnet, "2001:db8::/80").is_some());
        assert!(lint(Profile::Aws, &network, "10.0.0.0/15").is_some());
        assert!(lint(Profile::Aws, &ClaimKind::Subnet, "2001:db8::/62").is_some());
        assert!(lint(Profile::GoogleCloud, &ClaimKind::Subnet, "10.0.0.0/30").is_some());
        assert_eq!(lint(Profile::GoogleCloud, &network, "10.0.0.0/8"), None);
        assert!(lint(Profile::Oci, &network, "10.0.0.0/8").is_some());
        assert_eq!(lint(Profile::Generic, &network, "10.0.0.0/8"), None);
        assert_eq!(lint(Profile::Azure, &ClaimKind::Static, "10.0.0.0/32"), None);
    }
}
