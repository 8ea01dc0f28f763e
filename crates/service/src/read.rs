//! Requests that change nothing.

use plat_api::{
    AssociatedPage, Capacity, ClaimDetails, CompliancePage, ComplianceRequest, ConflictPage, Free,
    PAGE_DEFAULT, PAGE_MAX, PlanAnswer, PrefixPage, Problem, QuotaUsage, Recommended, Request,
    ResourceDetails, RowPage, SearchAnswer, SpaceSummary, TreeRequest, UsageAnswer, Workspace,
};
use plat_domain::command::{ExpireDue, cascade};
use plat_domain::query::{
    Query, associated, compliance, compliance_rows, conflicts, findings, prefixes_of, recommend_for_claim,
    recommend_for_resource, row, rows, search, space_extent, usable, usage, utilization,
};
use plat_domain::{
    Cidr, Claim, Command, Context, Family, FreeSpace, Name, Named, Plan, Resource, State, diff, rules,
};
use serde_json::Value;

use crate::change::{is_due, preview, to_value};
use crate::{import, resolve};

fn page(limit: Option<usize>) -> Result<usize, Problem> {
    match limit {
        None => Ok(PAGE_DEFAULT),
        Some(n) if (1..=PAGE_MAX).contains(&n) => Ok(n),
        Some(n) => Err(Problem::bad_request(format!("limit {n}: give 1 to {PAGE_MAX}"))),
    }
}

fn named(state: &State, claim: &Claim) -> Result<Named, Problem> {
    Named::of(state, claim.id).ok_or_else(|| Problem::new("fault", 500, "a claim without a record"))
}

pub(crate) fn answer(state: &State, request: &Request, context: &Context) -> Result<Value, Problem> {
    let revision = state.revision();
    match request {
        Request::Workspace => to_value(&workspace(state)),
        Request::Tree(tree) => to_value(&level(state, tree)?),
        Request::Claim { claim } => to_value(&details(state, resolve::claim(state, claim)?)?),
        Request::Usage { pool } => to_value(&usage_of(state, resolve::claim(state, pool)?)?),
        Request::Prefixes {
            pool,
            part,
            after,
            limit,
        } => {
            let claim = resolve::claim(state, pool)?;
            let (prefixes, more) = prefixes_of(state, claim, *part, *after, page(*limit)?);
            to_value(&PrefixPage {
                revision,
                pool: named(state, claim)?,
                part: *part,
                next: prefixes.last().copied().filter(|_| more),
                prefixes,
            })
        }
        Request::Resources { pool, after, limit } => {
            let claim = resolve::claim(state, pool)?;
            let (resources, next) = associated(state, claim.id, *after, page(*limit)?);
            to_value(&AssociatedPage {
                revision,
                pool: named(state, claim)?,
                resources,
                next,
            })
        }
        Request::Resource { resource } => to_value(&held(state, resolve::resource(state, resource)?)),
        Request::Recommend { claim } => to_value(&Recommended {
            revision,
            recommendation: recommend_for_claim(state, resolve::claim(state, claim)?.id),
        }),
        Request::Compliance(asked) => to_value(&compliance_page(state, asked)?),
        Request::PlanRelease { claim } => {
            let claim = resolve::claim(state, claim)?;
            let name: String = format!("release {}", claim.label()).chars().take(60).collect();
            let name = Name::new(&name).map_err(|e| Problem::bad_request(e.to_string()))?;
            to_value(&simulated(state, name, cascade(state, claim.id), context)?)
        }
        Request::Free { pool, limit } => to_value(&free(state, resolve::claim(state, pool)?, page(*limit)?)?),
        Request::Search { q, space, limit } => {
            let space = space
                .as_ref()
                .map(|s| resolve::space(state, Some(s)).map(|s| s.id))
                .transpose()?;
            let found = search(state, space, &Query::read(q), page(*limit)?);
            to_value(&SearchAnswer {
                revision,
                rows: found.into_iter().map(|c| row(state, c)).collect(),
            })
        }
        Request::Conflicts { space, skip, limit } => {
            let space = space
                .as_ref()
                .map(|s| resolve::space(state, Some(s)).map(|s| s.id))
                .transpose()?;
            let (conflicts, total) = conflicts(state, space, skip.unwrap_or(0), page(*limit)?);
            to_value(&ConflictPage {
                revision,
                conflicts,
                total: total as u64,
            })
        }
        Request::Preview { command } => to_value(&preview(state, command, context)?),
        Request::Simulate(simulate) => to_value(&simulated(
            state,
            simulate.name.clone(),
            simulate.commands.clone(),
            context,
        )?),
        Request::PreviewImport(file) => to_value(&import::preview(state, file)?),
        Request::Export { format } => to_value(&import::export(state, format)?),
        Request::CreatePool(_)
        | Request::Allocate(_)
        | Request::Edit(_)
        | Request::Release { .. }
        | Request::Split(_)
        | Request::Merge(_)
        | Request::PutResource(_)
        | Request::RemoveResource { .. }
        | Request::Associate(_)
        | Request::CreateSpace(_)
        | Request::EditSpace(_)
        | Request::RemoveSpace { .. }
        | Request::AcceptConflict { .. }
        | Request::ReopenConflict { .. }
        | Request::Command(_)
        | Request::Import(_)
        | Request::Apply(_) => Err(Problem::bad_request("this request changes the workspace")),
    }
}

