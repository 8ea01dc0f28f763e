//! The one check that every claim passes, new or changed (SEMANTICS 1).

use super::choose::without_kept;
use crate::rejection::{Named, Rejection, name_some};
use crate::state::free::Sought;
use crate::{
    Change, Cidr, Claim, ClaimId, ClaimKind, Family, Fingerprint, FreeSpace, Policy, State, cidr, limits,
    rules, span,
};

pub(super) fn check_prefixes(prefixes: &mut [Cidr]) -> Result<(), Rejection> {
    if prefixes.is_empty() {
        return Err(Rejection::invalid("prefixes", "give at least one"));
    }
    if prefixes.len() > limits::PREFIXES_PER_CLAIM {
        return Err(Rejection::limit(
            "prefixes of one claim",
            limits::PREFIXES_PER_CLAIM,
        ));
    }
    cidr::sort_disjoint(prefixes).map_err(|(a, b)| {
        if a.family() == b.family() {
            Rejection::invalid("prefixes", format!("{a} and {b} overlap"))
        } else {
            Rejection::WrongFamily {
                prefix: b,
                needs: a.family(),
            }
        }
    })
}

pub(super) fn check_kind(state: &State, parent: &Claim, kind: &ClaimKind) -> Result<(), Rejection> {
    if parent.kind.may_hold(kind) {
        Ok(())
    } else {
        Err(Rejection::WrongParent {
            parent: Named::new(state, parent),
            kind: kind.word().into(),
        })
    }
}

/// A range is one run of addresses, an address one; written as the fewest prefixes.
fn check_shape(claim: &mut Claim) -> Result<(), Rejection> {
    match claim.kind {
        ClaimKind::Address { .. } => match claim.prefixes.as_slice() {
            [one] if one.len() == one.family().bits() => Ok(()),
            _ => Err(Rejection::invalid("prefixes", "an address is one /32 or /128")),
        },
        ClaimKind::Range { .. } => {
            let run = span::contiguous(&claim.prefixes);
            let run = run.ok_or_else(|| Rejection::invalid("prefixes", "a range has no gaps"))?;
            claim.prefixes = run.prefixes();
            Ok(())
        }
        ClaimKind::Pool(_)
        | ClaimKind::Network { .. }
        | ClaimKind::Subnet
        | ClaimKind::Static
        | ClaimKind::External
        | ClaimKind::Reservation { .. }
        | ClaimKind::Cooling { .. } => Ok(()),
    }
}

/// The one check. `claim` is as it would be; `state` may hold an earlier form of it.
///
/// Observed claims may overlap and break policy: reality is recorded, and what it breaks is a finding (SEMANTICS 3).
pub(super) fn check(state: &State, claim: &mut Claim) -> Result<(), Rejection> {
    check_as(state, claim, Standing::Asked)
}

/// Whether a claim asks for space, or had it before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It must be free, and of a size that the pool allows.
    Asked,
    /// It comes back from an export: what was observed over it, and rules made after it, do not undo it (SEMANTICS 9).
    Had,
}

/// [`check`], for a claim that becomes the parent of others, which are then not in its way.
pub(super) fn check_around(state: &State, claim: &mut Claim, absorbed: &[&Claim]) -> Result<(), Rejection> {
    checked(state, state, claim, Standing::Asked, absorbed)
}

/// [`check`], where more than this claim changes: its tenant's share is compared with what it was in `baseline`.
pub(super) fn check_since(baseline: &State, state: &State, claim: &mut Claim) -> Result<(), Rejection> {
    checked(baseline, state, claim, Standing::Asked, &[])
}

/// [`check`], for claims of either standing.
pub(super) fn check_as(state: &State, claim: &mut Claim, standing: Standing) -> Result<(), Rejection> {
    checked(state, state, claim, standing, &[])
}

