//! Make one claim of several that lie beside one another.

mod model;

use std::collections::{BTreeMap, BTreeSet};

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{ClaimDetails, PAGE_MAX, Reference, Request, RowPage, TreeRequest};
use plat_domain::query::Row;
use plat_domain::{ClaimId, Policy};

use crate::browser;
use crate::engine::{Engine, load, read};
use crate::format;
use crate::nav::Nav;
use crate::widgets::proposal::{Effects, Proposal};
use crate::widgets::toast::Toasts;
use model::{Candidate, Choice, Field, beside, choices, request};

/// Neighbours listed at most.
const SHOWN: usize = 200;

/// The rules of the pools chosen, read as they are.
fn policies(
    engine: Engine,
    chosen: RwSignal<BTreeSet<ClaimId>>,
    pool: bool,
) -> RwSignal<BTreeMap<ClaimId, Policy>> {
    let known = RwSignal::new(BTreeMap::new());
    Effect::new(move |_| {
        let wanted = chosen.get();
        let missing = wanted
            .into_iter()
            .filter(|id| pool && known.with_untracked(|k| !k.contains_key(id)));
        for id in missing {
            spawn_local(async move {
                let details = engine
                    .read::<ClaimDetails>(Request::Claim { claim: id.into() })
                    .await;
                if let Ok(Some(policy)) = details.map(|d| d.policy) {
                    known.try_update(|k| k.insert(id, policy));
                }
            });
        }
    });
    known
}

/// The form.
#[component]
pub(crate) fn MergeForm(details: ClaimDetails) -> impl IntoView {
    let (nav, engine, toasts) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
    );
    let into = Candidate {
        row: details.row,
        policy: details.policy,
    };
    let what = format::prefixes(&into.row.prefixes, 2);
    let (space, parent, pool) = (into.row.space, into.row.parent, into.row.kind == "pool");
    let level = load::<RowPage, _>(engine, move || {
        Some(read(Request::Tree(TreeRequest {
            space: Some(Reference::from(space)),
            parent: parent.map(Reference::from),
            after: None,
            limit: Some(PAGE_MAX),
        })))
    });
    let row = into.row.clone();
    let neighbours = Memo::new(move |_| level.value().map(|page| beside(&row, page.rows)));
    let chosen = RwSignal::new(BTreeSet::<ClaimId>::new());
    let picked = RwSignal::new(BTreeMap::<Field, ClaimId>::new());
    let known = policies(engine, chosen, pool);
    let from = Memo::new(move |_| {
        let rows: Vec<Row> = neighbours.get().unwrap_or_default();
        let with_policy = |row: Row| Candidate {
            policy: known.with(|k| k.get(&row.id).cloned()),
            row,
        };
        let taken = rows.into_iter().filter(|r| chosen.with(|c| c.contains(&r.id)));
        taken.map(with_policy).collect::<Vec<_>>()
    });
    let one = into.clone();
    let proposal = Proposal::new(move || {
        let from = from.get();
        // Rules are compared once they are known.
        if from.is_empty() || from.iter().any(|c| pool && c.policy.is_none()) {
            return Ok(None);
        }
        request(&one, &from, |field| picked.with(|p| p.get(&field).copied())).map(|r| Some(Request::Merge(r)))
    });
    let differing = Memo::new(move |_| choices(&into, &from.get()));
    let said = what.clone();
    let submit = move || {
        let said = said.clone();
        proposal.submit(move |_| {
            nav.end();
            toasts.done(format!("Merged into {said}"));
            browser::focus_soon("tree");
        });
    };
    browser::focus_soon("merge-close");
    view! {
        <form class="task" aria-label="Merge" on:submit=move |event| { event.prevent_default(); submit(); }>
            <h3>"Merge into "<span class="mono">{what}</span></h3>
            {move || neighbours.get().map(|list| if list.is_empty() {
                view! { <p class="faint">"Nothing of its kind lies beside it."</p> }.into_any()
            } else {
                view! {
                    <fieldset>
                        <legend class="label">"What becomes part of it"</legend>
                        <ul class="pick">{list.into_iter().take(SHOWN).map(|row| view! { <li><Neighbour row chosen/></li> }).collect_view()}</ul>
                    </fieldset>
                }.into_any()
            })}
            {move || differing.get().into_iter().filter(|c| c.options.len() > 1).map(|choice| view! { <Chooser choice picked/> }).collect_view()}
            <Effects proposal nothing="Choose at least one"/>
            <p class="actions">
                <button type="submit" class="primary" disabled=move || !proposal.ready()>"Merge"</button>
                <button id="merge-close" type="button" on:click=move |_| nav.end()>"Close"</button>
            </p>
        </form>
    }
}

#[component]
fn Neighbour(row: Row, chosen: RwSignal<BTreeSet<ClaimId>>) -> impl IntoView {
    let id = row.id;
    let toggle = move |_| {
        chosen.update(|c| {
            if !c.remove(&id) {
                c.insert(id);
            }
        });
    };
    view! {
        <label class="tick">
            <input type="checkbox" prop:checked=move || chosen.with(|c| c.contains(&id)) on:change=toggle/>
            <span><span class="mono">{format::prefixes(&row.prefixes, 2)}</span>" "{row.name}</span>
        </label>
    }
}

/// One choice, where they differ.
#[component]
fn Chooser(choice: Choice, picked: RwSignal<BTreeMap<Field, ClaimId>>) -> impl IntoView {
    let field = choice.field;
    let id = format!("merge-{}", field.word());
    let now = picked.with_untracked(|p| p.get(&field).map(ToString::to_string));
    view! {
        <label for=id.clone()>{field.label()}" "<span class="faint">"(they differ)"</span></label>
        <select id=id on:change=move |event| {
            if let Ok(claim) = event_target_value(&event).parse::<ClaimId>() { picked.update(|p| { p.insert(field, claim); }); }
        }>
            {choice.options.into_iter().map(|(id, label)| {
                let word = id.to_string();
                let selected = now.as_deref() == Some(word.as_str());
                view! { <option value=word selected=selected>{label}</option> }
            }).collect_view()}
        </select>
    }
}
