//! Whether what exists keeps the rules that hold for it now (SEMANTICS 9).

use serde::{Deserialize, Serialize};

use super::tree::{Cursor, Row, row};
use crate::rejection::Named;
use crate::{Claim, ClaimId, ClaimKind, Rejection, SpaceId, State, rules};

/// How a claim stands to the rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Compliance {
    /// It keeps every rule of the pools around it.
    Compliant,
    /// It breaks one, or overlaps another claim.
    Noncompliant,
    /// It lies in no pool.
    Unmanaged,
    /// Somebody decided that the rules do not concern it.
    Ignored,
}

/// Why a claim is not compliant, or something worth knowing about one that is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// A rejection's code (`size-not-allowed`, `tags-required`, `quota-exceeded`, `overlap`), or `unmanaged`, `ignored`,
    /// `profile` for what the provider would refuse, `ipv4-mapped`.
    pub code: String,
    /// What is so, in a sentence.
    pub detail: String,
}

fn finding(code: &str, detail: impl ToString) -> Finding {
    Finding {
        code: code.to_owned(),
        detail: detail.to_string(),
    }
}

/// The status of a claim, with the reasons for it. The rules are those that refuse new allocations. Pools have rules rather
/// than keep them, and what is resting is nobody's: neither has a status.
#[must_use]
pub fn compliance(state: &State, claim: &Claim) -> Option<(Compliance, Vec<Finding>)> {
    if matches!(claim.kind, ClaimKind::Pool(_) | ClaimKind::Cooling { .. }) {
        return None;
    }
    if let Some(reason) = &claim.ignored {
        return Some((Compliance::Ignored, vec![finding("ignored", reason.as_str())]));
    }
    let mut reasons: Vec<Finding> = broken_rules(state, claim)
        .into_iter()
        .map(|rejection| finding(rejection.code(), &rejection))
        .collect();
    for other in state
        .open_conflicts_of(claim.id)
        .filter_map(|id| Named::of(state, id))
        .take(5)
    {
        reasons.push(finding("overlap", format!("overlaps {other}")));
    }
    if !reasons.is_empty() {
        return Some((Compliance::Noncompliant, reasons));
    }
    if state.pools_around(claim).next().is_none() {
        return Some((
            Compliance::Unmanaged,
            vec![finding("unmanaged", "lies in no pool")],
        ));
    }
    Some((Compliance::Compliant, Vec::new()))
}

fn broken_rules(state: &State, claim: &Claim) -> Vec<Rejection> {
    let parent = claim.parent.and_then(|id| state.claim(id));
    let sizes = claim
        .prefixes
        .iter()
        .find_map(|p| rules::size_rule(state, parent?, &claim.kind, p.len()).err());
    let tags = rules::tags_rule(state, claim).err();
    let quota = rules::quota_rule(None, state, claim).err().map(as_it_is);
    sizes.into_iter().chain(tags).chain(quota).collect()
}

/// A quota that is exceeded already: what the tenant would have is what it has.
fn as_it_is(mut broken: Rejection) -> Rejection {
    if let Rejection::QuotaExceeded { used, wanted, .. } = &mut broken {
        *used = *wanted;
    }
    broken
}

/// What is worth knowing about a claim although it breaks no rule: sizes that its provider would refuse, IPv4-mapped IPv6.
#[must_use]
pub fn findings(state: &State, claim: &Claim) -> Vec<Finding> {
    let profile = state.profile_of(claim);
    let refused = claim.prefixes.iter().filter_map(|p| profile.lint(&claim.kind, p));
    let mapped = claim.prefixes.iter().filter(|p| p.is_ipv4_mapped());
    refused
        .map(|detail| finding("profile", detail))
        .chain(mapped.map(|p| finding("ipv4-mapped", format!("{p} is IPv4-mapped: IPv6, not IPv4"))))
        .collect()
}

/// A claim with its status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ComplianceRow {
    /// The claim.
    pub row: Row,
    /// The status.
    pub status: Compliance,
    /// Why.
    pub reasons: Vec<Finding>,
}

/// Claims of a space, or of what lies in one claim, with one of the given statuses (any if none is given): in the order of
/// the tree, outer before inner, at most `limit` after a cursor. O(claims) in the worst case.
#[must_use]
pub fn compliance_rows(
    state: &State,
    space: SpaceId,
    within: Option<ClaimId>,
    statuses: &[Compliance],
    after: Option<Cursor>,
    limit: usize,
) -> (Vec<ComplianceRow>, Option<Cursor>) {
    let mut claims: Vec<&Claim> = state
        .claims()
        .filter(|c| c.space == space && within.is_none_or(|id| c.id == id || state.is_within(c, id)))
        .collect();
    claims.sort_by_key(|c| (c.prefixes[0], c.id));
    let start = after.map_or(0, |after| {
        claims.partition_point(|c| (c.prefixes[0], c.id) <= (after.first, after.id))
    });
    let mut found: Vec<ComplianceRow> = Vec::new();
    for claim in claims.into_iter().skip(start) {
        let Some((status, reasons)) = compliance(state, claim) else {
            continue;
        };
        if !statuses.is_empty() && !statuses.contains(&status) {
            continue;
        }
        if found.len() == limit {
            let next = found.last().map(|last| Cursor {
                first: last.row.prefixes[0],
                id: last.row.id,
            });
            return (found, next);
        }
        found.push(ComplianceRow {
            row: row(state, claim),
            status,
            reasons,
        });
    }
    (found, None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Count, Name};

    #[test]
    fn a_quota_exceeded_already_says_what_the_tenant_has() {
        let pool = Named {
            id: ClaimId::derived(&["emea"]),
            kind: "pool".into(),
            label: "emea".into(),
            prefixes: vec!["10.0.0.0/16".parse().unwrap()],
            holder: None,
            available_at: None,
        };
        let broken = Rejection::QuotaExceeded {
            pool,
            tenant: Name::new("red").unwrap(),
            unit: "addresses".into(),
            limit: Count::new(200),
            used: Count::ZERO,
            wanted: Count::new(256),
        };
        assert!(broken.to_string().ends_with("it has 0 and would have 256"));
        assert!(as_it_is(broken).to_string().ends_with("it has 256"));
    }
}
