//! The rules of pools as they bind one claim: which pool's rule it is, and whether the claim keeps it.
//!
//! The same functions refuse a new allocation and find an existing one noncompliant, so the two cannot disagree.

use std::collections::BTreeMap;

use plat_allocator::Count;

use crate::rejection::{MissingTag, Named, Rejection};
use crate::state::Mark;
use crate::{Claim, ClaimKind, Family, Name, Policy, Profile, State, Thresholds};

/// The tag that tells whose a claim is, where no holder says so.
pub const TENANT_TAG: &str = "tenant";

impl State {
    /// The pools that a claim lies in, innermost first, with their rules.
    pub fn pools_around<'a>(&'a self, claim: &Claim) -> impl Iterator<Item = (&'a Claim, &'a Policy)> + 'a {
        self.ancestors(claim)
            .filter_map(|c| c.kind.policy().map(|p| (c, p)))
    }

    /// The first that is stated of one rule: by the claim itself if it is a pool, else by the pools around it.
    fn stated<'a, T>(&'a self, claim: &'a Claim, rule: impl Fn(&'a Policy) -> Option<T> + 'a) -> Option<T> {
        let own = claim.kind.policy().and_then(&rule);
        own.or_else(|| self.pools_around(claim).find_map(|(_, policy)| rule(policy)))
    }

    /// Whose rules a claim's subnets follow: as the pools around it state, else by its holder's provider.
    #[must_use]
    pub fn profile_of(&self, claim: &Claim) -> Profile {
        self.stated(claim, |policy| policy.profile)
            .or_else(|| {
                let mut chain = core::iter::once(claim).chain(self.ancestors(claim));
                let holder = chain.find_map(|c| c.kind.holder())?;
                Profile::of_provider(self.resource(holder)?.provider.as_ref()?.as_str())
            })
            .unwrap_or_default()
    }

    /// When a claim counts as under- or overused.
    #[must_use]
    pub fn thresholds_of(&self, claim: &Claim) -> Thresholds {
        self.stated(claim, |policy| policy.thresholds).unwrap_or_default()
    }

    /// How long the space of a claim rests once it is released, in milliseconds.
    pub(crate) fn cool_down_ms(&self, claim: &Claim) -> u64 {
        let seconds = self
            .pools_around(claim)
            .find_map(|(_, policy)| policy.cool_down_seconds);
        u64::from(seconds.unwrap_or(0)) * 1_000
    }

    /// Whose a claim is: its holder's tenant, else the value of its tag `tenant`. Pools and what is resting are nobody's.
    #[must_use]
    pub fn tenant_of(&self, claim: &Claim) -> Option<Name> {
        if matches!(claim.kind, ClaimKind::Pool(_) | ClaimKind::Cooling { .. }) {
            return None;
        }
        let held = claim
            .kind
            .holder()
            .and_then(|h| self.resource(h))
            .and_then(|r| r.tenant.clone());
        held.or_else(|| {
            claim
                .tags
                .get(TENANT_TAG)
                .and_then(|tenant| Name::new(tenant).ok())
        })
    }

    /// The value of a tag of a claim, or of its holder.
    #[must_use]
    pub fn tag_of<'a>(&'a self, claim: &'a Claim, key: &str) -> Option<&'a str> {
        let holder = || claim.kind.holder().and_then(|h| self.resource(h));
        claim.tags.get(key).or_else(|| holder()?.tags.get(key))
    }
}

/// Size rules hold for what is allocated from a pool, not for the pools it is divided into.
pub(crate) fn size_rule(state: &State, pool: &Claim, kind: &ClaimKind, len: u8) -> Result<(), Rejection> {
    let Some(policy) = pool.kind.policy() else {
        return Ok(());
    };
    let too_short = policy.shortest_len.is_some_and(|s| len < s);
    let too_long = policy.longest_len.is_some_and(|l| len > l);
    if kind.is_pool() || matches!(kind, ClaimKind::Cooling { .. }) || !(too_short || too_long) {
        return Ok(());
    }
    Err(Rejection::SizeNotAllowed {
        len,
        shortest_len: policy.shortest_len,
        longest_len: policy.longest_len,
        pool: Named::new(state, pool),
    })
}

