//! How the claims of a space stand to the rules: how many stand how, which they are, and why.

use leptos::prelude::*;
use plat_api::{CompliancePage, ComplianceRequest, Reference, Request};
use plat_domain::query::{Compliance, ComplianceRow, Cursor};
use plat_web_protocol::{Question, Standing};

use crate::engine::{Engine, load, read};
use crate::format;
use crate::kinds::{self, STANDINGS};
use crate::nav::Nav;
use crate::pages::pages;
use crate::widgets::details::{Reasons, StandingMark};
use crate::widgets::problem::ProblemView;

/// The view of the space shown.
#[component]
pub(crate) fn ComplianceView() -> impl IntoView {
    let (nav, engine) = (expect_context::<Nav>(), expect_context::<Engine>());
    let space = Memo::new(move |_| nav.space.with(|s| s.as_ref().map(|s| s.space.id)));
    let counts = load::<Standing, _>(engine, move || {
        space.get().map(|space| Question::Standing { space })
    });
    // What needs a look comes first; what is compliant only if asked for.
    let shown = RwSignal::new([true, true, true, false]);
    let list = pages(
        engine,
        move |after: Option<Cursor>| {
            let (space, shown) = (space.get()?, shown.get());
            let status: Vec<Compliance> = STANDINGS
                .into_iter()
                .zip(shown)
                .filter_map(|(status, on)| on.then_some(status))
                .collect();
            if status.is_empty() {
                return None;
            }
            Some(read(Request::Compliance(ComplianceRequest {
                space: Some(Reference::from(space)),
                status,
                after,
                ..ComplianceRequest::default()
            })))
        },
        |page: CompliancePage| (page.claims, page.next),
    );
    let count = move |status: Compliance| {
        let counts = counts.value()?;
        let found = counts.counts.iter().find(|(s, _)| *s == status);
        Some(found.map_or(0, |(_, n)| *n))
    };
    let none = move || shown.with(|s| !s.contains(&true));
    view! {
        <div class="panel">
            <h2>"Compliance"</h2>
            <div class="states" role="group" aria-label="Show">
                {STANDINGS.into_iter().enumerate().map(|(i, status)| {
                    let (mark, word) = kinds::standing(status);
                    view! {
                        <button type="button" class=format!("state is-{word}") aria-pressed=move || shown.with(|s| s[i]).to_string() on:click=move |_| shown.update(|s| s[i] = !s[i])>
                            <span class="mark" aria-hidden="true">{mark}</span>
                            <strong class="mono">{move || count(status).map_or("…".to_owned(), |n| format::group(&n.to_string()))}</strong>" "{word}
                        </button>
                    }
                }).collect_view()}
            </div>
            {move || none().then(|| view! { <p class="faint">"Choose above what to list."</p> })}
            {move || match list.rows.get() {
                None if none() => ().into_any(),
                None => view! { <p class="skeleton"></p> }.into_any(),
                Some(Err(problem)) => view! { <ProblemView problem/> }.into_any(),
                Some(Ok(rows)) if rows.is_empty() => view! { <p>"Nothing in this space stands so."</p> }.into_any(),
                Some(Ok(rows)) => view! {
                    <ul class="standings">{rows.into_iter().map(|row| view! { <Item row/> }).collect_view()}</ul>
                    {move || list.more.get().then(|| view! { <p><button type="button" on:click=move |_| list.read_on()>"Show more"</button></p> })}
                }.into_any(),
            }}
        </div>
    }
}

#[component]
fn Item(row: ComplianceRow) -> impl IntoView {
    let nav = expect_context::<Nav>();
    let ComplianceRow { row, status, reasons } = row;
    let id = row.id;
    let place = kinds::place(&row.kind, &row.prefixes, 2);
    let holder = row.holder.map(|h| h.name.to_string());
    let name = if row.name.is_empty() {
        holder.clone().unwrap_or_default()
    } else {
        row.name.clone()
    };
    let held = holder.filter(|h| *h != name);
    view! {
        <li class=format!("is-{}", kinds::standing(status).1)>
            <StandingMark status/>
            <div>
                <button type="button" class="link" on:click=move |_| nav.select(id)>
                    <span class=format!("kind kind-{}", row.kind) aria-hidden="true"></span>
                    <span class="mono">{place}</span>" "{name}<span class="faint">" "{row.kind.clone()}{held.map(|h| format!(", held by {h}"))}</span>
                </button>
                <Reasons reasons/>
            </div>
        </li>
    }
}
