//! Every invariant, recomputed from the claims alone: what the indexes say must be what the claims mean.

use std::collections::{BTreeMap, BTreeSet};

use plat_allocator::{Count, Range, V4, V6, union_count};

use crate::query::{Part, prefixes_of, space_usage, usage, usages};
use crate::span::contiguous;
use crate::{Cidr, Claim, ClaimId, ClaimKind, Family, FreeSpace, Name, SpaceId, SpaceKind, State, limits};

/// Says what is wrong with a state; empty for every state that this crate makes. O(n log n + conflicts).
#[must_use]
pub fn check(state: &State) -> Vec<String> {
    let mut wrong = Vec::new();
    let claims: Vec<&Claim> = state.claims().collect();
    let in_use: Vec<&Claim> = claims.iter().copied().filter(|c| c.kind.is_in_use()).collect();
    for claim in &claims {
        check_claim(state, claim, &in_use, &mut wrong);
    }
    let (expected, found): (BTreeSet<_>, BTreeSet<_>) =
        (true_conflicts(state, &claims), state.conflict_pairs().collect());
    for (a, b) in expected.symmetric_difference(&found) {
        wrong.push(format!(
            "conflict {a} {b}: indexed {}, true {}",
            found.contains(&(*a, *b)),
            expected.contains(&(*a, *b))
        ));
    }
    for (a, b) in &expected {
        if let (Some(a), Some(b)) = (state.claim(*a), state.claim(*b))
            && !a.observed
            && !b.observed
        {
            wrong.push(format!(
                "{} and {} overlap although neither was only observed",
                a.label(),
                b.label()
            ));
        }
    }
    for space in state.spaces() {
        for family in [Family::V4, Family::V6] {
            let roots: Vec<&Claim> = state.roots(space.id).collect();
            check_usage(
                &format!("space {}", space.name),
                &space_usage(state, space.id, family),
                &[family.all()],
                &roots,
                &roots,
                &mut wrong,
            );
        }
    }
    let reached = count_reachable(state);
    if reached != state.claim_count() {
        wrong.push(format!(
            "{reached} of {} claims are reached from the top",
            state.claim_count()
        ));
    }
    for (claim, found) in usages(state) {
        if found != usage(state, claim) {
            wrong.push(format!("{}: another usage in one pass", claim.label()));
        }
    }
    check_acceptances(state, &mut wrong);
    check_spaces(state, &mut wrong);
    check_marks(state, &claims, &mut wrong);
    match State::from_snapshot(&state.to_snapshot()) {
        Ok(read) if read.content_digest() == state.content_digest() && read.digest() == state.digest() => {}
        Ok(_) => wrong.push("a snapshot reads back as another state".into()),
        Err(e) => wrong.push(format!("a snapshot does not read back: {e}")),
    }
    wrong
}

fn check_acceptances(state: &State, wrong: &mut Vec<String>) {
    for acceptance in state.acceptances() {
        if !state.is_conflict(acceptance.pair) {
            wrong.push(format!("accepted, but no conflict: {:?}", acceptance.pair));
        }
    }
    let claims = state.claims().filter_map(|c| c.kind.ends_at());
    let first = claims
        .chain(state.acceptances().filter_map(|a| a.expires_at))
        .min();
    if first != state.next_expiry() {
        wrong.push(format!(
            "ends next at {:?}, by the claims at {first:?}",
            state.next_expiry()
        ));
    }
}

fn check_spaces(state: &State, wrong: &mut Vec<String>) {
    for space in state.spaces() {
        let provider = space.provider.and_then(|id| state.space(id));
        if space.provider.is_some() && provider.is_none_or(|p| p.kind != SpaceKind::Provider) {
            wrong.push(format!("space {}: its provider space is missing", space.name));
        }
    }
}

