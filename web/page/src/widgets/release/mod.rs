//! Give a claim's space back, after seeing what goes with it; a pool with all that lies in it as a plan to look at first.

mod model;

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{ClaimDetails, Problem, Request};
use plat_domain::ClaimId;

use crate::browser;
use crate::engine::Engine;
use crate::format;
use crate::nav::Nav;
use crate::widgets::diff_list::DiffList;
use crate::widgets::edit_form::puts_to_rest;
use crate::widgets::problem::ProblemView;
use crate::widgets::proposal::{Effects, Proposal};
use crate::widgets::toast::Toasts;
use model::Planned;

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
    let at_once = RwSignal::new(false);
    let proposal = Proposal::new(move || {
        Ok(Some(Request::Release {
            claim: id.into(),
            at_once: at_once.get(),
        }))
    });
    // Once something would rest, whether it does can be chosen.
    let rests = RwSignal::new(false);
    Effect::new(move |_| {
        if proposal.preview.value().is_some_and(|c| puts_to_rest(&c)) {
            rests.set(true);
        }
    });
    let plan = RwSignal::new(None::<Result<Planned, Problem>>);
    let all = move || plan.with(|p| matches!(p, Some(Ok(_))));
    let look = move |_| {
        spawn_local(async move {
            let answer = engine
                .read::<Planned>(Request::PlanRelease { claim: id.into() })
                .await;
            plan.try_set(Some(answer));
            browser::focus_soon("release-do");
        });
    };
    let ready = move || {
        if all() {
            !proposal.busy.get()
        } else {
            proposal.preview.value().is_some() && proposal.ready()
        }
    };
    let gone = move |said: String, parent: Option<ClaimId>| {
        nav.end();
        nav.selected.set(parent);
        toasts.done(format!("Released {said}"));
        browser::focus_soon("tree");
    };
    let said = what.clone();
    let submit = move || {
        let said = said.clone();
        let planned = plan.with_untracked(|p| p.as_ref().and_then(|p| p.as_ref().ok().cloned()));
        match planned {
            Some(planned) => {
                let inside = planned.released().saturating_sub(1);
                let said = format!(
                    "{said} with {}",
                    format::many(inside, "claim in it", "claims in it")
                );
                proposal.add(planned.request(), move |_| gone(said, parent));
            }
            None => proposal.submit(move |_| gone(said, parent)),
        }
    };
    browser::focus_soon("release-do");
    let named = what.clone();
    let button = move || {
        let planned = plan.with(|p| p.as_ref().and_then(|p| p.as_ref().ok().map(Planned::released)));
        match planned {
            Some(count) => format!("Release all {}", format::many(count, "claim", "claims")),
            None => format!("Release {named}"),
        }
    };
    view! {
        <form class="task" aria-label="Release" on:submit=move |event| { event.prevent_default(); submit(); }>
            <h3>"Release "<span class="mono">{what}</span></h3>
            {move || (rests.get() && !all()).then(|| view! {
                <label class="tick"><input type="checkbox" bind:checked=at_once/>" Hand out again at once"</label>
            })}
            {move || match plan.get() {
                None => view! { <Effects proposal/> }.into_any(),
                Some(Err(problem)) => view! { <div class="effect" aria-live="polite"><ProblemView problem/></div> }.into_any(),
                Some(Ok(planned)) => view! {
                    <div class="effect" aria-live="polite">
                        <p>{format!("Releases {}, innermost first, to be handed out again at once:", format::many(planned.released(), "claim", "claims"))}</p>
                        <DiffList diff=planned.diff/>
                    </div>
                }.into_any(),
            }}
            <p class="actions">
                <button id="release-do" type="submit" class="danger" disabled=move || !ready()>{button}</button>
                {move || (proposal.refused_by("not-empty") && plan.with(Option::is_none)).then(|| view! {
                    <button type="button" on:click=look>"Plan the release of everything in it"</button>
                })}
                <button type="button" on:click=move |_| nav.end()>"Keep it"</button>
            </p>
        </form>
    }
}
