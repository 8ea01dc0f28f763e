use plat_allocator::Strategy;

use super::check;
use super::choose::{self, Search, Wanted};
use super::place::{self, Place, Spot};
use crate::record::record;
use crate::{
    Change, Cidr, Claim, ClaimId, ClaimKind, Context, Description, Fingerprint, Name, Rejection, Span, State,
    Tags,
};

record! {
    /// Takes space: a network, a static, external or reserved block from a pool; a subnet, a range or an address from a
    /// network.
    pub struct Allocate {
        /// Identity, made by the caller: a retry with the same id and the same request gets the same answer.
        pub id: ClaimId,
        /// Where.
        pub place: Place,
        /// What it is for. Not a pool: that is [`super::CreatePool`].
        pub kind: ClaimKind,
        /// How much, or exactly which.
        pub wanted: Wanted,
    } parts in allocate_parts {
        /// Where in the pool; the pool's strategy if unset.
        pub strategy as Strategy: Option<Strategy>,
        /// Display name.
        pub name as Name: Option<Name>,
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
    }
}

impl Allocate {
    /// An allocation without any of the parts that may be left out.
    #[must_use]
    pub fn new(id: ClaimId, place: Place, kind: ClaimKind, wanted: Wanted) -> Self {
        Self {
            id,
            place,
            kind,
            wanted,
            strategy: None,
            name: None,
            tags: Tags::default(),
            description: Description::default(),
            max_prefixes: None,
            excluded: Vec::new(),
            within: None,
        }
    }

    /// Rejections, in precedence order: `invalid`, `limit-exceeded`, `not-found`, `id-in-use`, `wrong-parent`,
    /// `too-deep`, `wrong-family`, `outside-parent`, `size-not-allowed`, `tags-required`, `quota-exceeded`, `overlap`,
    /// `pool-exhausted`.
    pub(super) fn decide(
        &self,
        state: &State,
        context: &Context,
        request: Fingerprint,
    ) -> Result<Vec<Change>, Rejection> {
        match self.kind {
            ClaimKind::Pool(_) => return Err(Rejection::invalid("kind", "a pool is created, not allocated")),
            ClaimKind::Cooling { .. } => {
                return Err(Rejection::invalid(
                    "kind",
                    "space rests after its release: it cannot be asked for",
                ));
            }
            ClaimKind::Network { .. }
            | ClaimKind::Subnet
            | ClaimKind::Static
            | ClaimKind::External
            | ClaimKind::Reservation { .. }
            | ClaimKind::Range { .. }
            | ClaimKind::Address { .. } => {}
        }
        if let Some(existing) = state.claim(self.id) {
            return check::retried(existing, request);
        }
        if let Some(at) = self.kind.ends_at()
            && at <= context.now
        {
            return Err(Rejection::invalid(
                "expiresAt",
                format!("{at} is not after {}", context.now),
            ));
        }
        let given: &[_] = if let Wanted::Prefixes(prefixes) = &self.wanted {
            prefixes
        } else {
            &[]
        };
        let spots = place::spots(state, &self.place, &self.kind, given)?;
        place::first_of(&spots, |spot| self.decide_at(state, spot, request))
    }

    fn decide_at(
        &self,
        state: &State,
        spot: Spot<'_>,
        request: Fingerprint,
    ) -> Result<Vec<Change>, Rejection> {
        let mut claim = Claim {
            parent: spot.parent.map(|p| p.id),
            name: self.name.clone(),
            tags: self.tags.clone(),
            description: self.description.clone(),
            ..Claim::new(self.id, spot.space, self.kind.clone(), Vec::new(), request)
        };
        let search = Search {
            strategy: self.strategy,
            max_prefixes: self.max_prefixes,
            excluded: &self.excluded,
            within: self.within,
        };
        claim.prefixes = choose::choose(state, &claim, &self.wanted, &search)?;
        check::check(state, &mut claim)?;
        Ok(vec![Change::ClaimPut(claim)])
    }
}
