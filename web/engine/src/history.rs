//! What the draft's steps did to a prefix, page by page. Pure.

use plat_api::{HistoryPage, PAGE_DEFAULT, Problem};
use plat_domain::query::{History, Record, compliance};
use plat_domain::{ChangeSet, Cidr, Plan, SpaceId, State};
use plat_web_protocol::Standing;
use std::collections::BTreeMap;

use crate::desk::context_at;

/// Changes of one step that are looked at before what was found is counted again: an import may have 100,000.
const CHANGES_AT_ONCE: usize = 1_000;

/// What the steps of a plan did to a prefix and in it, on the base that they follow on.
///
/// # Errors
/// Never: the planner's own name is a valid one.
pub(crate) fn planned(
    base: &State,
    plan: &Plan,
    space: SpaceId,
    cidr: Cidr,
    skip: u64,
) -> Result<HistoryPage, Problem> {
    let actor = context_at(0)?.actor.name;
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    let end = skip.saturating_add(PAGE_DEFAULT);
    let mut history = History::following(base, space, cidr);
    'steps: for (revision, step) in (plan.base_revision + 1..).zip(&plan.steps) {
        for piece in step.changes.changes.chunks(CHANGES_AT_ONCE) {
            history.see(&Record {
                revision,
                base: Some(plan.base_revision),
                actor: actor.clone(),
                at: step.at.unwrap_or(plan.as_of),
                word: step.command.word().to_owned(),
                changes: ChangeSet {
                    changes: piece.to_vec(),
                },
            });
            if history.events().len() > end {
                break 'steps;
            }
        }
    }
    let events = history.events();
    Ok(HistoryPage {
        revision: plan.base_revision + plan.steps.len() as u64,
        events: events.iter().skip(skip).take(PAGE_DEFAULT).cloned().collect(),
        next: (events.len() > end).then_some(end as u64),
    })
}

/// How many claims of a space stand how. O(claims).
pub(crate) fn standing(state: &State, space: SpaceId) -> Standing {
    let mut counts = BTreeMap::new();
    let claims = state.claims().filter(|claim| claim.space == space);
    for (status, _) in claims.filter_map(|claim| compliance(state, claim)) {
        *counts.entry(status).or_insert(0) += 1;
    }
    Standing {
        counts: counts.into_iter().collect(),
    }
}
