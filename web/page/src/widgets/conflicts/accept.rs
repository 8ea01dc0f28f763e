//! Accept that two claims overlap: a reason is needed, an end is not.

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{Committed, Request};
use plat_domain::{ClaimId, Description, Timestamp};
use plat_web_protocol::Question;

use crate::browser;
use crate::engine::{Engine, load};
use crate::widgets::problem::ProblemView;
use crate::widgets::toast::Toasts;

/// The form, in the item of its pair.
#[component]
pub(super) fn AcceptForm(left: ClaimId, right: ClaimId, what: String, close: Callback<()>) -> impl IntoView {
    let (engine, toasts) = (expect_context::<Engine>(), expect_context::<Toasts>());
    let (reason, until) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let busy = RwSignal::new(false);
    let field = NodeRef::<Input>::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
        }
    });
    // Several forms may be open: their fields are told apart by the pair.
    let (reason_id, until_id) = (format!("reason-{left}-{right}"), format!("until-{left}-{right}"));
    let request = Memo::new(move |_| {
        let reason = reason.get();
        let reason = Description::new(reason.trim())
            .ok()
            .filter(|r| !r.as_str().is_empty())?;
        let until = until.get();
        let expires_at = if until.is_empty() {
            None
        } else {
            Some(Timestamp::from_ms(browser::midnight_ms(&until)?))
        };
        Some(Request::AcceptConflict {
            left: left.into(),
            right: right.into(),
            reason,
            expires_at,
        })
    });
    let preview = load::<Committed, _>(engine, move || {
        request.get().map(|request| Question::Preview { request })
    });
    let ready = move || request.with(Option::is_some) && !preview.refused() && !busy.get();
    let submit = move || {
        let Some(request) = request.get_untracked().filter(|_| !busy.get_untracked()) else {
            return;
        };
        let said = format!("Accepted the overlap on {what}");
        busy.set(true);
        spawn_local(async move {
            match engine.add(request).await {
                Ok(_) => toasts.done(said),
                Err(problem) => {
                    busy.set(false);
                    toasts.fail(&problem);
                }
            }
        });
    };
    view! {
        <form class="accept" aria-label="Accept the overlap" on:submit=move |event| { event.prevent_default(); submit(); }>
            <div><label for=reason_id.clone()>"Why it may stay"</label>
                <input id=reason_id autocomplete="off" required node_ref=field placeholder="Never routed to each other" bind:value=reason/></div>
            <div><label for=until_id.clone()>"A conflict again from "<span class="faint">"(optional)"</span></label>
                <input id=until_id type="date" bind:value=until/></div>
            {move || preview.problem().map(|problem| view! { <ProblemView problem/> })}
            <p class="actions">
                <button type="submit" class="primary" disabled=move || !ready()>"Accept the overlap"</button>
                <button type="button" on:click=move |_| close.run(())>"Cancel"</button>
            </p>
        </form>
    }
}
