//! What a pool lets be allocated, and what it asks of those who allocate (SEMANTICS 7–10).

use std::collections::{BTreeMap, BTreeSet};

use plat_allocator::{Count, Strategy};
use serde::{Deserialize, Serialize};

use crate::record::record;
use crate::{Description, Name, Profile};

record! {
    /// The rules of a pool. A longer prefix is a smaller block.
    ///
    /// Sizes and strategy bind what is allocated directly from the pool. Quotas bind all that lies in it at any depth.
    /// Tags, cool-down, thresholds and profile hold for the pools within it too, until one of them states its own.
    #[derive(Default)]
    pub struct Policy {
    } parts in policy_parts {
        /// The shortest prefix (largest block) that may be allocated, in bits, inclusive.
        pub shortest_len as ShortestLen: Option<u8>,
        /// The longest prefix (smallest block) that may be allocated, in bits, inclusive.
        pub longest_len as LongestLen: Option<u8>,
        /// The length allocated when a request names no size.
        pub default_len as DefaultLen: Option<u8>,
        /// Where new allocations go when the request does not say; first fit if unset.
        pub strategy as Strategy: Option<Strategy>,
        /// Tags that every allocation (or its holder) must have, each with the values allowed; any value where none is
        /// listed. An empty map asks for nothing, whatever the pools around ask.
        pub required_tags as RequiredTags: Option<BTreeMap<Name, BTreeSet<Description>>>,
        /// How much each tenant may have in the pool.
        pub quotas as Quotas: Option<Quotas>,
        /// Seconds that released space rests before it is handed out again; 0 hands it out at once.
        pub cool_down_seconds as CoolDown: Option<u32>,
        /// When a pool, subnet or range counts as under- or overused.
        pub thresholds as Thresholds: Option<Thresholds>,
        /// Whose rules its networks and subnets follow.
        pub profile as Profile: Option<Profile>,
    }
}

/// How much tenants may have, in addresses of IPv4 or /64s of IPv6.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Quotas {
    /// For each tenant that `tenants` does not name; no limit if unset.
    #[serde(default)]
    pub default: Option<Count>,
    /// By tenant.
    #[serde(default)]
    pub tenants: BTreeMap<Name, Count>,
}

impl Quotas {
    /// What a tenant may have; no limit if none.
    #[must_use]
    pub fn of(&self, tenant: &Name) -> Option<Count> {
        self.tenants.get(tenant).copied().or(self.default)
    }
}

/// Bounds of what counts as used well, in basis points (hundredths of a percent).
///
/// Windows Server IPAM's defaults are 20 % and 80 %.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Thresholds {
    /// Less than this is under.
    pub under_basis_points: u16,
    /// More than this is over.
    pub over_basis_points: u16,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self {
            under_basis_points: 2_000,
            over_basis_points: 8_000,
        }
    }
}

/// How well something is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Utilization {
    /// Below the lower threshold.
    Under,
    /// Between the thresholds, both included.
    Optimal,
    /// Above the upper threshold.
    Over,
}

impl Thresholds {
    /// Where a utilisation lies.
    #[must_use]
    pub const fn level(self, basis_points: u16) -> Utilization {
        if basis_points < self.under_basis_points {
            Utilization::Under
        } else if basis_points > self.over_basis_points {
            Utilization::Over
        } else {
            Utilization::Optimal
        }
    }
}
