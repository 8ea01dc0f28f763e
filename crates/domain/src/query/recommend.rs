//! Which pool an unmanaged network belongs in.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::rejection::Named;
use crate::{Cidr, Claim, ClaimId, Family, ResourceId, SpaceId, State};

/// What to do with the unmanaged networks of a resource (or one that nobody holds).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recommendation {
    /// One entry for each unmanaged network.
    pub networks: Vec<RecommendedPool>,
    /// Pools to make: with `absorb`, each takes in what lies in it already.
    pub create: Vec<Cidr>,
}

/// The pool that one network belongs in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecommendedPool {
    /// The network.
    pub network: Named,
    /// The innermost pool that holds it whole; none where there is none.
    pub pool: Option<Named>,
    /// What else is there, so that it could not be moved into the pool as it is.
    pub blockers: Vec<Named>,
}

/// For the unmanaged networks of a resource: one pool, two for dual stack, or what pool to create.
#[must_use]
pub fn recommend_for_resource(state: &State, resource: ResourceId) -> Recommendation {
    recommend(
        state,
        state
            .networks_of(resource)
            .filter(|n| is_unmanaged(state, n))
            .collect(),
    )
}

/// For one claim, whoever holds it.
#[must_use]
pub fn recommend_for_claim(state: &State, claim: ClaimId) -> Recommendation {
    let claim = state.claim(claim).filter(|c| is_unmanaged(state, c));
    recommend(state, claim.into_iter().collect())
}

fn is_unmanaged(state: &State, claim: &Claim) -> bool {
    !claim.kind.is_pool() && state.pools_around(claim).next().is_none()
}

fn recommend(state: &State, networks: Vec<&Claim>) -> Recommendation {
    let mut create = BTreeSet::new();
    let networks = networks.into_iter().map(|network| {
        let pool = innermost_pool(state, network);
        if pool.is_none() {
            create.extend(pool_to_create(state, network));
        }
        let moved = Claim {
            parent: pool.map(|p| p.id),
            ..network.clone()
        };
        let blockers = state
            .intersecting(&moved)
            .into_iter()
            .filter_map(|slot| state.at(slot));
        RecommendedPool {
            network: Named::new(state, network),
            pool: pool.map(|pool| Named::new(state, pool)),
            blockers: blockers
                .filter(|_| pool.is_some())
                .take(5)
                .map(|c| Named::new(state, c))
                .collect(),
        }
    });
    Recommendation {
        networks: networks.collect(),
        create: create.into_iter().collect(),
    }
}

fn innermost_pool<'a>(state: &'a State, network: &Claim) -> Option<&'a Claim> {
    let mut around = state.containing(network.space, network.prefixes.first()?);
    around.retain(|pool| pool.kind.may_hold(&network.kind) && pool.id != network.id && pool.holds(network));
    around.pop()
}

/// The private or documentation blocks within which a pool is proposed: RFC 1918, RFC 6598, RFC 4193; else the family's
/// usual largest site block, /8 and /32.
fn bound(prefix: &Cidr) -> Option<Cidr> {
    let private = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"];
    let around = private
        .iter()
        .filter_map(|p| p.parse::<Cidr>().ok())
        .find(|p| p.contains(prefix));
    let (family, len) = match prefix.family() {
        Family::V4 => (Family::V4, 8),
        Family::V6 => (Family::V6, 32),
    };
    around.or_else(|| Cidr::holding(family, prefix.first(), len.min(prefix.len())))
}

/// The smallest prefix that holds every unmanaged network near this one and touches no pool.
fn pool_to_create(state: &State, network: &Claim) -> Option<Cidr> {
    let first = *network.prefixes.first()?;
    let bound = bound(&first)?;
    let pools = |space: SpaceId, prefix: &Cidr| {
        state
            .level_touching(space, None, prefix)
            .iter()
            .any(|c| c.kind.is_pool() && c.prefixes.iter().any(|p| p.overlaps(prefix)))
    };
    let near: Vec<Cidr> = state
        .level_touching(network.space, None, &bound)
        .into_iter()
        .filter(|c| is_unmanaged(state, c))
        .flat_map(|c| c.prefixes.iter().copied())
        .filter(|p| bound.contains(p))
        .collect();
    let (mut best, mut widened) = (first, first);
    let held = |prefix: &Cidr| near.iter().filter(|p| prefix.contains(p)).count();
    while let Some(parent) = widened
        .parent()
        .filter(|p| bound.contains(p) && !pools(network.space, p))
    {
        widened = parent;
        if held(&widened) > held(&best) {
            best = widened;
        }
    }
    Some(best)
}
