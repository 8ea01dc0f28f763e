//! The selection: what it is, how full, what is free, who holds what, what is asked of it, and what happened to it.

mod facts;
mod free;
mod history;
mod lists;
mod model;
mod recommend;
mod rules;
mod standing;
mod usage;
mod words;

use leptos::prelude::*;
use plat_domain::{Cidr, ClaimId, SpaceId};

use crate::format;
use crate::kinds;
use crate::nav::Nav;
use crate::widgets::section::Opened;
use crate::widgets::tasks::{SpaceActions, TaskForm};
use facts::Facts;
use free::FreeFacts;
use history::HistorySection;
use lists::{ChildPools, Parts, Resources};
use recommend::Advice;
pub(crate) use standing::{Reasons, StandingMark};
use usage::Unit;

/// What of the selection decides which lists there are: they are made anew when this changes, not with every change.
#[derive(Clone, Debug, PartialEq)]
struct Subject {
    id: ClaimId,
    space: SpaceId,
    kind: String,
    unmanaged: bool,
    around: Option<Cidr>,
}

/// The panel.
#[component]
pub(crate) fn Details() -> impl IntoView {
    let nav = expect_context::<Nav>();
    provide_context(Opened::start());
    provide_context(RwSignal::new(Unit::Addresses));
    let chosen = move || {
        nav.details
            .value()
            .filter(|d| nav.selected.get() == Some(d.row.id))
    };
    // Forms keep what was typed while the selection is read again after each change.
    let subject = Memo::new(move |_| chosen().map(|d| d.row.id));
    let rest = Memo::new(move |_| {
        let details = chosen()?;
        let (row, ancestors) = (details.row, details.ancestors);
        let may_lie_in_a_pool = !matches!(row.kind.as_str(), "pool" | "cooling");
        Some(Subject {
            id: row.id,
            space: row.space,
            around: kinds::around(&row.prefixes),
            kind: row.kind.clone(),
            unmanaged: may_lie_in_a_pool && ancestors.is_empty(),
        })
    });
    view! {
        <div class="details">
            <TaskForm subject/>
            {move || match (subject.get(), nav.details.value()) {
                (Some(_), Some(details)) => view! { <Facts details/> }.into_any(),
                _ if nav.selected.get().is_some() => ().into_any(),
                _ => view! { <SpaceFacts/> }.into_any(),
            }}
            // Read anew for another selection only: after a change the lists stay where they are until the new ones are there.
            {move || rest.get().map(|subject| view! { <Rest subject/> })}
        </div>
    }
}

/// What is read of the selection beside the claim itself.
#[component]
fn Rest(subject: Subject) -> impl IntoView {
    let Subject {
        id,
        space,
        kind,
        unmanaged,
        around,
    } = subject;
    let pool = kind == "pool";
    let divided = matches!(kind.as_str(), "pool" | "network" | "subnet");
    view! {
        <div class="facts rest">
            {unmanaged.then(|| view! { <Advice id space/> })}
            {divided.then(|| view! { <FreeFacts id/> })}
            <div class="sections">
                {(divided || kind == "range").then(|| view! { <Parts id/> })}
                {pool.then(|| view! { <ChildPools id/><Resources id/><rules::RulesSection id/> })}
                <HistorySection space cidr=around/>
            </div>
        </div>
    }
}

/// Nothing selected: the space as a whole.
#[component]
fn SpaceFacts() -> impl IntoView {
    let nav = expect_context::<Nav>();
    move || {
        nav.space.get().map(|s| {
        let claims = nav.workspace.value().map_or(0, |w| w.claims);
        let (space, around) = (s.space.id, s.extent.first().copied());
        view! {
            <section class="facts">
                <p class="crumbs">"Space"</p>
                <h2>{s.space.name.to_string()}</h2>
                {(!s.space.description.as_str().is_empty()).then(|| view! { <p>{s.space.description.as_str().to_owned()}</p> })}
                <dl class="numbers">
                    <dt>"Claims in the workspace"</dt><dd class="mono">{format::group(&claims.to_string())}</dd>
                    {s.extent.iter().map(|cidr| view! { <dt>{format!("{} in", format::family(cidr.family()))}</dt><dd class="mono">{cidr.to_string()}</dd> }).collect_view()}
                </dl>
                <p class="faint">"Select a pool or a network to see how full it is, what is free and who holds it."</p>
                <SpaceActions/>
                <div class="sections"><HistorySection space cidr=around/></div>
            </section>
        }
    })
    }
}
