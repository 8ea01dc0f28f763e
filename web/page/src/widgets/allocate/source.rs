//! Where space is taken from: the selection, or what it lies in.

use plat_api::ClaimDetails;
use plat_domain::{ClaimId, Family};

use crate::format;

/// What a claim can be taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) id: ClaimId,
    pub(crate) label: String,
    pub(crate) family: Family,
    /// `pool`, `network`, `subnet` or `range`.
    pub(crate) kind: String,
    /// The pool's default length.
    pub(crate) default_len: Option<u8>,
}

fn gives(kind: &str) -> bool {
    matches!(kind, "pool" | "network" | "subnet" | "range")
}

fn own(details: &ClaimDetails) -> Source {
    let row = &details.row;
    Source {
        id: row.id,
        label: if row.name.is_empty() {
            format::prefixes(&row.prefixes, 1)
        } else {
            row.name.clone()
        },
        family: row.family,
        kind: row.kind.clone(),
        default_len: details.policy.as_ref().and_then(|p| p.default_len),
    }
}

fn around(details: &ClaimDetails, fits: impl Fn(&str) -> bool) -> Option<Source> {
    let found = details.ancestors.iter().rev().find(|a| fits(&a.kind))?;
    Some(Source {
        id: found.id,
        label: found.label.clone(),
        family: details.row.family,
        kind: found.kind.clone(),
        default_len: None,
    })
}

/// Where an allocation for this selection is taken from: itself, or the innermost claim around it that gives space.
pub(crate) fn source_of(details: &ClaimDetails) -> Option<Source> {
    if gives(&details.row.kind) {
        Some(own(details))
    } else {
        around(details, gives)
    }
}

/// The pool that a new pool would lie in.
pub(crate) fn pool_of(details: &ClaimDetails) -> Option<Source> {
    if details.row.kind == "pool" {
        Some(own(details))
    } else {
        around(details, |kind| kind == "pool")
    }
}
