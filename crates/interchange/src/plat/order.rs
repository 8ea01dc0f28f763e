//! In which order claims are written, and in which they can be restored.

use std::collections::{BTreeMap, BTreeSet};

use plat_domain::{Claim, ClaimId, State};

/// Every claim, space by space, outer before inner, each level in listing order.
pub(super) fn listed(state: &State) -> Vec<&Claim> {
    let mut all = Vec::with_capacity(state.claim_count());
    for space in state.spaces() {
        let mut stack: Vec<&Claim> = state.roots(space.id).collect();
        stack.reverse();
        while let Some(claim) = stack.pop() {
            all.push(claim);
            let at = stack.len();
            stack.extend(state.children(claim.id));
            stack[at..].reverse();
        }
    }
    all
}

/// An order in which `claims` can be restored: parents first, otherwise as they are. What lies in itself, which no
/// export says, comes last. O(n · log n).
pub(super) fn parents_first(claims: &[&Claim]) -> Vec<usize> {
    let places: BTreeMap<ClaimId, usize> = claims.iter().enumerate().map(|(i, c)| (c.id, i)).collect();
    let mut children: BTreeSet<(usize, usize)> = BTreeSet::new();
    let mut ready: BTreeSet<usize> = BTreeSet::new();
    for (i, claim) in claims.iter().enumerate() {
        match claim.parent.and_then(|p| places.get(&p)) {
            Some(parent) => drop(children.insert((*parent, i))),
            None => drop(ready.insert(i)),
        }
    }
    let mut order = Vec::with_capacity(claims.len());
    while let Some(next) = ready.pop_first() {
        order.push(next);
        ready.extend(
            children
                .range((next, 0)..=(next, usize::MAX))
                .map(|(_, child)| *child),
        );
    }
    let placed: BTreeSet<usize> = order.iter().copied().collect();
    order.extend((0..claims.len()).filter(|i| !placed.contains(i)));
    order
}
