use super::resting::rest;
use crate::record::record;
use crate::rejection::{Named, name_some};
use crate::{Change, Claim, ClaimId, Context, Rejection, ResourceId, State};

record! {
    /// Gives a claim's space back. Releasing twice succeeds and changes nothing (SEMANTICS 10).
    pub struct Release {
        /// Which.
        pub id: ClaimId,
    } parts in release_parts {
        /// The holder on whose behalf; refused if another holds it. Unset: whoever holds it.
        pub holder as Holder: Option<ResourceId>,
        /// True to hand the space out again at once, whatever the pool's cool-down.
        pub at_once as AtOnce: bool,
    }
}

impl Release {
    /// A release on nobody's behalf in particular.
    #[must_use]
    pub const fn of(id: ClaimId) -> Self {
        Self {
            id,
            holder: None,
            at_once: false,
        }
    }

    /// Rejections, in precedence order: `not-empty` (pools; what lies in a network goes with it), `held-by-another`.
    pub(super) fn decide(&self, state: &State, context: &Context) -> Result<Vec<Change>, Rejection> {
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
        if let (Some(held_by), Some(asking)) = (claim.kind.holder(), self.holder)
            && held_by != asking
        {
            return Err(Rejection::HeldByAnother {
                claim: Named::new(state, claim),
            });
        }
        let mut changes = Vec::new();
        with_contents(state, claim, &mut changes);
        if !self.at_once {
            changes.extend(rest(state, claim, &claim.prefixes, context));
        }
        Ok(changes)
    }
}

/// Removes a claim and all that lies in it, innermost first.
pub(super) fn with_contents(state: &State, claim: &Claim, changes: &mut Vec<Change>) {
    for child in state.children(claim.id) {
        with_contents(state, child, changes);
    }
    changes.push(Change::ClaimRemoved(claim.id));
}

/// The releases that remove a claim with all that lies in it, innermost first: what a cascade comes to, to be looked at as a
/// plan before it is done (F18). O(claims in it).
#[must_use]
pub fn cascade(state: &State, id: ClaimId) -> Vec<super::Command> {
    fn below(state: &State, id: ClaimId, found: &mut Vec<super::Command>) {
        // What lies in a network or a subnet is released with it.
        if state.claim(id).is_some_and(|c| c.kind.is_pool()) {
            for child in state.children(id) {
                below(state, child.id, found);
            }
        }
        // Nothing may rest in a pool that goes away.
        found.push(super::Command::Release(Release {
            at_once: true,
            ..Release::of(id)
        }));
    }
    let mut found = Vec::new();
    below(state, id, &mut found);
    found
}
