//! Where a claim goes, and the one check that every claim passes, new or changed (SEMANTICS 1).

use plat_allocator::{Count, Strategy};
use serde::{Deserialize, Serialize};

use crate::rejection::{Named, Rejection, name_some};
use crate::{
    Change, Cidr, Claim, ClaimId, ClaimKind, Family, Fingerprint, FreeSpace, Policy, SpaceId, State, cidr,
    limits,
};

/// Where in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Place {
    /// At the top of a space.
    Top(SpaceId),
    /// Directly in a claim: a pool, or a network for a subnet.
    In(ClaimId),
    /// In the innermost claim of the space that holds the prefixes and may hold the kind; else at the top.
    Innermost(SpaceId),
}

/// How much, or exactly which, space is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Wanted {
    /// Exactly these prefixes: disjoint, of one family.
    Prefixes(Vec<Cidr>),
    /// One prefix of this length, in bits.
    PrefixLength(u8),
    /// One prefix that holds this many addresses: rounded up, so 144 gives a /24.
    Addresses(Count),
    /// One prefix of the pool's default length.
    DefaultLength,
}

/// A place looked up.
pub(super) struct Spot<'a> {
    pub(super) space: SpaceId,
    pub(super) parent: Option<&'a Claim>,
}

pub(super) fn resolve<'a>(
    state: &'a State,
    place: &Place,
    kind: &ClaimKind,
    prefixes: &[Cidr],
) -> Result<Spot<'a>, Rejection> {
    match place {
        Place::Top(space) => {
            state
                .space(*space)
                .ok_or_else(|| Rejection::not_found("space", space))?;
            Ok(Spot {
                space: *space,
                parent: None,
            })
        }
        Place::In(id) => {
            let parent = state.claim(*id).ok_or_else(|| Rejection::not_found("pool", id))?;
            Ok(Spot {
                space: parent.space,
                parent: Some(parent),
            })
        }
        Place::Innermost(space) => {
            state
                .space(*space)
                .ok_or_else(|| Rejection::not_found("space", space))?;
            let parent = prefixes.first().and_then(|first| {
                let mut around = state.containing(*space, first);
                around.retain(|c| c.kind.may_hold(kind) && prefixes.iter().all(|p| c.contains(p)));
                around.pop()
            });
            Ok(Spot {
                space: *space,
                parent,
            })
        }
    }
}

/// Turns what is wanted into prefixes: those given, or the one that the strategy finds.
pub(super) fn choose(
    state: &State,
    parent: Option<&Claim>,
    kind: &ClaimKind,
    wanted: &Wanted,
    strategy: Option<Strategy>,
) -> Result<Vec<Cidr>, Rejection> {
    if let Wanted::Prefixes(prefixes) = wanted {
        let mut prefixes = prefixes.clone();
        check_prefixes(&mut prefixes)?;
        return Ok(prefixes);
    }
    let Some(pool) = parent else {
        return Err(Rejection::invalid(
            "wanted",
            "at the top of a space there is no pool to choose from: give prefixes",
        ));
    };
    let family = pool.prefixes.first().map_or(Family::V4, Cidr::family);
    let policy = if let ClaimKind::Pool(policy) = pool.kind {
        policy
    } else {
        Policy::default()
    };
    let len = match wanted {
        Wanted::PrefixLength(len) => *len,
        Wanted::Addresses(count) => len_for(*count, family)?,
        Wanted::DefaultLength => policy.default_len.ok_or_else(|| {
            Rejection::invalid(
                "wanted",
                "the pool has no default length: give a length, a number of addresses or a prefix",
            )
        })?,
        Wanted::Prefixes(_) => return Err(Rejection::invalid("wanted", "prefixes")),
    };
    if len > family.bits() {
        return Err(Rejection::invalid(
            "wanted",
            format!("/{len} is longer than an {family} address"),
        ));
    }
    check_kind(state, pool, kind)?;
    check_policy(state, pool, kind, len)?;
    let strategy = strategy.or(policy.strategy).unwrap_or(Strategy::FirstFit);
    match FreeSpace::of(state, pool).find(len, strategy) {
        Some(prefix) => Ok(vec![prefix]),
        None => Err(Rejection::PoolExhausted {
            pool: named(state, pool),
            len,
            available: crate::query::usage(state, pool).available,
            alternatives: state.alternatives(pool, len, None),
        }),
    }
}

