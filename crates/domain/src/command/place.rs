//! Where in the tree a claim goes.

use serde::{Deserialize, Serialize};

use crate::{Cidr, Claim, ClaimId, ClaimKind, Rejection, SpaceId, State, limits};

/// Where in the tree. The order of the variants is part of the stored form: add at the end only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// At the top of a space.
    Top(SpaceId),
    /// Directly in a claim: a pool, or a network or subnet for what lies in those.
    In(ClaimId),
    /// In the innermost claim of the space that holds the prefixes and may hold the kind; else at the top.
    Innermost(SpaceId),
    /// Directly in the first of these claims that has room; at most [`limits::POOLS_TRIED`].
    FirstOf(Vec<ClaimId>),
}

/// A place looked up.
#[derive(Clone, Copy)]
pub(super) struct Spot<'a> {
    pub(super) space: SpaceId,
    pub(super) parent: Option<&'a Claim>,
}

/// The places meant, in the order in which they are to be tried: one, but for [`Place::FirstOf`].
pub(super) fn spots<'a>(
    state: &'a State,
    place: &Place,
    kind: &ClaimKind,
    prefixes: &[Cidr],
) -> Result<Vec<Spot<'a>>, Rejection> {
    let known = |space: &SpaceId| {
        let found = state.space(*space).map(|_| *space);
        found.ok_or_else(|| Rejection::not_found("space", space))
    };
    let within = |id: &ClaimId| {
        let parent = state.claim(*id).ok_or_else(|| Rejection::not_found("pool", id))?;
        Ok(Spot {
            space: parent.space,
            parent: Some(parent),
        })
    };
    match place {
        Place::Top(space) => Ok(vec![Spot {
            space: known(space)?,
            parent: None,
        }]),
        Place::In(id) => Ok(vec![within(id)?]),
        Place::Innermost(space) => {
            let space = known(space)?;
            let parent = prefixes.first().and_then(|first| {
                let mut around = state.containing(space, first);
                around.retain(|c| c.kind.may_hold(kind) && prefixes.iter().all(|p| c.contains(p)));
                around.pop()
            });
            Ok(vec![Spot { space, parent }])
        }
        Place::FirstOf(ids) if ids.is_empty() => Err(Rejection::invalid("place", "name at least one pool")),
        Place::FirstOf(ids) if ids.len() > limits::POOLS_TRIED => {
            Err(Rejection::limit("pools to try", limits::POOLS_TRIED))
        }
        Place::FirstOf(ids) => ids.iter().map(within).collect(),
    }
}

/// The one place meant.
pub(super) fn spot<'a>(
    state: &'a State,
    place: &Place,
    kind: &ClaimKind,
    prefixes: &[Cidr],
) -> Result<Spot<'a>, Rejection> {
    match spots(state, place, kind, prefixes)?.as_slice() {
        [spot] => Ok(*spot),
        _ => Err(Rejection::invalid("place", "name one place")),
    }
}

/// The first spot where it can be done. What one pool lacks, asks for or forbids, the next may have or not ask for; what is
/// wrong with the request itself is wrong everywhere. Where none will do, the refusal is that of the first, which the caller preferred.
pub(super) fn first_of<T>(
    spots: &[Spot<'_>],
    mut attempt: impl FnMut(Spot<'_>) -> Result<T, Rejection>,
) -> Result<T, Rejection> {
    let mut refused = None;
    for spot in spots {
        match attempt(*spot) {
            Err(
                rejection @ (Rejection::PoolExhausted { .. }
                | Rejection::Overlap { .. }
                | Rejection::QuotaExceeded { .. }
                | Rejection::TagsRequired { .. }
                | Rejection::SizeNotAllowed { .. }
                | Rejection::OutsideParent { .. }
                | Rejection::WrongFamily { .. }),
            ) => drop(refused.get_or_insert(rejection)),
            done => return done,
        }
    }
    Err(refused.unwrap_or_else(|| Rejection::invalid("place", "name at least one pool")))
}
