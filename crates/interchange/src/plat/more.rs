//! The column `more`: as JSON, the parts of a row that have no column of their own.

use plat_domain::{Claim, ClaimKind, Description, Isolation, Policy, Space, SpaceId};
use serde::{Deserialize, Serialize};

fn is_default<T: Default + PartialEq>(part: &T) -> bool {
    *part == T::default()
}

/// Of a space.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct OfSpace {
    #[serde(skip_serializing_if = "is_default")]
    pub(super) provider: Option<SpaceId>,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) isolation: Option<Isolation>,
}

impl OfSpace {
    pub(super) fn of(space: &Space) -> Self {
        Self {
            provider: space.provider,
            isolation: space.isolation,
        }
    }
}

/// Of a claim.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct OfClaim {
    /// Without what has columns.
    #[serde(skip_serializing_if = "is_default")]
    pub(super) policy: Policy,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) in_use: bool,
    #[serde(skip_serializing_if = "is_default")]
    pub(super) ignored: Option<Description>,
}

impl OfClaim {
    pub(super) fn of(claim: &Claim) -> Self {
        Self {
            policy: claim.kind.policy().map(without_columns).unwrap_or_default(),
            in_use: claim.kind.is_in_use(),
            ignored: claim.ignored.clone(),
        }
    }

    /// What cannot be of a claim of this kind, or is said in a column.
    pub(super) fn misplaced(&self, kind: &ClaimKind) -> Option<&'static str> {
        if !kind.is_pool() && self.policy != Policy::default() {
            Some("`policy` is for pools")
        } else if self.policy != without_columns(&self.policy) {
            Some("`policy`: the lengths and the strategy have columns of their own")
        } else if self.in_use && !matches!(kind, ClaimKind::Range { .. } | ClaimKind::Address { .. }) {
            Some("`inUse` is for ranges and addresses")
        } else {
            None
        }
    }
}

/// Of a row that has all of its parts in columns.
#[derive(Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OfOthers {}

fn without_columns(policy: &Policy) -> Policy {
    Policy {
        shortest_len: None,
        longest_len: None,
        default_len: None,
        strategy: None,
        ..policy.clone()
    }
}

/// The cell: empty where nothing is set.
pub(super) fn cell<T: Default + PartialEq + Serialize>(more: &T) -> String {
    if is_default(more) {
        String::new()
    } else {
        // To memory, and every key is text: there is nothing that could fail.
        serde_json::to_string(more).unwrap_or_default()
    }
}