/// What tenants have and what is in use, by union over the claims that say so.
fn check_marks(state: &State, claims: &[&Claim], wrong: &mut Vec<String>) {
    let mut expected: BTreeMap<(SpaceId, Name), Vec<&Claim>> = BTreeMap::new();
    for claim in claims {
        if let Some(tenant) = state.tenant_of(claim) {
            expected.entry((claim.space, tenant)).or_default().push(claim);
        }
    }
    for space in state.spaces() {
        let of_space = expected.keys().filter(|(s, _)| *s == space.id).map(|(_, t)| t);
        if !state.tenants(space.id).eq(of_space) {
            wrong.push(format!(
                "space {}: other tenants than its claims have",
                space.name
            ));
        }
    }
    for ((space, tenant), claims) in &expected {
        for family in [Family::V4, Family::V6] {
            let all = [family.all()];
            let (found, union) = (state.had_by(tenant, *space, &all), union(&all, claims, |_| true));
            if found != union {
                wrong.push(format!("{tenant} has {found} addresses, by union {union}"));
            }
        }
    }
}

fn check_claim(state: &State, claim: &Claim, in_use: &[&Claim], wrong: &mut Vec<String>) {
    let label = claim.label();
    if claim.prefixes.is_empty() || claim.prefixes.len() > limits::PREFIXES_PER_CLAIM {
        wrong.push(format!("{label}: {} prefixes", claim.prefixes.len()));
    }
    for pair in claim.prefixes.windows(2) {
        if pair[0] >= pair[1] || pair[0].overlaps(&pair[1]) || pair[0].family() != pair[1].family() {
            wrong.push(format!(
                "{label}: {} and {} are not disjoint and in order",
                pair[0], pair[1]
            ));
        }
    }
    let whole = match claim.kind {
        ClaimKind::Range { .. } => {
            contiguous(&claim.prefixes).is_some_and(|s| s.prefixes() == claim.prefixes)
        }
        ClaimKind::Address { .. } => claim.prefixes.iter().all(|p| p.len() == p.family().bits()),
        _ => true,
    };
    if !whole {
        wrong.push(format!(
            "{label}: {:?} is no {}",
            claim.prefixes,
            claim.kind.word()
        ));
    }
    if state.ancestors(claim).count() >= limits::DEPTH {
        wrong.push(format!("{label}: nested too deep"));
    }
    if let Some(parent) = claim.parent {
        match state.claim(parent) {
            None => wrong.push(format!("{label}: its parent is missing")),
            Some(parent) => {
                if parent.space != claim.space || !parent.kind.may_hold(&claim.kind) {
                    wrong.push(format!("{label}: cannot lie in {}", parent.label()));
                }
                if !claim.prefixes.iter().all(|p| parent.contains(p)) {
                    wrong.push(format!("{label}: is not within {}", parent.label()));
                }
            }
        }
    }
    if let Some(holder) = claim.kind.holder()
        && (state.resource(holder).is_none() || !state.networks_of(holder).any(|n| n.id == claim.id))
    {
        wrong.push(format!("{label}: its holder does not hold it"));
    }
    if claim.kind.is_pool() {
        let named = claim.name.as_ref().and_then(|n| state.pool_named(claim.space, n));
        if named.map(|c| c.id) != Some(claim.id) {
            wrong.push(format!("{label}: is not found by its name"));
        }
    }
    let children: Vec<&Claim> = state.children(claim.id).collect();
    let mut members = children.clone();
    members.extend(state.conflicts_of(claim.id).filter_map(|id| state.claim(id)));
    if claim.kind.holds_claims() {
        let usage = usage(state, claim);
        let in_use: Vec<&Claim> = in_use
            .iter()
            .copied()
            .filter(|c| c.space == claim.space)
            .collect();
        let used = union(&claim.prefixes, &in_use, |_| true);
        if usage.used != used || usage.used > usage.total {
            wrong.push(format!(
                "{label}: {} addresses in use, by union {used}",
                usage.used
            ));
        }
        for part in [Part::Allocated, Part::Reserved, Part::Available] {
            let (listed, _) = prefixes_of(state, claim, part, None, usize::MAX - 1);
            let sum = listed
                .iter()
                .fold(Count::ZERO, |sum, p| sum.saturating_add(p.count()));
            let counted = match part {
                Part::Allocated => usage.allocated,
                Part::Reserved => usage.reserved,
                Part::Available => usage.available,
            };
            if sum != counted {
                wrong.push(format!(
                    "{label}: {part:?} prefixes hold {sum}, usage says {counted}"
                ));
            }
        }
        check_usage(&label, &usage, &claim.prefixes, &members, &children, wrong);
        let free = FreeSpace::of(state, claim)
            .blocks()
            .fold(Count::ZERO, |sum, p| sum.saturating_add(p.count()));
        if free != usage.available {
            wrong.push(format!(
                "{label}: {free} addresses in free blocks, {} available",
                usage.available
            ));
        }
    }
}

