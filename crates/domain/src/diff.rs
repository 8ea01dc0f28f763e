//! What is different between two states, net of what came and went in between.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::query::{Row, row};
use crate::{Change, ChangeSet, ClaimId, Pair, ResourceId, SpaceId, State};

/// One claim that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// How it was; none if it is new.
    pub before: Option<Row>,
    /// How it is; none if it is gone.
    pub now: Option<Row>,
}

/// The net effect of change sets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Diff {
    /// Claims, in listing order.
    pub claims: Vec<Difference>,
    /// Spaces added, changed or removed.
    pub spaces: u64,
    /// Resources added, changed or removed.
    pub resources: u64,
    /// Acceptances of conflicts made, changed or ended.
    #[serde(default)]
    pub acceptances: u64,
}

/// Compares the claims that the change sets touch. O(touched · log n), not O(n).
#[must_use]
pub fn diff<'a>(before: &State, now: &State, sets: impl IntoIterator<Item = &'a ChangeSet>) -> Diff {
    let mut claims: BTreeSet<ClaimId> = BTreeSet::new();
    let mut pairs = BTreeSet::<Pair>::new();
    let (mut spaces, mut resources) = (BTreeSet::<SpaceId>::new(), BTreeSet::<ResourceId>::new());
    for change in sets.into_iter().flat_map(|set| &set.changes) {
        match change {
            Change::ClaimPut(claim) => drop(claims.insert(claim.id)),
            Change::ClaimRemoved(id) => drop(claims.insert(*id)),
            Change::SpacePut(space) => drop(spaces.insert(space.id)),
            Change::SpaceRemoved(id) => drop(spaces.insert(*id)),
            Change::ResourcePut(resource) => drop(resources.insert(resource.id)),
            Change::ResourceRemoved(id) => drop(resources.insert(*id)),
            Change::ConflictAccepted(acceptance) => drop(pairs.insert(acceptance.pair)),
            Change::AcceptanceEnded(pair) => drop(pairs.insert(*pair)),
        }
    }
    let mut differences: Vec<Difference> = claims
        .into_iter()
        .filter(|id| before.claim(*id) != now.claim(*id))
        .map(|id| Difference {
            before: before.claim(id).map(|c| row(before, c)),
            now: now.claim(id).map(|c| row(now, c)),
        })
        .collect();
    differences.sort_by_key(|d| {
        d.now
            .as_ref()
            .or(d.before.as_ref())
            .map(|r| (r.space, r.prefixes.first().copied(), r.id))
    });
    Diff {
        claims: differences,
        spaces: spaces
            .into_iter()
            .filter(|id| before.space(*id) != now.space(*id))
            .count() as u64,
        resources: resources
            .into_iter()
            .filter(|id| before.resource(*id) != now.resource(*id))
            .count() as u64,
        acceptances: pairs
            .into_iter()
            .filter(|pair| before.acceptance(*pair) != now.acceptance(*pair))
            .count() as u64,
    }
}