fn checked(
    baseline: &State,
    state: &State,
    claim: &mut Claim,
    standing: Standing,
    absorbed: &[&Claim],
) -> Result<(), Rejection> {
    check_prefixes(&mut claim.prefixes)?;
    check_shape(claim)?;
    let before = state.claim(claim.id);
    if before.is_none() && state.claim_count() >= limits::CLAIMS {
        return Err(Rejection::limit("claims in a workspace", limits::CLAIMS));
    }
    check_attributes(state, claim, claim.prefixes[0].family())?;
    if let Some(parent) = claim.parent {
        let parent = state
            .claim(parent)
            .ok_or_else(|| Rejection::not_found("pool", parent))?;
        if parent.id == claim.id || state.is_within(parent, claim.id) {
            return Err(Rejection::invalid("parent", "a claim cannot lie in itself"));
        }
        check_kind(state, parent, &claim.kind)?;
        if before.is_none_or(|b| b.parent != claim.parent) {
            check_depth(state, parent, claim.id)?;
        }
        let needs = parent.prefixes.first().map_or(Family::V4, Cidr::family);
        for prefix in &claim.prefixes {
            if prefix.family() != needs {
                return Err(Rejection::WrongFamily {
                    prefix: *prefix,
                    needs,
                });
            }
            if !parent.contains(prefix) {
                return Err(Rejection::OutsideParent {
                    prefix: *prefix,
                    parent: Named::new(state, parent),
                });
            }
        }
        if !claim.observed && standing == Standing::Asked {
            check_rules(baseline, state, parent, claim)?;
        }
    } else if claim.kind.needs_parent() && !claim.observed {
        let reason = format!(
            "a claim of kind {} lies in a network or subnet",
            claim.kind.word()
        );
        return Err(Rejection::invalid("place", reason));
    }
    // A claim that stays where it is may be renamed although something observed overlaps it meanwhile.
    let stays = before
        .is_some_and(|b| (b.space, b.parent, &b.prefixes) == (claim.space, claim.parent, &claim.prefixes));
    if !claim.observed && !stays {
        check_free(state, claim, standing, absorbed)?;
    }
    // Nor is what lies in it looked at: renaming a pool costs the same whatever is in it.
    if stays {
        return Ok(());
    }
    let orphans: Vec<ClaimId> = state
        .children(claim.id)
        .filter(|c| !c.prefixes.iter().all(|p| claim.contains(p)))
        .map(|c| c.id)
        .collect();
    if !orphans.is_empty() {
        let (orphans, orphans_total) = name_some(state, &orphans);
        return Err(Rejection::WouldOrphan {
            orphans,
            orphans_total,
        });
    }
    Ok(())
}

/// What can be wrong with a claim wherever its prefixes are.
pub(super) fn check_attributes(state: &State, claim: &Claim, family: Family) -> Result<(), Rejection> {
    state
        .space(claim.space)
        .ok_or_else(|| Rejection::not_found("space", claim.space))?;
    if let Some(policy) = claim.kind.policy() {
        check_policy_values(policy, family)?;
    }
    if let Some(holder) = claim.kind.holder() {
        state
            .resource(holder)
            .ok_or_else(|| Rejection::not_found("resource", holder))?;
    }
    check_name(state, claim)
}

/// The rules of the pools around, for what is new or changed of a claim: a new size, a new place, other tags, another
/// tenant. What is as it was is left alone: a rule changed meanwhile makes it noncompliant, not wrong (SEMANTICS 9).
fn check_rules(baseline: &State, state: &State, parent: &Claim, claim: &Claim) -> Result<(), Rejection> {
    let before = state.claim(claim.id);
    let moved = before.is_none_or(|b| b.parent != claim.parent);
    for prefix in &claim.prefixes {
        if moved || before.is_none_or(|b| !b.prefixes.contains(prefix)) {
            rules::size_rule(state, parent, &claim.kind, prefix.len())?;
        }
    }
    if before.is_none_or(|b| moved || b.tags != claim.tags || b.kind.holder() != claim.kind.holder()) {
        rules::tags_rule(state, claim)?;
    }
    let same_share = before.is_some_and(|b| {
        !moved && b.prefixes == claim.prefixes && state.tenant_of(b) == state.tenant_of(claim)
    });
    if !same_share && rules::has_quotas(state, claim) {
        let mut after = state.clone();
        after
            .apply(&Change::ClaimPut(claim.clone()))
            .map_err(|e| Rejection::invalid("claim", e))?;
        // What lies in it may be others'.
        if claim.kind.is_pool() || moved && state.children(claim.id).next().is_some() {
            rules::quotas_of_contents(baseline, &after, claim)?;
        } else {
            rules::quota_rule(Some(baseline), &after, claim)?;
        }
    }
    Ok(())
}

