//! In which order claims are written, and in which they can be restored.

use std::collections::{BTreeMap, BTreeSet};

use plat_domain::command::Restore;
use plat_domain::{Claim, ClaimId, Command, State};

use crate::build::Builder;

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

/// Orders `count` things so that each pair's first comes before its second, otherwise as they are. What lies on a
/// cycle comes last. O((count + pairs) · log count).
fn topological(count: usize, pairs: &BTreeSet<(usize, usize)>) -> Vec<usize> {
    let mut waiting = vec![0_usize; count];
    for (_, second) in pairs {
        waiting[*second] += 1;
    }
    let mut ready: BTreeSet<usize> = (0..count).filter(|i| waiting[*i] == 0).collect();
    let mut order = Vec::with_capacity(count);
    while let Some(next) = ready.pop_first() {
        order.push(next);
        for (_, second) in pairs.range((next, 0)..=(next, usize::MAX)) {
            waiting[*second] -= 1;
            if waiting[*second] == 0 {
                ready.insert(*second);
            }
        }
    }
    order.extend((0..count).filter(|i| waiting[*i] > 0));
    order
}

/// An order in which `claims` can be restored after what the builder has: parents first, and what was allocated before
/// what was observed to overlap it, since what is allocated must find its space free. Where a pool that was adopted
/// took in what others were in the way of, no such order may exist: what is left over comes last, and is refused by name.
pub(super) fn restorable(builder: &Builder<'_>, claims: &[&Claim]) -> Vec<usize> {
    let places: BTreeMap<ClaimId, usize> = claims.iter().enumerate().map(|(i, c)| (c.id, i)).collect();
    let mut pairs: BTreeSet<(usize, usize)> = claims
        .iter()
        .enumerate()
        .filter_map(|(i, c)| Some((*places.get(&c.parent?)?, i)))
        .collect();
    let order = topological(claims.len(), &pairs);
    let observed = claims.iter().filter(|c| c.observed).count();
    if observed == 0 || observed == claims.len() {
        return order;
    }
    // Restored as if all had been observed, nothing is in the way of anything, and the conflicts show.
    let mut tried = builder.state.clone();
    for i in &order {
        let claim = Claim {
            observed: true,
            ..claims[*i].clone()
        };
        if let Ok(changes) = builder.decided(&tried, &Command::Restore(Restore { claim })) {
            // What was decided on a state follows on it.
            tried = tried.commit(&changes).unwrap_or_default();
        }
    }
    let before = pairs.len();
    for (a, b) in tried.conflict_pairs() {
        if let (Some(&a), Some(&b)) = (places.get(&a), places.get(&b)) {
            match (claims[a].observed, claims[b].observed) {
                (false, true) => pairs.insert((a, b)),
                (true, false) => pairs.insert((b, a)),
                (true, true) | (false, false) => false,
            };
        }
    }
    if pairs.len() == before {
        order
    } else {
        topological(claims.len(), &pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_follows_the_pairs_and_ends_with_cycles() {
        let pairs = BTreeSet::from([(3, 0), (0, 1), (4, 5), (5, 4)]);
        assert_eq!(topological(6, &pairs), [2, 3, 0, 1, 4, 5]);
    }
}
