use plat_allocator::Strategy;
use serde::{Deserialize, Serialize};

use super::placement::{self, Place, Wanted};
use crate::{
    Change, Claim, ClaimId, ClaimKind, Description, Fingerprint, Name, Policy, Rejection, State, Tags,
};

/// Makes a pool: at the top of a space with chosen prefixes, or in a pool with chosen or found ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreatePool {
    /// Identity, made by the caller.
    pub id: ClaimId,
    /// Where.
    pub place: Place,
    /// Unique among the pools of the space.
    pub name: Name,
    /// Its prefixes, or how large it is to be.
    pub wanted: Wanted,
    /// Where in the parent, when its prefixes are to be found; the parent's strategy if unset.
    #[serde(default)]
    pub strategy: Option<Strategy>,
    /// What may be allocated from it.
    #[serde(default)]
    pub policy: Policy,
    /// Labels.
    #[serde(default)]
    pub tags: Tags,
    /// Free text.
    #[serde(default)]
    pub description: Description,
}

impl CreatePool {
    /// Rejections: as [`super::Allocate`], and `name-in-use`.
    pub(super) fn decide(&self, state: &State, request: Fingerprint) -> Result<Vec<Change>, Rejection> {
        if let Some(existing) = state.claim(self.id) {
            return placement::retried(existing, request);
        }
        let kind = ClaimKind::Pool(self.policy);
        let given: &[_] = if let Wanted::Prefixes(prefixes) = &self.wanted {
            prefixes
        } else {
            &[]
        };
        let spot = placement::resolve(state, &self.place, &kind, given)?;
        let prefixes = placement::choose(state, spot.parent, &kind, &self.wanted, self.strategy)?;
        let mut claim = Claim {
            id: self.id,
            space: spot.space,
            parent: spot.parent.map(|p| p.id),
            kind,
            name: Some(self.name.clone()),
            prefixes,
            observed: false,
            tags: self.tags.clone(),
            description: self.description.clone(),
            request,
        };
        placement::check(state, &mut claim)?;
        Ok(vec![Change::ClaimPut(claim)])
    }
}