/// Commands decided one after the other, as a plan, after what is due: so that the plan states the digest that applying it
/// gives.
fn simulated(
    state: &State,
    name: Name,
    mut commands: Vec<Command>,
    context: &Context,
) -> Result<PlanAnswer, Problem> {
    if is_due(state, context) {
        commands.insert(0, Command::ExpireDue(ExpireDue {}));
    }
    let (plan, after) =
        Plan::simulate(state, name, commands, context).map_err(|e| Problem::plan_error(&e))?;
    let diff = diff(state, &after, plan.steps.iter().map(|s| &s.changes));
    Ok(PlanAnswer { plan, diff })
}

/// IPv6 is counted in networks of one link and of one site (RFC 4291, RFC 6177).
const UNITS: [u8; 2] = [64, 48];

fn usage_of(state: &State, claim: &Claim) -> Result<UsageAnswer, Problem> {
    let usage = usage(state, claim);
    let v6 = claim.prefixes.first().is_some_and(|p| p.family() == Family::V6);
    let units = UNITS.into_iter().filter(|_| v6).map(|len| usage.in_units(len));
    Ok(UsageAnswer {
        revision: state.revision(),
        pool: named(state, claim)?,
        usage,
        utilization: utilization(state, claim, &usage),
        units: units.collect(),
        usable: usable(state, claim),
        child_pools: state.children(claim.id).filter(|c| c.kind.is_pool()).count() as u64,
    })
}

fn held(state: &State, resource: &Resource) -> ResourceDetails {
    ResourceDetails {
        revision: state.revision(),
        resource: resource.clone(),
        networks: state
            .networks_of(resource.id)
            .take(PAGE_MAX)
            .map(|n| row(state, n))
            .collect(),
        recommendation: recommend_for_resource(state, resource.id),
    }
}

fn compliance_page(state: &State, asked: &ComplianceRequest) -> Result<CompliancePage, Problem> {
    let within = asked
        .within
        .as_ref()
        .map(|c| resolve::claim(state, c))
        .transpose()?;
    let space = match within {
        Some(claim) => claim.space,
        None => resolve::space(state, asked.space.as_ref())?.id,
    };
    let limit = page(asked.limit)?;
    let (claims, next) = compliance_rows(
        state,
        space,
        within.map(|c| c.id),
        &asked.status,
        asked.after,
        limit,
    );
    Ok(CompliancePage {
        revision: state.revision(),
        claims,
        next,
    })
}

