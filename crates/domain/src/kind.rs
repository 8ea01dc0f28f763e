//! Why addresses are occupied, and what may lie in what.

use serde::{Deserialize, Serialize};

use crate::{Policy, ResourceId, Timestamp};

/// Why addresses are occupied. The order of the variants is part of the stored form: add at the end only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum ClaimKind {
    /// A named set of prefixes to allocate from, root or child of a pool.
    Pool(Box<Policy>),
    /// A network, held by a resource or planned (not yet held).
    Network {
        /// The holder; none while the network is only planned.
        holder: Option<ResourceId>,
    },
    /// A part of a network.
    Subnet,
    /// In use by something not managed here.
    Static,
    /// Elsewhere (on-premises, another cloud): recorded, never handed out.
    External,
    /// Held back, until a stated time if any.
    Reservation {
        /// When it becomes available again; never, if none.
        expires_at: Option<Timestamp>,
    },
    /// Released, and resting until it may be handed out again.
    Cooling {
        /// When it becomes available again.
        until: Timestamp,
    },
    /// Addresses from one to another in a network or subnet, whatever prefixes they make.
    Range {
        /// True if all of its addresses are really in use.
        #[serde(default)]
        in_use: bool,
    },
    /// One address in a network, subnet or range.
    Address {
        /// True if it is really in use.
        #[serde(default)]
        in_use: bool,
    },
}

impl ClaimKind {
    /// A pool with these rules.
    #[must_use]
    pub fn pool(policy: Policy) -> Self {
        Self::Pool(Box::new(policy))
    }

    /// The kind's name in API and exports.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Pool(_) => "pool",
            Self::Network { .. } => "network",
            Self::Subnet => "subnet",
            Self::Static => "static",
            Self::External => "external",
            Self::Reservation { .. } => "reservation",
            Self::Cooling { .. } => "cooling",
            Self::Range { .. } => "range",
            Self::Address { .. } => "address",
        }
    }

    /// True if space claimed so counts as reserved, not allocated (SEMANTICS 4).
    #[must_use]
    pub const fn is_reserved(&self) -> bool {
        matches!(self, Self::Reservation { .. } | Self::Cooling { .. })
    }

    /// True for pools.
    #[must_use]
    pub const fn is_pool(&self) -> bool {
        matches!(self, Self::Pool(_))
    }

    /// The rules of a pool.
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        if let Self::Pool(policy) = self {
            Some(policy)
        } else {
            None
        }
    }

    /// True for kinds that other claims may lie in.
    #[must_use]
    pub const fn holds_claims(&self) -> bool {
        matches!(
            self,
            Self::Pool(_) | Self::Network { .. } | Self::Subnet | Self::Range { .. }
        )
    }

    /// Whether a claim of kind `child` may lie in one of this kind. What is resting may lie wherever it was.
    #[must_use]
    pub const fn may_hold(&self, child: &Self) -> bool {
        match self {
            Self::Pool(_) => !matches!(child, Self::Subnet | Self::Range { .. } | Self::Address { .. }),
            Self::Network { .. } => matches!(
                child,
                Self::Subnet | Self::Range { .. } | Self::Address { .. } | Self::Cooling { .. }
            ),
            Self::Subnet => matches!(
                child,
                Self::Range { .. } | Self::Address { .. } | Self::Cooling { .. }
            ),
            Self::Range { .. } => matches!(child, Self::Address { .. } | Self::Cooling { .. }),
            Self::Static
            | Self::External
            | Self::Reservation { .. }
            | Self::Cooling { .. }
            | Self::Address { .. } => false,
        }
    }

    /// True for kinds that mean nothing outside what they lie in.
    #[must_use]
    pub const fn needs_parent(&self) -> bool {
        matches!(self, Self::Subnet | Self::Range { .. } | Self::Address { .. })
    }

    /// True for kinds that single hosts get addresses in, so that a provider keeps some of them for itself.
    #[must_use]
    pub const fn has_hosts(&self) -> bool {
        matches!(self, Self::Network { .. } | Self::Subnet)
    }

    /// True if its addresses are really in use.
    #[must_use]
    pub const fn is_in_use(&self) -> bool {
        matches!(
            self,
            Self::Range { in_use: true } | Self::Address { in_use: true }
        )
    }

    /// True if the space rests after its release, where the pool asks for that: what hosts may have had.
    #[must_use]
    pub const fn rests(&self) -> bool {
        matches!(
            self,
            Self::Network { .. }
                | Self::Subnet
                | Self::Static
                | Self::External
                | Self::Range { .. }
                | Self::Address { .. }
        )
    }

    /// The holder of a network.
    #[must_use]
    pub const fn holder(&self) -> Option<ResourceId> {
        if let Self::Network { holder } = self {
            *holder
        } else {
            None
        }
    }

    /// When it ends by itself: a reservation, or what is resting.
    #[must_use]
    pub const fn ends_at(&self) -> Option<Timestamp> {
        match self {
            Self::Reservation { expires_at } => *expires_at,
            Self::Cooling { until } => Some(*until),
            Self::Pool(_)
            | Self::Network { .. }
            | Self::Subnet
            | Self::Static
            | Self::External
            | Self::Range { .. }
            | Self::Address { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_fields_are_refused() {
        let read = |json: &str| serde_json::from_str::<ClaimKind>(json);
        assert_eq!(
            read(r#"{"range":{"inUse":true}}"#).unwrap(),
            ClaimKind::Range { in_use: true }
        );
        assert_eq!(read(r#""subnet""#).unwrap(), ClaimKind::Subnet);
        for json in [
            r#"{"network":{"holder":null,"owner":"x"}}"#,
            r#"{"reservation":{"expiresAt":null,"until":null}}"#,
            r#"{"cooling":{"until":"2097-01-01T00:00:00Z","since":null}}"#,
            r#"{"range":{"inUse":true,"used":true}}"#,
            r#"{"address":{"in_use":true}}"#,
            r#"{"pool":{"smallest":24}}"#,
            r#"{"subnet":{}}"#,
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}
