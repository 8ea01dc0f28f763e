//! The tree as people see it: rows of one level, a page at a time.

use serde::{Deserialize, Serialize};

use super::usage::{Usage, usage};
use crate::{Cidr, Claim, ClaimId, Family, Name, ResourceId, SpaceId, State, Tags, Timestamp};

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
    /// `pool`, `network`, `subnet`, `static`, `external`, `reservation`.
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
    /// True if something lies in it.
    pub has_children: bool,
    /// How many claims it conflicts with.
    pub conflicts: u64,
    /// True if it was found, not allocated.
    pub observed: bool,
    /// When it ends, for a reservation.
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
        usage: usage(state, claim),
        has_children: state.children(claim.id).next().is_some(),
        conflicts: state.conflicts_of(claim.id).count() as u64,
        observed: claim.observed,
        expires_at: claim.kind.expires_at(),
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
