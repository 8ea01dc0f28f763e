//! Give a claim's space back, after seeing what goes with it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{ClaimDetails, Committed, Request};
use plat_web_protocol::Question;

use crate::browser;
use crate::engine::{Engine, load};
use crate::format;
use crate::nav::Nav;
use crate::widgets::diff_list::DiffList;
use crate::widgets::problem::ProblemView;
use crate::widgets::toast::Toasts;

/// The question before it is done.
#[component]
pub(crate) fn ReleaseForm(details: ClaimDetails) -> impl IntoView {
    let (nav, engine, toasts) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
    );
    let row = details.row;
    let (id, parent) = (row.id, row.parent);
    let what = format::prefixes(&row.prefixes, 2);
    let busy = RwSignal::new(false);
    let preview = load::<Committed, _>(engine, move || {
        Some(Question::Preview {
            request: Request::Release {
                claim: id.into(),
                at_once: false,
            },
        })
    });
    let ready = move || preview.answer.with(|a| matches!(a, Some(Ok(_)))) && !busy.get();
    let said = what.clone();
    let submit = move || {
        busy.set(true);
        let said = said.clone();
        spawn_local(async move {
            match engine
                .add(Request::Release {
                    claim: id.into(),
                    at_once: false,
                })
                .await
            {
                Ok(_) => {
                    nav.end();
                    nav.selected.set(parent);
                    toasts.done(format!("Released {said}"));
                    browser::focus_soon("tree");
                }
                Err(problem) => toasts.fail(&problem),
            }
            busy.set(false);
        });
    };
    browser::focus_soon("release-do");
    view! {
        <form class="task" aria-label="Release" on:submit=move |event| { event.prevent_default(); submit(); }>
            <h3>"Release "<span class="mono">{what.clone()}</span></h3>
            <div class="effect" aria-live="polite">
                {move || match preview.answer.get() {
                    None => ().into_any(),
                    Some(Ok(committed)) => committed.diff.map(|diff| view! { <DiffList diff/> }).into_any(),
                    Some(Err(problem)) => view! { <ProblemView problem/> }.into_any(),
                }}
            </div>
            <p class="actions">
                <button id="release-do" type="submit" class="danger" disabled=move || !ready()>"Release "{what}</button>
                <button type="button" on:click=move |_| nav.end()>"Keep it"</button>
            </p>
        </form>
    }
}