fn union(within: &[Cidr], claims: &[&Claim], which: impl Fn(&Claim) -> bool) -> Count {
    let (mut v4, mut v6): (Vec<Range<V4>>, Vec<Range<V6>>) = (Vec::new(), Vec::new());
    for claim in claims.iter().filter(|c| which(c)) {
        for part in claim
            .prefixes
            .iter()
            .flat_map(|p| within.iter().filter_map(|w| w.intersection(p)))
        {
            match part {
                Cidr::V4(p) => v4.push(p.range()),
                Cidr::V6(p) => v6.push(p.range()),
            }
        }
    }
    union_count(v4).saturating_add(union_count(v6))
}

fn check_usage(
    label: &str,
    usage: &crate::query::Usage,
    within: &[Cidr],
    members: &[&Claim],
    children: &[&Claim],
    wrong: &mut Vec<String>,
) {
    let all = union(within, members, |_| true);
    let allocated = union(within, members, |c| !c.kind.is_reserved());
    let delegated = union(within, children, |c| c.kind.is_pool());
    let total = within
        .iter()
        .fold(Count::ZERO, |sum, p| sum.saturating_add(p.count()));
    let reserved = all.saturating_sub(allocated);
    let expected = (total, allocated, reserved, total.saturating_sub(all), delegated);
    let found = (
        usage.total,
        usage.allocated,
        usage.reserved,
        usage.available,
        usage.delegated,
    );
    if expected != found {
        wrong.push(format!("{label}: usage {found:?}, by union {expected:?}"));
    }
}

/// Pairs that share addresses without declared ancestry, found by a sweep over all prefixes.
fn true_conflicts(state: &State, claims: &[&Claim]) -> BTreeSet<(ClaimId, ClaimId)> {
    let mut by_space: BTreeMap<SpaceId, Vec<(Cidr, &Claim)>> = BTreeMap::new();
    for claim in claims {
        by_space
            .entry(claim.space)
            .or_default()
            .extend(claim.prefixes.iter().map(|p| (*p, *claim)));
    }
    let mut pairs = BTreeSet::new();
    for prefixes in by_space.values_mut() {
        prefixes.sort_by_key(|(p, c)| (*p, c.id));
        let mut open: Vec<(Cidr, &Claim)> = Vec::new();
        for (prefix, claim) in prefixes.iter() {
            open.retain(|(p, _)| p.contains(prefix));
            for (_, other) in &open {
                if other.id != claim.id
                    && !state.is_within(claim, other.id)
                    && !state.is_within(other, claim.id)
                {
                    pairs.insert(if other.id < claim.id {
                        (other.id, claim.id)
                    } else {
                        (claim.id, other.id)
                    });
                }
            }
            open.push((*prefix, claim));
        }
    }
    pairs
}

fn count_reachable(state: &State) -> usize {
    let mut stack: Vec<&Claim> = state.spaces().flat_map(|s| state.roots(s.id)).collect();
    let mut count = 0;
    while let Some(claim) = stack.pop() {
        count += 1;
        stack.extend(state.children(claim.id));
    }
    count
}
