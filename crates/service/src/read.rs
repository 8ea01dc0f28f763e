//! Requests that change nothing.

use plat_api::{
    Capacity, ClaimDetails, ConflictPage, Free, PAGE_DEFAULT, PAGE_MAX, PlanAnswer, Problem, Request,
    RowPage, SearchAnswer, SpaceSummary, TreeRequest, UsageAnswer, Workspace,
};
use plat_domain::command::ExpireDue;
use plat_domain::query::{Query, conflicts, row, rows, search, space_extent, usage};
use plat_domain::{Claim, ClaimKind, Command, Context, Family, FreeSpace, Named, Plan, State, diff};
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
        Request::Usage { pool } => {
            let claim = resolve::claim(state, pool)?;
            to_value(&UsageAnswer {
                revision,
                pool: named(state, claim)?,
                usage: usage(state, claim),
            })
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
        Request::Simulate(simulate) => {
            let mut commands = simulate.commands.clone();
            if is_due(state, context) {
                // What applying it would do first, so that the plan states the digest that applying it gives.
                commands.insert(0, Command::ExpireDue(ExpireDue {}));
            }
            let (plan, after) = Plan::simulate(state, simulate.name.clone(), commands, context)
                .map_err(|e| Problem::plan_error(&e))?;
            let diff = diff(state, &after, plan.steps.iter().map(|s| &s.changes));
            to_value(&PlanAnswer { plan, diff })
        }
        Request::PreviewImport(file) => to_value(&import::preview(state, file)?),
        Request::Export { format } => to_value(&import::export(state, format)?),
        Request::CreatePool(_)
        | Request::Allocate(_)
        | Request::Edit(_)
        | Request::Release { .. }
        | Request::Command(_)
        | Request::Import(_)
        | Request::Apply(_) => Err(Problem::bad_request("this request changes the workspace")),
    }
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
        conflicts: state.conflict_count() as u64,
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
        policy: if let ClaimKind::Pool(policy) = claim.kind {
            Some(policy)
        } else {
            None
        },
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
