//! The tree as people see it: rows of one level, a page at a time.

use serde::{Deserialize, Serialize};

use super::compliance::{Compliance, compliance};
use super::usage::{Usage, usable, usage, utilization};
use crate::{
    Cidr, Claim, ClaimId, Count, Family, Name, ResourceId, SpaceId, State, Tags, Timestamp, Utilization,
};

/// One claim in a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Identity.
    pub id: ClaimId,
    /// The space.
    pub space: SpaceId,
    /// What it was declared to lie in.
    pub parent: Option<ClaimId>,
    /// `pool`, `network`, `subnet`, `static`, `external`, `reservation`, `cooling`, `range`, `address`.
    pub kind: String,
    /// Its name; empty if it has none.
    pub name: String,
    /// Its prefixes, in order.
    pub prefixes: Vec<Cidr>,
    /// Address family.
    pub family: Family,
    /// Who holds it.
    pub holder: Option<Holder>,
    /// How full it is, for what can hold claims.
    pub usage: Usage,
    /// How well it is used, for pools, networks, subnets and ranges.
    pub utilization: Option<Utilization>,
    /// Addresses that hosts can have, for networks and subnets.
    pub usable: Option<Count>,
    /// How it stands to the rules, but for pools and what is resting.
    pub compliance: Option<Compliance>,
    /// True if it is marked as really in use.
    pub in_use: bool,
    /// True if something lies in it.
    pub has_children: bool,
    /// How many claims it conflicts with, without those accepted.
    pub conflicts: u64,
    /// True if it was found, not allocated.
    pub observed: bool,
    /// When it ends, for a reservation or what is resting.
    pub expires_at: Option<Timestamp>,
    /// Labels.
    pub tags: Tags,
    /// Free text.
    pub description: String,
}

/// The resource that holds a network, as a listing names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Holder {
    /// Identity.
    pub id: ResourceId,
    /// Display name.
    pub name: Name,
    /// The provider's word for it.
    pub kind: Name,
}

/// Where a page of a listing ended: the last row shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cursor {
    /// Its first prefix.
    pub first: Cidr,
    /// Its identity.
    pub id: ClaimId,
}

/// One claim as a row.
#[must_use]
pub fn row(state: &State, claim: &Claim) -> Row {
    let holder = claim.kind.holder().and_then(|id| state.resource(id));
    let usage = usage(state, claim);
    Row {
        id: claim.id,
        space: claim.space,
        parent: claim.parent,
        kind: claim.kind.word().into(),
        name: claim.name.as_ref().map(ToString::to_string).unwrap_or_default(),
        prefixes: claim.prefixes.clone(),
        family: claim.prefixes.first().map_or(Family::V4, Cidr::family),
        holder: holder.map(|r| Holder {
            id: r.id,
            name: r.name.clone(),
            kind: r.kind.clone(),
        }),
        utilization: utilization(state, claim, &usage),
        usage,
        usable: usable(state, claim),
        compliance: compliance(state, claim).map(|(status, _)| status),
        in_use: claim.kind.is_in_use(),
        has_children: state.children(claim.id).next().is_some(),
        conflicts: state.open_conflicts_of(claim.id).count() as u64,
        observed: claim.observed,
        expires_at: claim.kind.ends_at(),
        tags: claim.tags.clone(),
        description: claim.description.as_str().to_owned(),
    }
}

/// Rows of one level in address order, after a cursor: at most `limit`, and the cursor of the next page if there
/// is one. O(limit · log n).
#[must_use]
pub fn rows(
    state: &State,
    space: SpaceId,
    parent: Option<ClaimId>,
    after: Option<Cursor>,
    limit: usize,
) -> (Vec<Row>, Option<Cursor>) {
    let mut claims = state.children_after(space, parent, after.map(|c| (c.first, c.id)));
    let page: Vec<&Claim> = claims.by_ref().take(limit).collect();
    let more = claims.next().is_some();
    let next = page.last().filter(|_| more).map(|c| Cursor {
        first: c.prefixes[0],
        id: c.id,
    });
    (page.into_iter().map(|c| row(state, c)).collect(), next)
}
