//! Space that was given up and rests before it is handed out again, where the pool asks for that.

use crate::span::{difference, summarise};
use crate::{Change, Cidr, Claim, ClaimId, ClaimKind, Context, State, Timestamp, limits};

/// What becomes of the prefixes that a claim gives up: nothing, or claims that rest until the cool-down is over. What
/// another claim has too (it was observed there) is not given up yet.
pub(super) fn rest(state: &State, claim: &Claim, freed: &[Cidr], context: &Context) -> Vec<Change> {
    let ms = state.cool_down_ms(claim);
    if ms == 0 || !claim.kind.rests() {
        return Vec::new();
    }
    let others = state.conflicts_of(claim.id).filter_map(|id| state.claim(id));
    let others = others.filter(|other| !matches!(other.kind, ClaimKind::Cooling { .. }));
    let freed = difference(freed, &summarise(others.flat_map(|other| &other.prefixes)));
    let until = Timestamp::from_ms(context.now.ms().saturating_add(ms));
    let resting = freed.chunks(limits::PREFIXES_PER_CLAIM).map(|prefixes| {
        Change::ClaimPut(Claim {
            id: fresh_id(state, claim, &prefixes[0]),
            kind: ClaimKind::Cooling { until },
            prefixes: prefixes.to_vec(),
            ignored: None,
            ..claim.clone()
        })
    });
    resting.collect()
}

/// An identity that follows from whose the space was and where, but not from when: a plan that is applied later puts the same
/// claims to rest. Where such a claim rests already, a number tells them apart.
fn fresh_id(state: &State, claim: &Claim, first: &Cidr) -> ClaimId {
    let (owner, first) = (claim.id.to_string(), first.to_string());
    let mut ids = (0_u32..).map(|n| ClaimId::derived(&["cooling", &owner, &first, &n.to_string()]));
    ids.find(|id| state.claim(*id).is_none()).unwrap_or(claim.id)
}