/// The size rule for what is left of a claim, whose prefixes become smaller without being asked for one by one.
pub(super) fn check_sizes(state: &State, before: &Claim, claim: &mut Claim) -> Result<(), Rejection> {
    check_prefixes(&mut claim.prefixes)?;
    check_shape(claim)?;
    let Some(parent) = claim.parent.and_then(|id| state.claim(id)) else {
        return Ok(());
    };
    let changed = claim.prefixes.iter().filter(|p| !before.prefixes.contains(p));
    for prefix in changed.filter(|_| !before.observed) {
        rules::size_rule(state, parent, &claim.kind, prefix.len())?;
    }
    Ok(())
}

fn check_free(
    state: &State,
    claim: &Claim,
    standing: Standing,
    absorbed: &[&Claim],
) -> Result<(), Rejection> {
    let blocking = state.intersecting(claim);
    let is_absorbed = |other: &Claim| {
        let mut chain = core::iter::once(other.id).chain(state.ancestors(other).map(|c| c.id));
        !absorbed.is_empty() && chain.any(|id| absorbed.iter().any(|a| a.id == id))
    };
    let mut blockers: Vec<&Claim> = blocking
        .iter()
        .filter_map(|slot| state.at(*slot))
        .filter(|other| standing == Standing::Asked || !other.observed)
        .filter(|other| !is_absorbed(other))
        .collect();
    if blockers.is_empty() {
        return Ok(());
    }
    blockers.sort_by_key(|b| (b.prefixes.first().copied(), b.id));
    let prefix = claim
        .prefixes
        .iter()
        .find(|p| blockers.iter().any(|b| b.prefixes.iter().any(|q| q.overlaps(p))));
    let prefix = prefix.copied().unwrap_or(claim.prefixes[0]);
    let alternatives = claim
        .parent
        .and_then(|id| state.claim(id))
        .map(|parent| {
            let free = FreeSpace::of(state, parent);
            let for_hosts = matches!(claim.kind, ClaimKind::Range { .. } | ClaimKind::Address { .. });
            let free = if for_hosts {
                without_kept(state, parent, free)
            } else {
                free
            };
            let run =
                matches!(claim.kind, ClaimKind::Range { .. }).then(|| span::contiguous(&claim.prefixes));
            let sought = match run.flatten() {
                Some(run) => Sought::Run(run.count(), Some(run)),
                None => Sought::Block(prefix.len(), Some(&prefix)),
            };
            state.alternatives(parent, &free, sought, &claim.kind)
        })
        .unwrap_or_default();
    let ids: Vec<ClaimId> = blockers.iter().map(|b| b.id).collect();
    let (blockers, blockers_total) = name_some(state, &ids);
    Err(Rejection::Overlap {
        prefix,
        blockers,
        blockers_total,
        alternatives,
    })
}

fn check_name(state: &State, claim: &Claim) -> Result<(), Rejection> {
    if !claim.kind.is_pool() {
        return Ok(());
    }
    let Some(name) = &claim.name else {
        return Err(Rejection::invalid("name", "a pool needs a name"));
    };
    match state
        .pool_named(claim.space, name)
        .filter(|other| other.id != claim.id)
    {
        Some(other) => Err(Rejection::NameInUse {
            name: name.clone(),
            by: Named::new(state, other).to_string(),
        }),
        None => Ok(()),
    }
}

