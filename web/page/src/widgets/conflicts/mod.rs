//! Pairs of claims that share addresses: both sides with holder and place, what they share, and which of them somebody
//! accepted, why and until when.

mod accept;
mod model;
mod pair;

use leptos::prelude::*;
use plat_api::{ConflictPage, PAGE_MAX, Reference, Request};
use plat_domain::query::Conflict;

use crate::engine::{Engine, load, read};
use crate::format;
use crate::nav::Nav;
use crate::widgets::problem::ProblemView;
use crate::widgets::section::Choice;
use model::{Shown, parted};
use pair::Pair;

/// Pairs drawn at a time: each reads where its two sides lie.
const DRAWN: usize = 25;

/// The list, of the space shown.
#[component]
pub(crate) fn Conflicts() -> impl IntoView {
    let (nav, engine) = (expect_context::<Nav>(), expect_context::<Engine>());
    let space = Memo::new(move |_| nav.space.with(|s| s.as_ref().map(|s| s.space.id)));
    let (drawn, skip) = (RwSignal::new(DRAWN), RwSignal::new(0usize));
    let shown = RwSignal::new(Shown::All);
    let page = load::<ConflictPage, _>(engine, move || {
        Some(read(Request::Conflicts {
            space: Some(Reference::from(space.get()?)),
            skip: Some(skip.get()),
            limit: Some(PAGE_MAX),
        }))
    });
    // Pairs stay as they are where they did not change, so that what is being typed in one is not lost with another.
    let open = Memo::new(move |_| {
        page.value()
            .map(|p| parted(p.conflicts, false))
            .unwrap_or_default()
    });
    let accepted = Memo::new(move |_| {
        page.value()
            .map(|p| parted(p.conflicts, true))
            .unwrap_or_default()
    });
    let none_open = Memo::new(move |_| open.with(Vec::is_empty));
    let none_accepted = Memo::new(move |_| accepted.with(Vec::is_empty));
    let part = move |list: Memo<Vec<Conflict>>| {
        view! {
            <ol class="conflicts">
                <For each=move || list.get().into_iter().take(drawn.get()) key=model::key let:conflict><Pair conflict/></For>
            </ol>
            {move || (list.with(Vec::len) > drawn.get()).then(|| view! { <p><button type="button" on:click=move |_| drawn.update(|n| *n += DRAWN)>"Show more"</button></p> })}
        }
    };
    let chosen = move || {
        let (n, m) = (open.with(Vec::len), accepted.with(Vec::len));
        [
            (Shown::All, format!("All {}", n + m)),
            (Shown::Open, format!("Open {n}")),
            (Shown::Accepted, format!("Accepted {m}")),
        ]
        .to_vec()
    };
    let total = move || page.value().map_or(0, |p| p.total);
    let any = Memo::new(move |_| total() > 0);
    let state = Memo::new(move |_| page.answer.with(|a| a.as_ref().map(Result::is_ok)));
    view! {
        <div class="panel">
            <h2>"Conflicts"</h2>
            {move || match (state.get(), any.get()) {
                (None, _) => view! { <p class="skeleton"></p> }.into_any(),
                (Some(false), _) => page.problem().map(|problem| view! { <ProblemView problem/> }).into_any(),
                (Some(true), false) => view! {
                    <p>"None. No two claims of this space share an address unless one was declared to lie in the other."</p>
                }.into_any(),
                (Some(true), true) => view! {
                    {move || view! { <Choice label="Show" of=chosen() chosen=shown/> }}
                    {move || (total() > PAGE_MAX as u64).then(|| view! {
                        <p class="actions"><span class="faint">{format!("Pairs {} to {} of {}", format::group(&(skip.get() + 1).to_string()), format::group(&(skip.get() as u64 + PAGE_MAX as u64).min(total()).to_string()), format::group(&total().to_string()))}</span>
                            <button type="button" class="quiet small" disabled=move || skip.get() == 0 on:click=move |_| skip.update(|n| *n = n.saturating_sub(PAGE_MAX))>"Earlier"</button>
                            <button type="button" class="quiet small" disabled=move || (skip.get() + PAGE_MAX) as u64 >= total() on:click=move |_| skip.update(|n| *n += PAGE_MAX)>"Later"</button></p>
                    })}
                    {move || (shown.get() != Shown::Accepted).then(|| if none_open.get() {
                        view! { <p class="faint">"No conflict is open."</p> }.into_any()
                    } else {
                        view! {
                            <p class="faint">{move || format::many(open.with(Vec::len) as u64, "pair shares addresses", "pairs share addresses")}</p>
                            {part(open)}
                        }.into_any()
                    })}
                    {move || (shown.get() != Shown::Open && !(none_accepted.get() && shown.get() == Shown::All)).then(|| view! {
                        <section aria-label="Accepted">
                            <h3>"Accepted"</h3>
                            {if none_accepted.get() {
                                view! { <p class="faint">"Nobody has accepted one."</p> }.into_any()
                            } else {
                                part(accepted).into_any()
                            }}
                        </section>
                    })}
                }.into_any(),
            }}
        </div>
    }
}