fn len_for(count: Count, family: Family) -> Result<u8, Rejection> {
    if count.is_zero() {
        return Err(Rejection::invalid("addresses", "ask for at least one"));
    }
    (0..=family.bits())
        .rev()
        .find(|len| Count::pow2(family.bits() - len) >= count)
        .ok_or_else(|| Rejection::invalid("addresses", format!("{count} is more than all of {family}")))
}

fn named(state: &State, claim: &Claim) -> Named {
    Named::of(state, claim.id).unwrap_or(Named {
        id: claim.id,
        kind: claim.kind.word().into(),
        label: claim.label(),
        prefixes: claim.prefixes.clone(),
        holder: None,
    })
}

fn check_prefixes(prefixes: &mut [Cidr]) -> Result<(), Rejection> {
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

fn check_kind(state: &State, parent: &Claim, kind: &ClaimKind) -> Result<(), Rejection> {
    if parent.kind.may_hold(kind) {
        Ok(())
    } else {
        Err(Rejection::WrongParent {
            parent: named(state, parent),
            kind: kind.word().into(),
        })
    }
}

/// Size rules hold for what is allocated from a pool, not for the pools it is divided into.
fn check_policy(state: &State, parent: &Claim, kind: &ClaimKind, len: u8) -> Result<(), Rejection> {
    let ClaimKind::Pool(policy) = parent.kind else {
        return Ok(());
    };
    let too_short = policy.shortest_len.is_some_and(|s| len < s);
    let too_long = policy.longest_len.is_some_and(|l| len > l);
    if !kind.is_pool() && (too_short || too_long) {
        return Err(Rejection::SizeNotAllowed {
            len,
            shortest_len: policy.shortest_len,
            longest_len: policy.longest_len,
            pool: named(state, parent),
        });
    }
    Ok(())
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

/// [`check`], for claims of either standing.
pub(super) fn check_as(state: &State, claim: &mut Claim, standing: Standing) -> Result<(), Rejection> {
    check_prefixes(&mut claim.prefixes)?;
    let before = state.claim(claim.id);
    if before.is_none() && state.claim_count() >= limits::CLAIMS {
        return Err(Rejection::limit("claims in a workspace", limits::CLAIMS));
    }
    state
        .space(claim.space)
        .ok_or_else(|| Rejection::not_found("space", claim.space))?;
    if let ClaimKind::Pool(policy) = &claim.kind {
        check_policy_values(policy, claim.prefixes[0].family())?;
    }
    if let Some(holder) = claim.kind.holder() {
        state
            .resource(holder)
            .ok_or_else(|| Rejection::not_found("resource", holder))?;
    }
    check_name(state, claim)?;
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
                    parent: named(state, parent),
                });
            }
        }
        if !claim.observed && standing == Standing::Asked {
            for prefix in claim
                .prefixes
                .iter()
                .filter(|p| before.is_none_or(|b| !b.prefixes.contains(p)))
            {
                check_policy(state, parent, &claim.kind, prefix.len())?;
            }
        }
    } else if matches!(claim.kind, ClaimKind::Subnet) && !claim.observed {
        return Err(Rejection::invalid("place", "a subnet lies in a network"));
    }
    // A claim that stays where it is may be renamed although something observed overlaps it meanwhile.
    let stays = before
        .is_some_and(|b| (b.space, b.parent, &b.prefixes) == (claim.space, claim.parent, &claim.prefixes));
    if !claim.observed && !stays {
        check_free(state, claim, standing)?;
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

fn check_free(state: &State, claim: &Claim, standing: Standing) -> Result<(), Rejection> {
    let blocking = state.intersecting(claim);
    let mut blockers: Vec<&Claim> = blocking
        .iter()
        .filter_map(|slot| state.at(*slot))
        .filter(|other| standing == Standing::Asked || !other.observed)
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
        .map(|parent| state.alternatives(parent, prefix.len(), Some(&prefix)))
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
            by: named(state, other).to_string(),
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
    match policy.default_len {
        Some(len) if len < shortest || len > longest => Err(Rejection::invalid(
            "policy",
            format!("the default length /{len} is not between /{shortest} and /{longest}"),
        )),
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
