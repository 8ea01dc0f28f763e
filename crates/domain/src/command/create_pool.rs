use plat_allocator::Strategy;

use super::check;
use super::choose::{self, Search, Wanted};
use super::place::{self, Place, Spot};
use crate::record::record;
use crate::{
    Change, Cidr, Claim, ClaimId, ClaimKind, Description, Fingerprint, Name, Policy, Rejection, Span, State,
    Tags,
};

record! {
    /// Makes a pool: at the top of a space with chosen prefixes, or in a pool with chosen or found ones.
    pub struct CreatePool {
        /// Identity, made by the caller.
        pub id: ClaimId,
        /// Where.
        pub place: Place,
        /// Unique among the pools of the space.
        pub name: Name,
        /// Its prefixes, or how large it is to be.
        pub wanted: Wanted,
    } parts in create_pool_parts {
        /// Where in the parent, when its prefixes are to be found; the parent's strategy if unset.
        pub strategy as Strategy: Option<Strategy>,
        /// What may be allocated from it.
        pub policy as Policy: Policy,
        /// Labels.
        pub tags as Tags: Tags,
        /// Free text.
        pub description as Description: Description,
        /// How many prefixes may make it up; one contiguous prefix if unset.
        pub max_prefixes as MaxPrefixes: Option<u16>,
        /// Addresses not to be taken.
        pub excluded as Excluded: Vec<Cidr>,
        /// The only addresses that may be taken.
        pub within as Within: Option<Span>,
        /// True to become the parent of what lies whole within its prefixes already, at the same level: networks that were
        /// there before anybody made a pool for them.
        pub absorb as Absorb: bool,
    }
}

impl CreatePool {
    /// A pool without any of the parts that may be left out.
    #[must_use]
    pub fn new(id: ClaimId, place: Place, name: Name, wanted: Wanted) -> Self {
        Self {
            id,
            place,
            name,
            wanted,
            strategy: None,
            policy: Policy::default(),
            tags: Tags::default(),
            description: Description::default(),
            max_prefixes: None,
            excluded: Vec::new(),
            within: None,
            absorb: false,
        }
    }

    /// Rejections: as [`super::Allocate`], and `name-in-use`.
    pub(super) fn decide(&self, state: &State, request: Fingerprint) -> Result<Vec<Change>, Rejection> {
        if let Some(existing) = state.claim(self.id) {
            return check::retried(existing, request);
        }
        let kind = ClaimKind::pool(self.policy.clone());
        let given: &[_] = if let Wanted::Prefixes(prefixes) = &self.wanted {
            prefixes
        } else {
            &[]
        };
        let spots = place::spots(state, &self.place, &kind, given)?;
        place::first_of(&spots, |spot| self.decide_at(state, spot, &kind, request))
    }

    fn decide_at(
        &self,
        state: &State,
        spot: Spot<'_>,
        kind: &ClaimKind,
        request: Fingerprint,
    ) -> Result<Vec<Change>, Rejection> {
        let mut claim = Claim {
            parent: spot.parent.map(|p| p.id),
            name: Some(self.name.clone()),
            tags: self.tags.clone(),
            description: self.description.clone(),
            ..Claim::new(self.id, spot.space, kind.clone(), Vec::new(), request)
        };
        let search = Search {
            strategy: self.strategy,
            max_prefixes: self.max_prefixes,
            excluded: &self.excluded,
            within: self.within,
        };
        claim.prefixes = choose::choose(state, &claim, &self.wanted, &search)?;
        let asked = claim.clone();
        let absorbed = if self.absorb {
            check::siblings_within(state, &asked)
        } else {
            Vec::new()
        };
        check::check_around(state, &mut claim, &absorbed)?;
        let mut changes = vec![Change::ClaimPut(claim.clone())];
        for inner in absorbed {
            check::check_depth(state, &claim, inner.id)?;
            changes.push(Change::ClaimPut(Claim {
                parent: Some(claim.id),
                ..inner.clone()
            }));
        }
        Ok(changes)
    }
}
