use serde::{Deserialize, Serialize};

use super::placement::{self, Place};
use crate::{
    Change, Cidr, Claim, ClaimId, ClaimKind, Description, Fingerprint, Name, Rejection, State, Tags,
};

/// Records what exists (an import, a sync). Overlaps are stored and become conflicts; a policy broken is a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Adopt {
    /// Identity, derived from what is adopted so that adopting it twice changes nothing.
    pub id: ClaimId,
    /// Where.
    pub place: Place,
    /// What it is.
    pub kind: ClaimKind,
    /// The prefixes it has.
    pub prefixes: Vec<Cidr>,
    /// Display name; needed for a pool.
    #[serde(default)]
    pub name: Option<Name>,
    /// Labels.
    #[serde(default)]
    pub tags: Tags,
    /// Free text.
    #[serde(default)]
    pub description: Description,
    /// True to become the parent of the claims at the same level that lie whole within the prefixes.
    #[serde(default)]
    pub absorb: bool,
}

impl Adopt {
    /// Rejections, in precedence order: `invalid`, `limit-exceeded`, `not-found`, `id-in-use`, `name-in-use`,
    /// `wrong-parent`, `too-deep`, `wrong-family`, `outside-parent`. Never `overlap`.
    pub(super) fn decide(&self, state: &State, request: Fingerprint) -> Result<Vec<Change>, Rejection> {
        if let Some(existing) = state.claim(self.id) {
            return placement::retried(existing, request);
        }
        let spot = placement::resolve(state, &self.place, &self.kind, &self.prefixes)?;
        let mut claim = Claim {
            id: self.id,
            space: spot.space,
            parent: spot.parent.map(|p| p.id),
            kind: self.kind,
            name: self.name.clone(),
            prefixes: self.prefixes.clone(),
            observed: true,
            tags: self.tags.clone(),
            description: self.description.clone(),
            request,
        };
        placement::check(state, &mut claim)?;
        let mut changes = vec![Change::ClaimPut(claim.clone())];
        if self.absorb {
            for inner in placement::siblings_within(state, &claim) {
                let mut inner = inner.clone();
                inner.parent = Some(claim.id);
                placement::check_depth(state, &claim, inner.id)?;
                changes.push(Change::ClaimPut(inner));
            }
        }
        Ok(changes)
    }
}
