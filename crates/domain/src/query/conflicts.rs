//! Claims that share addresses without one being declared to lie in the other.

use serde::{Deserialize, Serialize};

use crate::rejection::Named;
use crate::{Acceptance, Cidr, ClaimId, Pair, SpaceId, State};

/// Two claims that share addresses, with both sides named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Conflict {
    /// The space.
    pub space: SpaceId,
    /// The one that comes first in listing order.
    pub left: Named,
    /// The other.
    pub right: Named,
    /// The addresses they share.
    pub shared: Vec<Cidr>,
    /// Why and until when it is accepted, if somebody did.
    pub accepted: Option<Acceptance>,
}

/// The conflicts, of one space or of all, in listing order of their left sides: at most `limit` after the first `skip`,
/// and how many there are. O(conflicts).
#[must_use]
pub fn conflicts(state: &State, space: Option<SpaceId>, skip: usize, limit: usize) -> (Vec<Conflict>, usize) {
    type Side = (Cidr, ClaimId);
    let mut pairs: Vec<(SpaceId, Side, Side)> = state
        .conflict_pairs()
        .filter_map(|(a, b)| {
            let (a, b) = (state.claim(a)?, state.claim(b)?);
            if space.is_some_and(|s| s != a.space) {
                return None;
            }
            let (ka, kb) = ((a.prefixes[0], a.id), (b.prefixes[0], b.id));
            Some(if ka <= kb {
                (a.space, ka, kb)
            } else {
                (a.space, kb, ka)
            })
        })
        .collect();
    pairs.sort_unstable();
    let total = pairs.len();
    let listed = pairs
        .into_iter()
        .skip(skip)
        .take(limit)
        .filter_map(|(space, (_, a), (_, b))| {
            let (left, right) = (state.claim(a)?, state.claim(b)?);
            Some(Conflict {
                space,
                left: Named::of(state, a)?,
                right: Named::of(state, b)?,
                shared: left.intersections(right).collect(),
                accepted: state.acceptance(Pair::of(a, b)).cloned(),
            })
        });
    (listed.collect(), total)
}
