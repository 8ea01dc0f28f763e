//! The bottom line: what the plan changes, undo and redo, which draft, its digest, and where it can go.

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_domain::Name;
use plat_web_protocol::{Question, Status};
use serde_json::Value;

use crate::browser;
use crate::engine::Engine;
use crate::format;
use crate::nav::Nav;
use crate::url::View;
use crate::widgets::toast::Toasts;

/// Takes back or does again, and says what.
pub(crate) fn step(engine: Engine, toasts: Toasts, redo: bool) {
    let word = engine.status.with_untracked(|s| {
        s.as_ref()
            .and_then(|s| if redo { s.redo.clone() } else { s.undo.clone() })
    });
    let Some(word) = word else {
        toasts.say(if redo {
            "Nothing to do again"
        } else {
            "Nothing to undo"
        });
        return;
    };
    spawn_local(async move {
        match engine
            .ask_status(if redo { Question::Redo } else { Question::Undo })
            .await
        {
            Ok(_) => toasts.say(format!(
                "{}: {}",
                if redo { "Done again" } else { "Undone" },
                format::step(&word)
            )),
            Err(problem) => toasts.fail(&problem),
        }
    });
}

/// Hands over the plan as a file.
pub(crate) fn save_plan(engine: Engine, toasts: Toasts) {
    spawn_local(async move {
        match engine.ask::<Value>(Question::Plan).await {
            Ok(plan) => {
                let name = plan
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or("plan")
                    .replace(['/', '\\', ':'], "-");
                let text = serde_json::to_string_pretty(&plan).unwrap_or_default();
                browser::save_file(&format!("{name}.plan.json"), "application/json", &text);
                toasts.say("Saved the plan as a file. Drop it on a planner to open it there.");
            }
            Err(problem) => toasts.fail(&problem),
        }
    });
}

/// The bar.
#[component]
pub(crate) fn PlanBar() -> impl IntoView {
    let (nav, engine, toasts) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
    );
    let status = engine.status;
    let effect = move || status.with(|s| s.as_ref().map(|s| s.effect).unwrap_or_default());
    let number = move |mark: &'static str,
                       count: fn(&plat_web_protocol::Effect) -> u64,
                       one: &'static str,
                       several: &'static str| {
        move || {
            let n = count(&effect());
            (n > 0).then(|| view! { <span class="mono">{format!("{mark}{}", format::group(&n.to_string()))}</span>" "<span>{if n == 1 { one } else { several }}</span>"  " })
        }
    };
    let nothing = move || effect() == plat_web_protocol::Effect::default();
    let steps = move || status.with(|s| s.as_ref().map_or(0, |s| s.draft.steps));
    let digest = Memo::new(move |_| status.with(|s| s.as_ref().map(|s| s.digest)));
    let undo_word = move || status.with(|s| s.as_ref().and_then(|s| s.undo.clone()));
    let redo_word = move || status.with(|s| s.as_ref().and_then(|s| s.redo.clone()));
    view! {
        <footer class="plan" aria-label="Plan">
            <span class="effect-counts" role="status" aria-label="What the plan changes">
                {number("+", |e| e.pools_added, "pool", "pools")}
                {number("+", |e| e.claims_added, "network", "networks")}
                {number("~", |e| e.changed, "changed", "changed")}
                {number("−", |e| e.released, "released", "released")}
                {move || nothing().then(|| view! { <span class="faint">{match steps() {
                    0 => "No changes yet".to_owned(),
                    n => format!("{}, no claim changed", format::many(n, "step", "steps")),
                }}</span> })}
            </span>
            <span class="group">
                <button type="button" class="quiet icon" aria-label="Undo" title=move || undo_word().map_or("Nothing to undo".to_owned(), |w| format!("Undo: {} (Ctrl Z)", format::step(&w)))
                    disabled=move || undo_word().is_none() on:click=move |_| step(engine, toasts, false)>"↶"</button>
                <button type="button" class="quiet icon" aria-label="Redo" title=move || redo_word().map_or("Nothing to do again".to_owned(), |w| format!("Redo: {} (Ctrl Shift Z)", format::step(&w)))
                    disabled=move || redo_word().is_none() on:click=move |_| step(engine, toasts, true)>"↷"</button>
            </span>
            <Drafts/>
            <span class="spring"></span>
            {move || digest.get().map(|d| {
                let text = d.to_string();
                let title = format!("Digest {text}; click to copy");
                view! { <button type="button" class="quiet mono digest-brief" title=title aria-label=format!("Copy the digest {}", format::brief(&d)) on:click=move |_| { browser::copy(&text); toasts.say("Digest copied"); }><span class="faint">"digest "</span>{format::brief(&d)}</button> }
            })}
            <span class="group">
                <button type="button" on:click=move |_| nav.show(View::Compare)>"Compare"</button>
                <button type="button" on:click=move |_| save_plan(engine, toasts)>"Save plan"</button>
                <button type="button" class="primary" on:click=move |_| nav.show(View::Apply)>"Apply…"</button>
            </span>
        </footer>
    }
}

