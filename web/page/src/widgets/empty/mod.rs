//! Nothing here yet: type, drop, or open the sample company.

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::Request;

use crate::browser::{self, ReadFile};
use crate::engine::Engine;
use crate::nav::{Nav, Task};
use crate::sample;
use crate::typed::{self, Typed};
use crate::url::View;
use crate::widgets::import::{ChooseFiles, Imports};
use crate::widgets::toast::Toasts;

/// Opens the sample company in the space shown.
pub(crate) fn open_sample(nav: Nav, engine: Engine, toasts: Toasts) {
    let Some(space) = nav.space.with_untracked(|s| s.as_ref().map(|s| s.space.id)) else {
        return;
    };
    let Some(command) = sample::company(space, browser::now_ms()) else {
        return;
    };
    spawn_local(async move {
        match engine.add(Request::Command(Box::new(command))).await {
            Ok(_) => {
                toasts.done("Opened the sample company");
                nav.show(View::Map);
                nav.pane.set(crate::nav::Pane::Tree);
            }
            Err(problem) => toasts.fail(&problem),
        }
    });
}

/// The first thing people see.
#[component]
pub(crate) fn Empty() -> impl IntoView {
    let (nav, engine, toasts, imports) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
        expect_context::<Imports>(),
    );
    let text = RwSignal::new(String::new());
    let read = Memo::new(move |_| typed::read(&text.get()));
    let is_table =
        move || text.with(|t| t.trim().lines().count() > 1 && !matches!(typed::read(t), Ok(Some(_))));
    let go = move || {
        if is_table() {
            imports.take_read(ReadFile {
                name: "pasted".into(),
                bytes: text.get_untracked().into_bytes(),
            });
            text.set(String::new());
        } else if let Ok(Some(Typed::Cidrs(_))) = read.get_untracked() {
            nav.begin(Task::NewRootPool, &text.get_untracked());
        }
    };
    view! {
        <div class="empty">
            <h2>"Plan your address space"</h2>
            <p>"Everything happens in this browser. Nothing is sent anywhere until you say so."</p>
            <ol class="ways">
                <li>
                    <h3><label for="empty-text">"Type or paste"</label></h3>
                    <form on:submit=move |event| { event.prevent_default(); go(); }>
                        <span class="inline">
                            <textarea id="empty-text" class="mono" rows="1" spellcheck="false" bind:value=text aria-describedby="empty-says" placeholder="10.0.0.0/8"
                                on:keydown=move |event| { if event.key() == "Enter" && !event.shift_key() && !is_table() { event.prevent_default(); go(); } }></textarea>
                            <button type="submit" class="primary" disabled=move || !is_table() && !matches!(read.get(), Ok(Some(Typed::Cidrs(_))))>{move || if is_table() { "Look at it" } else { "Make a pool" }}</button>
                        </span>
                    </form>
                    <p id="empty-says" class="says" aria-live="polite">{move || {
                        if is_table() { return "a table: shown before anything is taken in".to_owned(); }
                        match read.get() {
                            Ok(None) => "A prefix of yours, 10.0.0.0/8 or 2001:db8::/32, or a table from a spreadsheet".to_owned(),
                            Ok(Some(what @ Typed::Cidrs(_))) => typed::describe(&what, plat_domain::Family::V4),
                            Ok(Some(_)) => "Which prefix is it taken from? Begin with a pool such as 10.0.0.0/8".to_owned(),
                            Err(e) => e.reason + &e.meant.map(|m| format!("; did you mean {m}?")).unwrap_or_default(),
                        }
                    }}</p>
                </li>
                <li>
                    <h3>"Drop files"</h3>
                    <p>"Azure, NetBox, a Plat export or a plan: drop them anywhere. You see every row before it is taken in."</p>
                    <p class="actions"><ChooseFiles/></p>
                </li>
                <li>
                    <h3>"Look around"</h3>
                    <p>"A small company with sites, clouds, IPv6 and one forgotten network."</p>
                    <p class="actions"><button type="button" on:click=move |_| open_sample(nav, engine, toasts)>"Open the sample company"</button></p>
                </li>
            </ol>
            <p class="faint">"Already have a workspace? "<button type="button" class="link" on:click=move |_| nav.begin(Task::Connect, "")>"Connect with a token"</button></p>
        </div>
    }
}
