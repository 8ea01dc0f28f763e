//! What a workspace holds at and in the prefixes that a file names: found in one pass over the claims.

use std::collections::{BTreeMap, BTreeSet};

use plat_domain::{Cidr, Claim, ClaimId, Family, SpaceId, State};

/// A prefix in a space.
pub(crate) type Spot = (SpaceId, Cidr);

/// What there is already.
pub(crate) struct Surroundings {
    same: BTreeMap<Spot, Vec<ClaimId>>,
    holding: BTreeSet<Spot>,
}

impl Surroundings {
    /// Looks at every claim of `state`, and at the wanted prefixes themselves: O(claims × lengths among the wanted ×
    /// log wanted). Walking the claims once costs less than searching for each wanted prefix, whose searches would
    /// meet the same claims many times where prefixes nest.
    pub(crate) fn look(state: &State, wanted: &BTreeSet<Spot>) -> Self {
        let mut holding = BTreeSet::new();
        let lens = |family: Family| -> BTreeSet<u8> {
            wanted
                .iter()
                .filter(|(_, c)| c.family() == family)
                .map(|(_, c)| c.len())
                .collect()
        };
        let (v4, v6) = (lens(Family::V4), lens(Family::V6));
        let mut note = |space: SpaceId, inner: &Cidr| {
            let lens = match inner.family() {
                Family::V4 => &v4,
                Family::V6 => &v6,
            };
            for outer in lens
                .range(..inner.len())
                .filter_map(|l| Cidr::holding(inner.family(), inner.first(), *l))
            {
                if wanted.contains(&(space, outer)) {
                    holding.insert((space, outer));
                }
            }
        };
        let mut same: BTreeMap<Spot, Vec<ClaimId>> = BTreeMap::new();
        for claim in state.claims() {
            for prefix in &claim.prefixes {
                note(claim.space, prefix);
            }
            if let Some(first) = claim
                .prefixes
                .first()
                .filter(|first| wanted.contains(&(claim.space, **first)))
            {
                same.entry((claim.space, *first)).or_default().push(claim.id);
            }
        }
        for (space, prefix) in wanted {
            note(*space, prefix);
        }
        Self { same, holding }
    }

    /// True if something smaller lies in the prefix, in the workspace or in the file.
    pub(crate) fn holds_something(&self, spot: Spot) -> bool {
        self.holding.contains(&spot)
    }

    /// The claims of `state` with exactly these prefixes, by identity.
    pub(crate) fn same<'s>(&self, state: &'s State, space: SpaceId, prefixes: &[Cidr]) -> Vec<&'s Claim> {
        let ids = prefixes.first().and_then(|first| self.same.get(&(space, *first)));
        let claims = ids.into_iter().flatten().filter_map(|id| state.claim(*id));
        claims
            .filter(|c| c.space == space && c.prefixes == prefixes)
            .collect()
    }
}