fn check_policy_values(policy: &Policy, family: Family) -> Result<(), Rejection> {
    let bits = family.bits();
    let lens = [policy.shortest_len, policy.longest_len, policy.default_len];
    if lens.iter().flatten().any(|len| *len > bits) {
        return Err(Rejection::invalid(
            "policy",
            format!("lengths of {family} are at most {bits}"),
        ));
    }
    let (shortest, longest) = (
        policy.shortest_len.unwrap_or(0),
        policy.longest_len.unwrap_or(bits),
    );
    if shortest > longest {
        return Err(Rejection::invalid(
            "policy",
            format!("the shortest length /{shortest} is longer than the longest /{longest}"),
        ));
    }
    check_policy_bounds(policy)?;
    match policy.default_len {
        Some(len) if len < shortest || len > longest => Err(Rejection::invalid(
            "policy",
            format!("the default length /{len} is not between /{shortest} and /{longest}"),
        )),
        Some(_) | None => Ok(()),
    }
}

/// Limits of the parts of a policy, and thresholds that make sense.
fn check_policy_bounds(policy: &Policy) -> Result<(), Rejection> {
    if let Some(tags) = &policy.required_tags {
        if tags.len() > limits::REQUIRED_TAGS {
            return Err(Rejection::limit("required tags", limits::REQUIRED_TAGS));
        }
        if tags
            .values()
            .any(|values| values.len() > limits::REQUIRED_TAG_VALUES)
        {
            return Err(Rejection::limit(
                "values of a required tag",
                limits::REQUIRED_TAG_VALUES,
            ));
        }
    }
    if policy
        .quotas
        .as_ref()
        .is_some_and(|q| q.tenants.len() > limits::QUOTAS)
    {
        return Err(Rejection::limit("tenants with a quota", limits::QUOTAS));
    }
    if policy
        .cool_down_seconds
        .is_some_and(|s| s > limits::COOL_DOWN_SECONDS)
    {
        return Err(Rejection::limit(
            "seconds of cool-down",
            limits::COOL_DOWN_SECONDS as usize,
        ));
    }
    match policy.thresholds {
        Some(t) if t.under_basis_points > t.over_basis_points || t.over_basis_points > 10_000 => {
            Err(Rejection::invalid(
                "policy",
                "thresholds are 0 to 10000 basis points, under at most over",
            ))
        }
        Some(_) | None => Ok(()),
    }
}

/// The answer to a command whose id exists: nothing to do for a retry, refused for another request.
pub(super) fn retried(existing: &Claim, request: Fingerprint) -> Result<Vec<Change>, Rejection> {
    if existing.request == request {
        Ok(Vec::new())
    } else {
        Err(Rejection::IdInUse {
            id: existing.id.to_string(),
        })
    }
}

/// Claims beside `claim` that lie whole within it and may be declared to.
pub(super) fn siblings_within<'a>(state: &'a State, claim: &'a Claim) -> Vec<&'a Claim> {
    state
        .intersecting(claim)
        .into_iter()
        .filter_map(|slot| state.at(slot))
        .filter(|other| other.parent == claim.parent && claim.kind.may_hold(&other.kind))
        .filter(|other| other.prefixes.iter().all(|p| claim.contains(p)))
        // A pool with the very same prefixes is a duplicate, not a part.
        .filter(|other| other.prefixes != claim.prefixes || !other.kind.is_pool())
        .collect()
}

/// Whether what lies in `inner` stays within the depth limit once it lies in `outer`.
pub(super) fn check_depth(state: &State, outer: &Claim, inner: ClaimId) -> Result<(), Rejection> {
    if state.ancestors(outer).count() + 1 + height(state, inner) > limits::DEPTH {
        return Err(Rejection::TooDeep {
            max: limits::DEPTH as u64,
        });
    }
    Ok(())
}

/// Whether the pools below a claim have names that are free in the space it moves to.
pub(super) fn check_names_below(state: &State, claim: &Claim) -> Result<(), Rejection> {
    for child in state.children(claim.id) {
        let mut moved = child.clone();
        moved.space = claim.space;
        check_name(state, &moved)?;
        check_names_below(state, &moved)?;
    }
    Ok(())
}

/// Levels from a claim down, itself included.
fn height(state: &State, id: ClaimId) -> usize {
    1 + state.children(id).map(|c| height(state, c.id)).max().unwrap_or(0)
}