/// Tags are asked of what is allocated from a pool: not of pools, and not of what lies in a network.
pub(crate) fn tags_rule(state: &State, claim: &Claim) -> Result<(), Rejection> {
    let in_pool = claim
        .parent
        .and_then(|id| state.claim(id))
        .is_some_and(|p| p.kind.is_pool());
    if !in_pool || claim.kind.is_pool() || matches!(claim.kind, ClaimKind::Cooling { .. }) {
        return Ok(());
    }
    let asking = state
        .pools_around(claim)
        .find_map(|(pool, policy)| policy.required_tags.as_ref().map(|tags| (pool, tags)));
    let Some((pool, tags)) = asking else { return Ok(()) };
    let mut missing = Vec::new();
    for (key, allowed) in tags {
        let given = state.tag_of(claim, key.as_str());
        let will_do = |value: &str| allowed.is_empty() || allowed.iter().any(|a| a.as_str() == value);
        if !given.is_some_and(will_do) {
            missing.push(MissingTag {
                key: key.clone(),
                allowed: allowed.iter().cloned().collect(),
                given: given.map(str::to_owned),
            });
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(Rejection::TagsRequired {
            pool: Named::new(state, pool),
            missing,
        })
    }
}

/// Addresses in the unit of quotas, with its name: `addresses` of IPv4, `/64s` of IPv6 (a part of one counts as one).
#[must_use]
pub fn in_quota_units(count: Count, family: Family) -> (Count, &'static str) {
    match family {
        Family::V4 => (count, "addresses"),
        Family::V6 => (crate::query::units(count, 64).1, "/64s"),
    }
}

/// Whether the tenant of a claim keeps its quota in each pool around it, in `after`. Only what grew since `before`, if
/// that is given, is held against it.
pub(crate) fn quota_rule(before: Option<&State>, after: &State, claim: &Claim) -> Result<(), Rejection> {
    let Some(tenant) = after.tenant_of(claim) else {
        return Ok(());
    };
    quota_of(&tenant, before, after, claim)
}

/// Whether every tenant keeps its quota in each pool around a claim that came to lie there with all that lies in it.
pub(crate) fn quotas_of_contents(before: &State, after: &State, pool: &Claim) -> Result<(), Rejection> {
    let mut tenants = after.tenants(pool.space);
    tenants.try_for_each(|tenant| quota_of(tenant, Some(before), after, pool))
}

/// Whether every tenant keeps its quota in a pool that others became part of, with what lies in them.
pub(crate) fn quotas_of_merged(before: &State, after: &State, pool: &Claim) -> Result<(), Rejection> {
    let Some(quotas) = pool.kind.policy().and_then(|policy| policy.quotas.as_ref()) else {
        return Ok(());
    };
    let was = before.claim(pool.id).map_or(&[][..], |claim| &claim.prefixes);
    for tenant in after.tenants(pool.space) {
        let mark = Mark::Tenant(pool.space, tenant.clone());
        let (had, has) = (before.marked(&mark, was), after.marked(&mark, &pool.prefixes));
        if let Some(limit) = quotas.of(tenant) {
            within_limit(after, pool, tenant, limit, (had, has))?;
        }
    }
    Ok(())
}

fn quota_of(tenant: &Name, before: Option<&State>, after: &State, claim: &Claim) -> Result<(), Rejection> {
    quotas(after, claim, tenant, |mark, pool| {
        let had = before.map_or(Count::ZERO, |before| before.marked(mark, &pool.prefixes));
        (had, after.marked(mark, &pool.prefixes))
    })
}

/// Whether the tenant of a claim would keep its quotas with so many addresses more.
pub(crate) fn quota_for_more(state: &State, claim: &Claim, more: Count) -> Result<(), Rejection> {
    let Some(tenant) = state.tenant_of(claim) else {
        return Ok(());
    };
    quotas(state, claim, &tenant, |mark, pool| {
        let had = state.marked(mark, &pool.prefixes);
        (had, had.saturating_add(more))
    })
}

/// Holds what a tenant has and would have in each pool around a claim against the pool's quota.
fn quotas(
    state: &State,
    claim: &Claim,
    tenant: &Name,
    had_and_would_have: impl Fn(&Mark, &Claim) -> (Count, Count),
) -> Result<(), Rejection> {
    let mark = Mark::Tenant(claim.space, tenant.clone());
    for (pool, policy) in state.pools_around(claim) {
        let Some(limit) = policy.quotas.as_ref().and_then(|quotas| quotas.of(tenant)) else {
            continue;
        };
        within_limit(state, pool, tenant, limit, had_and_would_have(&mark, pool))?;
    }
    Ok(())
}

/// Addresses had and to be had, held against a limit. What was too much before is not held against what does not add to it.
fn within_limit(
    state: &State,
    pool: &Claim,
    tenant: &Name,
    limit: Count,
    (had, would_have): (Count, Count),
) -> Result<(), Rejection> {
    let family = pool.prefixes.first().map_or(Family::V4, crate::Cidr::family);
    let ((used, unit), (wanted, _)) = (in_quota_units(had, family), in_quota_units(would_have, family));
    if wanted <= limit || wanted <= used {
        return Ok(());
    }
    Err(Rejection::QuotaExceeded {
        pool: Named::new(state, pool),
        tenant: tenant.clone(),
        unit: unit.to_owned(),
        limit,
        used,
        wanted,
    })
}

/// True if some pool around a claim has quotas.
pub(crate) fn has_quotas(state: &State, claim: &Claim) -> bool {
    state
        .pools_around(claim)
        .any(|(_, policy)| policy.quotas.is_some())
}

/// The tags that a pool asks of what is allocated from it, with the pools around it considered.
#[must_use]
pub fn tags_asked(state: &State, pool: &Claim) -> BTreeMap<Name, Vec<String>> {
    let asked = state.stated(pool, |policy| policy.required_tags.as_ref());
    let values = |v: &std::collections::BTreeSet<crate::Description>| {
        v.iter().map(|d| d.as_str().to_owned()).collect()
    };
    asked
        .into_iter()
        .flatten()
        .map(|(key, allowed)| (key.clone(), values(allowed)))
        .collect()
}
