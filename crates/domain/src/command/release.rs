use serde::{Deserialize, Serialize};

use crate::rejection::name_some;
use crate::{Change, ClaimId, ClaimKind, Rejection, ResourceId, State};

/// Gives a claim's space back. Releasing twice succeeds and changes nothing (SEMANTICS 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Release {
    /// Which.
    pub id: ClaimId,
    /// The holder on whose behalf; refused if another holds it. Unset: whoever holds it.
    #[serde(default)]
    pub holder: Option<ResourceId>,
}

impl Release {
    /// Rejections, in precedence order: `not-empty` (pools; a network's subnets go with it), `held-by-another`.
    pub(super) fn decide(&self, state: &State) -> Result<Vec<Change>, Rejection> {
        let Some(claim) = state.claim(self.id) else {
            return Ok(Vec::new());
        };
        if claim.kind.is_pool() {
            let inside: Vec<ClaimId> = state.children(self.id).map(|c| c.id).collect();
            if !inside.is_empty() {
                let (blockers, blockers_total) = name_some(state, &inside);
                return Err(Rejection::NotEmpty {
                    id: claim.label(),
                    blockers,
                    blockers_total,
                });
            }
        }
        if let (ClaimKind::Network { holder: Some(_) }, Some(asking)) = (claim.kind, self.holder)
            && claim.kind.holder() != Some(asking)
        {
            let (mut named, _) = name_some(state, &[self.id]);
            if let Some(claim) = named.pop() {
                return Err(Rejection::HeldByAnother { claim });
            }
        }
        let mut changes = Vec::new();
        with_contents(state, self.id, &mut changes);
        Ok(changes)
    }
}

/// Removes a claim and all that lies in it, innermost first.
pub(super) fn with_contents(state: &State, id: ClaimId, changes: &mut Vec<Change>) {
    for child in state.children(id) {
        with_contents(state, child.id, changes);
    }
    changes.push(Change::ClaimRemoved(id));
}
