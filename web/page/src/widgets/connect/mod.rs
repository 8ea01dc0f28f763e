//! Open a workspace at the edge that served this page: which, with which token. The page's policy lets it reach no other, so
//! that nothing that gets into the page can carry the token elsewhere; and an edge answers no page but its own.

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::Problem;
use plat_web_protocol::{Question, Source};

use crate::browser;
use crate::engine::Engine;
use crate::format;
use crate::nav::Nav;
use crate::widgets::problem::ProblemView;
use crate::widgets::toast::Toasts;

/// The form, or what it is connected to.
#[component]
pub(crate) fn ConnectForm() -> impl IntoView {
    let (nav, engine, toasts) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
    );
    let workspace = RwSignal::new("main".to_owned());
    let token = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let refused = RwSignal::new(None::<Problem>);
    let host = window().location().host().unwrap_or_default();
    let here = host.clone();
    let source = Memo::new(move |_| engine.status.with(|s| s.as_ref().map(|s| s.source.clone())));
    let submit = move || {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        refused.set(None);
        let question = Question::Connect {
            url: String::new(),
            token: token.get_untracked().trim().to_owned(),
            workspace: workspace.get_untracked().trim().to_owned(),
        };
        spawn_local(async move {
            match engine.ask_status(question).await {
                Ok(status) => {
                    nav.selected.set(None);
                    nav.end();
                    toasts.say(format!(
                        "Opened revision {} of the workspace",
                        format::group(&status.base_revision.to_string())
                    ));
                }
                Err(problem) => refused.set(Some(problem)),
            }
            busy.set(false);
        });
    };
    let leave = move |_| {
        spawn_local(async move {
            match engine.ask_status(Question::Disconnect).await {
                Ok(_) => {
                    nav.selected.set(None);
                    nav.end();
                    toasts.say("Back to the plan of this machine. Drafts of the workspace stay saved.");
                }
                Err(problem) => toasts.fail(&problem),
            }
        });
    };
    let refresh = move |_| {
        spawn_local(async move {
            match engine.ask_status(Question::Refresh).await {
                Ok(_) => toasts.say("Asked the edge just now"),
                Err(problem) => toasts.fail(&problem),
            }
        });
    };
    browser::focus_soon("connect-token");
    view! {
        <form class="task" aria-label="Connect" on:submit=move |event| { event.prevent_default(); submit(); }>
            <h3>"Connect to a workspace"</h3>
            {move || match source.get() {
                Some(Source::Edge { url, workspace, head_revision, .. }) => view! {
                    <p>"Connected to "<strong>{workspace}</strong>" at "<span class="mono">{if url.is_empty() { here.clone() } else { url }}</span>", revision "<span class="mono">{format::group(&head_revision.to_string())}</span>"."</p>
                    <p class="actions"><button type="button" on:click=refresh>"Ask for news"</button><button type="button" on:click=leave>"Disconnect"</button></p>
                }.into_any(),
                Some(Source::Local) | None => view! {
                    <p class="faint">"The planner reads the workspace as it is now. Your changes stay in a draft on this machine until you apply them."</p>
                }.into_any(),
            }}
            <label for="connect-token">"Token"</label>
            <input id="connect-token" class="mono" type="password" autocomplete="off" spellcheck="false" bind:value=token placeholder="plat_…"/>
            <label for="connect-workspace">"Workspace"</label>
            <input id="connect-workspace" autocomplete="off" bind:value=workspace/>
            <p class="faint">"The token is kept on this machine and sent to "<span class="mono">{host}</span>" only. For another edge, open the planner at its address; a saved plan goes there as a file."</p>
            <div aria-live="polite">{move || refused.get().map(|problem| view! { <ProblemView problem/> })}</div>
            <p class="actions">
                <button type="submit" class="primary" disabled=move || busy.get() || token.with(|t| t.trim().is_empty())>{move || if busy.get() { "Connecting…" } else { "Connect" }}</button>
                <button type="button" on:click=move |_| nav.end()>"Close"</button>
            </p>
        </form>
    }
}
