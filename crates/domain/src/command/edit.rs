use serde::{Deserialize, Serialize};

use super::placement::{self, Place};
use crate::{
    Change, Cidr, ClaimId, ClaimKind, Description, Name, Policy, Rejection, ResourceId, State, Tags,
};

/// Changes a claim. What is left out stays. What is edited passes the same check as what is created.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Edit {
    /// Which.
    pub id: ClaimId,
    /// New display name.
    #[serde(default)]
    pub name: Option<Name>,
    /// New free text.
    #[serde(default)]
    pub description: Option<Description>,
    /// New labels, in place of all the old.
    #[serde(default)]
    pub tags: Option<Tags>,
    /// New prefixes: grow, shrink or move. Claims in it must still lie in it.
    #[serde(default)]
    pub prefixes: Option<Vec<Cidr>>,
    /// New place, in this or another space. What lies in the claim moves with it.
    #[serde(default)]
    pub place: Option<Place>,
    /// New policy, for a pool.
    #[serde(default)]
    pub policy: Option<Policy>,
    /// New holder, for a network.
    #[serde(default)]
    pub holder: Option<ResourceId>,
}

impl Edit {
    /// An edit that changes nothing yet.
    #[must_use]
    pub fn of(id: ClaimId) -> Self {
        Self {
            id,
            name: None,
            description: None,
            tags: None,
            prefixes: None,
            place: None,
            policy: None,
            holder: None,
        }
    }

    /// Rejections: as [`super::Allocate`], and `name-in-use`, `would-orphan`.
    pub(super) fn decide(&self, state: &State) -> Result<Vec<Change>, Rejection> {
        let before = state
            .claim(self.id)
            .ok_or_else(|| Rejection::not_found("claim", self.id))?;
        let mut claim = before.clone();
        if let Some(name) = &self.name {
            claim.name = Some(name.clone());
        }
        if let Some(description) = &self.description {
            claim.description = description.clone();
        }
        if let Some(tags) = &self.tags {
            claim.tags = tags.clone();
        }
        if let Some(policy) = self.policy {
            let ClaimKind::Pool(_) = claim.kind else {
                return Err(Rejection::invalid("policy", "only a pool has a policy"));
            };
            claim.kind = ClaimKind::Pool(policy);
        }
        if let Some(holder) = self.holder {
            let ClaimKind::Network { .. } = claim.kind else {
                return Err(Rejection::invalid("holder", "only a network has a holder"));
            };
            claim.kind = ClaimKind::Network { holder: Some(holder) };
        }
        if let Some(prefixes) = &self.prefixes {
            claim.prefixes.clone_from(prefixes);
        }
        if let Some(place) = &self.place {
            let spot = placement::resolve(state, place, &claim.kind, &claim.prefixes)?;
            claim.space = spot.space;
            claim.parent = spot.parent.map(|p| p.id).filter(|p| *p != claim.id);
        }
        // Space that is asked for anew is not merely observed any more: it must be free. That holds for a new parent too,
        // or what lies in the claim would overlap claims that were its ancestors.
        if claim.prefixes != before.prefixes || claim.space != before.space || claim.parent != before.parent {
            claim.observed = false;
        }
        placement::check(state, &mut claim)?;
        if claim.space != before.space {
            placement::check_names_below(state, &claim)?;
        }
        Ok(if claim == *before {
            Vec::new()
        } else {
            vec![Change::ClaimPut(claim)]
        })
    }
}
