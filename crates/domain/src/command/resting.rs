//! Space that was given up and rests before it is handed out again, where the pool asks for that.

use crate::span::{difference, summarise};
use crate::{Change, Cidr, Claim, ClaimId, ClaimKind, Context, State, Timestamp, limits};

/// What becomes of the prefixes that a claim gives up: nothing, or claims that rest until the cool-down is over. What
/// another claim has too (it was observed there) is not given up yet.
pub(super) fn rest(state: &State, claim: &Claim, freed: &[Cidr], context: &Context) -> Vec<Change> {
    let rivals = state.conflicts_of(claim.id).filter_map(|id| state.claim(id));
    let (outlasted, resting) = rests(
        state,
        claim,
        claim.parent,
        freed,
        &rivals.collect::<Vec<_>>(),
        context,
    );
    outlasted.into_iter().chain(resting).collect()
}

/// What stays in a space that a claim leaves with all that lies in it: first what rests there already, to be taken out
/// before the claim goes, then what rests from now on, once it has gone. Both lie in what the claim lay in.
pub(super) fn left_behind(
    state: &State,
    leaving: &Claim,
    at_once: bool,
    context: &Context,
) -> (Vec<Change>, Vec<Change>) {
    let (mut first, mut then) = (Vec::new(), Vec::new());
    let mut queue = vec![leaving];
    while let Some(claim) = queue.pop() {
        if let ClaimKind::Cooling { .. } = claim.kind {
            first.push(Change::ClaimPut(Claim {
                parent: leaving.parent,
                ..claim.clone()
            }));
        } else if claim.kind.is_pool() {
            queue.extend(state.children(claim.id));
        } else {
            let mut inner = resting_in(state, claim);
            let kept = inner.iter().map(|c| Claim {
                parent: leaving.parent,
                ..(*c).clone()
            });
            first.extend(kept.map(Change::ClaimPut));
            if !at_once {
                inner.extend(state.conflicts_of(claim.id).filter_map(|id| state.claim(id)));
                let (outlasted, resting) =
                    rests(state, claim, leaving.parent, &claim.prefixes, &inner, context);
                then.extend(outlasted.into_iter().chain(resting));
            }
        }
    }
    (first, then)
}

/// What rests in a claim, at any depth.
fn resting_in<'a>(state: &'a State, claim: &Claim) -> Vec<&'a Claim> {
    let (mut found, mut queue) = (Vec::new(), vec![claim.id]);
    while let Some(id) = queue.pop() {
        for child in state.children(id) {
            match child.kind {
                ClaimKind::Cooling { .. } => found.push(child),
                _ => queue.push(child.id),
            }
        }
    }
    found
}

/// What rests of `freed`, in `parent`, and what it does to `others` that share addresses with it: what rests for longer
/// goes on resting, what it outlasts is a part of it from now on. So nothing rests twice.
fn rests(
    state: &State,
    claim: &Claim,
    parent: Option<ClaimId>,
    freed: &[Cidr],
    others: &[&Claim],
    context: &Context,
) -> (Vec<Change>, Vec<Change>) {
    let ms = state.cool_down_ms(claim);
    if ms == 0 || !claim.kind.rests() {
        return (Vec::new(), Vec::new());
    }
    let until = Timestamp::from_ms(context.now.ms().saturating_add(ms));
    let is_outlasted =
        |other: &&&Claim| matches!(other.kind, ClaimKind::Cooling { until: end } if end < until);
    let stays = others.iter().filter(|other| !is_outlasted(other));
    let freed = difference(freed, &summarise(stays.flat_map(|other| &other.prefixes)));
    let outlasted = others.iter().filter(is_outlasted).filter_map(|other| {
        let prefixes = difference(&other.prefixes, &freed);
        if prefixes.is_empty() {
            Some(Change::ClaimRemoved(other.id))
        } else if prefixes == other.prefixes {
            None
        } else {
            let inner = state.is_within(other, claim.id);
            let parent = if inner { parent } else { other.parent };
            Some(Change::ClaimPut(Claim {
                prefixes,
                parent,
                ..(*other).clone()
            }))
        }
    });
    let resting = freed.chunks(limits::PREFIXES_PER_CLAIM).map(|prefixes| {
        Change::ClaimPut(Claim {
            id: fresh_id(state, claim, &prefixes[0]),
            parent,
            kind: ClaimKind::Cooling { until },
            prefixes: prefixes.to_vec(),
            ignored: None,
            ..claim.clone()
        })
    });
    (outlasted.collect(), resting.collect())
}

/// An identity that follows from whose the space was and where, but not from when: a plan that is applied later puts the same
/// claims to rest. Where such a claim rests already, a number tells them apart.
fn fresh_id(state: &State, claim: &Claim, first: &Cidr) -> ClaimId {
    let (owner, first) = (claim.id.to_string(), first.to_string());
    let mut ids = (0_u32..).map(|n| ClaimId::derived(&["cooling", &owner, &first, &n.to_string()]));
    ids.find(|id| state.claim(*id).is_none()).unwrap_or(claim.id)
}
