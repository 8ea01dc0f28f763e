//! Which resources have space of a pool.

use serde::{Deserialize, Serialize};

use super::tree::Cursor;
use crate::rejection::Named;
use crate::{Claim, ClaimId, Resource, State};

/// A resource with what it holds in a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Associated {
    /// The resource.
    pub resource: Resource,
    /// The network that it holds.
    pub network: Named,
    /// The pool that the network lies in directly: the one asked for, or one within it.
    pub pool: Named,
}

/// The networks with a holder that lie in a pool at any depth, in the order of the tree: at most `limit` after a cursor.
/// O(claims in the pool) in the worst case.
#[must_use]
pub fn associated(
    state: &State,
    pool: ClaimId,
    after: Option<Cursor>,
    limit: usize,
) -> (Vec<Associated>, Option<Cursor>) {
    let mut networks: Vec<&Claim> = Vec::new();
    let mut pools = vec![pool];
    while let Some(pool) = pools.pop() {
        for child in state.children(pool) {
            if child.kind.is_pool() {
                pools.push(child.id);
            } else if child.kind.holder().is_some() {
                networks.push(child);
            }
        }
    }
    networks.sort_by_key(|c| (c.prefixes[0], c.id));
    let mut rest = networks
        .into_iter()
        .filter(|c| after.is_none_or(|after| (c.prefixes[0], c.id) > (after.first, after.id)));
    let page: Vec<&Claim> = rest.by_ref().take(limit).collect();
    let next = page.last().filter(|_| rest.next().is_some()).map(|c| Cursor {
        first: c.prefixes[0],
        id: c.id,
    });
    let found = page.into_iter().filter_map(|network| {
        Some(Associated {
            resource: state.resource(network.kind.holder()?)?.clone(),
            network: Named::new(state, network),
            pool: Named::of(state, network.parent?)?,
        })
    });
    (found.collect(), next)
}
