use super::check;
use super::place::{self, Place};
use crate::record::record;
use crate::{
    Change, Cidr, Claim, ClaimId, ClaimKind, Description, Fingerprint, Name, Rejection, State, Tags,
};

record! {
    /// Records what exists (an import, a sync). Overlaps are stored and become conflicts; a policy broken is a finding.
    pub struct Adopt {
        /// Identity, derived from what is adopted so that adopting it twice changes nothing.
        pub id: ClaimId,
        /// Where.
        pub place: Place,
        /// What it is.
        pub kind: ClaimKind,
        /// The prefixes it has.
        pub prefixes: Vec<Cidr>,
    } parts in adopt_parts {
        /// Display name; needed for a pool.
        pub name as Name: Option<Name>,
        /// Labels.
        pub tags as Tags: Tags,
        /// Free text.
        pub description as Description: Description,
        /// True to become the parent of the claims at the same level that lie whole within the prefixes.
        pub absorb as Absorb: bool,
    }
}

impl Adopt {
    /// An adoption without any of the parts that may be left out.
    #[must_use]
    pub fn new(id: ClaimId, place: Place, kind: ClaimKind, prefixes: Vec<Cidr>) -> Self {
        Self {
            id,
            place,
            kind,
            prefixes,
            name: None,
            tags: Tags::default(),
            description: Description::default(),
            absorb: false,
        }
    }

    /// Rejections, in precedence order: `invalid`, `limit-exceeded`, `not-found`, `id-in-use`, `name-in-use`,
    /// `wrong-parent`, `too-deep`, `wrong-family`, `outside-parent`. Never `overlap`.
    pub(super) fn decide(&self, state: &State, request: Fingerprint) -> Result<Vec<Change>, Rejection> {
        if let Some(existing) = state.claim(self.id) {
            return check::retried(existing, request);
        }
        let spot = place::spot(state, &self.place, &self.kind, &self.prefixes)?;
        let mut claim = Claim {
            parent: spot.parent.map(|p| p.id),
            name: self.name.clone(),
            observed: true,
            tags: self.tags.clone(),
            description: self.description.clone(),
            ..Claim::new(
                self.id,
                spot.space,
                self.kind.clone(),
                self.prefixes.clone(),
                request,
            )
        };
        check::check(state, &mut claim)?;
        let mut changes = vec![Change::ClaimPut(claim.clone())];
        if self.absorb {
            for inner in check::siblings_within(state, &claim) {
                let mut inner = inner.clone();
                inner.parent = Some(claim.id);
                check::check_depth(state, &claim, inner.id)?;
                changes.push(Change::ClaimPut(inner));
            }
        }
        Ok(changes)
    }
}