/// What tenants have of a pool with quotas: those that have something, and those that it names.
fn quotas(state: &State, claim: &Claim) -> Vec<QuotaUsage> {
    let Some(quotas) = claim.kind.policy().and_then(|policy| policy.quotas.as_ref()) else {
        return Vec::new();
    };
    let mut tenants: Vec<&Name> = state.tenants(claim.space).chain(quotas.tenants.keys()).collect();
    tenants.sort();
    tenants.dedup();
    let family = claim.prefixes.first().map_or(Family::V4, Cidr::family);
    let each = tenants.into_iter().map(|tenant| {
        let addresses = state.had_by(tenant, claim.space, &claim.prefixes);
        let (used, unit) = rules::in_quota_units(addresses, family);
        QuotaUsage {
            tenant: tenant.clone(),
            unit: unit.to_owned(),
            used,
            limit: quotas.of(tenant),
        }
    });
    each.filter(|q| !q.used.is_zero() || quotas.tenants.contains_key(&q.tenant))
        .collect()
}

fn workspace(state: &State) -> Workspace {
    let spaces = state.spaces().map(|space| SpaceSummary {
        space: space.clone(),
        extent: [Family::V4, Family::V6]
            .into_iter()
            .filter_map(|f| space_extent(state, space.id, f))
            .collect(),
        empty: state.roots(space.id).next().is_none(),
    });
    Workspace {
        revision: state.revision(),
        digest: state.digest(),
        spaces: spaces.collect(),
        claims: state.claim_count() as u64,
        resources: state.resource_count() as u64,
        conflicts: (state.conflict_count() - state.acceptance_count()) as u64,
        accepted_conflicts: state.acceptance_count() as u64,
        next_expiry: state.next_expiry(),
    }
}

fn level(state: &State, tree: &TreeRequest) -> Result<RowPage, Problem> {
    let parent = tree
        .parent
        .as_ref()
        .map(|p| resolve::claim(state, p))
        .transpose()?;
    let space = match parent {
        Some(parent) => parent.space,
        None => resolve::space(state, tree.space.as_ref())?.id,
    };
    let (rows, next) = rows(state, space, parent.map(|p| p.id), tree.after, page(tree.limit)?);
    Ok(RowPage {
        revision: state.revision(),
        rows,
        next,
    })
}

fn details(state: &State, claim: &Claim) -> Result<ClaimDetails, Problem> {
    let mut ancestors: Vec<Named> = state
        .ancestors(claim)
        .map(|c| named(state, c))
        .collect::<Result<_, _>>()?;
    ancestors.reverse();
    Ok(ClaimDetails {
        revision: state.revision(),
        row: row(state, claim),
        ancestors,
        conflicts: state
            .conflicts_of(claim.id)
            .take(PAGE_DEFAULT)
            .filter_map(|id| Named::of(state, id))
            .collect(),
        policy: claim.kind.policy().cloned(),
        profile: state.profile_of(claim),
        thresholds: state.thresholds_of(claim),
        asks_tags: if claim.kind.is_pool() {
            rules::tags_asked(state, claim)
        } else {
            Default::default()
        },
        quotas: quotas(state, claim),
        tenant: state.tenant_of(claim),
        reasons: compliance(state, claim)
            .map(|(_, reasons)| reasons)
            .unwrap_or_default(),
        findings: findings(state, claim),
    })
}

fn free(state: &State, claim: &Claim, limit: usize) -> Result<Free, Problem> {
    let space = FreeSpace::of(state, claim);
    let mut listed = space.blocks();
    let blocks = listed.by_ref().take(limit).collect();
    let capacity = space
        .capacity()
        .into_iter()
        .map(|(prefix_length, blocks)| Capacity {
            prefix_length,
            blocks,
        });
    Ok(Free {
        revision: state.revision(),
        pool: named(state, claim)?,
        blocks,
        more: listed.next().is_some(),
        largest: space.largest(),
        capacity: capacity.collect(),
    })
}