/// The draft's name, and the others.
#[component]
fn Drafts() -> impl IntoView {
    let (nav, engine, toasts) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
    );
    let name = RwSignal::new(String::new());
    let popover = NodeRef::<leptos::html::Div>::new();
    let close = move || {
        if let Some(element) = popover.get_untracked() {
            browser::call(&element, "hidePopover");
        }
    };
    let ask = move |question: Question, said: &'static str| {
        close();
        spawn_local(async move {
            match engine.ask_status(question).await {
                Ok(_) => toasts.say(said),
                Err(problem) => toasts.fail(&problem),
            }
        });
    };
    let wrong = RwSignal::new(String::new());
    let rename = move || match Name::new(&name.get_untracked()) {
        Ok(name) => ask(Question::RenameDraft { name }, "Renamed"),
        Err(e) => wrong.set(format!("Name: {e}")),
    };
    let status = move || engine.status.get();
    // By itself: a status that says the same name leaves alone what is being typed.
    let current = Memo::new(move |_| {
        status()
            .map(|s: Status| s.draft.name.to_string())
            .unwrap_or_default()
    });
    let begin = move || {
        name.set(current.get());
        wrong.set(String::new());
    };
    Effect::new(move |_| begin());
    let free_name = move || {
        let taken: Vec<String> = status()
            .map(|s| s.drafts.iter().map(|d| d.name.to_string()).collect())
            .unwrap_or_default();
        (2..)
            .map(|n| format!("Draft {n}"))
            .find(|n| !taken.contains(n))
            .unwrap_or_default()
    };
    view! {
        <button type="button" class="quiet draft-name" popovertarget="drafts" aria-haspopup="true" title="Drafts">{current}" ▾"</button>
        <div id="drafts" class="drop drafts" popover="auto" node_ref=popover aria-label="Drafts" role="group" on:beforetoggle=move |_: web_sys::Event| begin()>
            <p class="label">"Drafts"</p>
            <ul>
                {move || status().map(|s| s.drafts.into_iter().map(|d| {
                    let (id, dropped, here) = (d.id.clone(), d.id.clone(), d.id == s.draft.id);
                    let called = d.name.to_string();
                    view! {
                        <li>
                            <button type="button" class="quiet wide" aria-current=here.to_string() on:click=move |_| { nav.selected.set(None); ask(Question::SwitchDraft { draft: id.clone() }, "Switched") }>
                                {if here { "● " } else { "" }}{called.clone()}<span class="faint">" "{format::many(d.steps, "step", "steps")}</span></button>
                            <button type="button" class="quiet icon" aria-label=format!("Discard {called}") title="Discard for good" on:click=move |_| {
                                let steps = format::many(d.steps, "step", "steps");
                                let sure = d.steps == 0 || window().confirm_with_message(&format!("Discard “{called}” and its {steps} for good?")).unwrap_or(false);
                                if sure { ask(Question::DiscardDraft { draft: dropped.clone() }, "Discarded") }
                            }>"✕"</button>
                        </li>
                    }
                }).collect_view())}
            </ul>
            <form on:submit=move |event| { event.prevent_default(); rename(); }>
                <label for="draft-name">"Name of this draft"</label>
                <span class="inline"><input id="draft-name" autocomplete="off" bind:value=name/><button type="submit">"Rename"</button></span>
                <p class="warn" aria-live="polite">{wrong}</p>
            </form>
            <p class="actions"><button type="button" on:click=move |_| {
                if let Ok(name) = Name::new(&free_name()) { ask(Question::NewDraft { name }, "A new, empty draft") }
            }>"New draft"</button></p>
        </div>
    }
}
