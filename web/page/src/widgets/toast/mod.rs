//! What just happened, in a corner and for screen readers. Results leave by themselves; failures stay until dismissed.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::Problem;
use plat_web_protocol::Question;

use crate::engine::Engine;

/// Long enough to read two lines and reach for Undo.
const STAYS: Duration = Duration::from_secs(7);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Toast {
    id: u64,
    text: String,
    failed: bool,
    undo: bool,
}

/// The toasts on screen; copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct Toasts {
    list: RwSignal<Vec<Toast>>,
    next: StoredValue<u64>,
}

impl Toasts {
    pub(crate) fn new() -> Self {
        Self {
            list: RwSignal::new(Vec::new()),
            next: StoredValue::new(0),
        }
    }

    fn push(self, text: String, failed: bool, undo: bool) {
        self.next.update_value(|n| *n += 1);
        let id = self.next.get_value();
        self.list.update(|list| {
            list.retain(|t| t.text != text);
            // More than three at once are not read.
            let surplus = (list.len() + 1).saturating_sub(3);
            list.drain(..surplus);
            list.push(Toast {
                id,
                text,
                failed,
                undo,
            });
        });
        if !failed {
            set_timeout(move || self.dismiss(id), STAYS);
        }
    }

    fn dismiss(self, id: u64) {
        self.list.update(|list| list.retain(|t| t.id != id));
    }

    /// Says what happened.
    pub(crate) fn say(self, text: impl Into<String>) {
        self.push(text.into(), false, false);
    }

    /// Says what was done to the plan, with the way back.
    pub(crate) fn done(self, text: impl Into<String>) {
        self.push(text.into(), false, true);
    }

    /// Says what did not work.
    pub(crate) fn fail(self, problem: &Problem) {
        self.push(sentence(&problem.detail), true, false);
    }
}

/// With a capital letter: problems are written as fragments.
pub(crate) fn sentence(fragment: &str) -> String {
    let mut chars = fragment.chars();
    match chars.next() {
        Some(first)
            if fragment
                .split(' ')
                .next()
                .is_some_and(|w| w.chars().all(char::is_alphabetic)) =>
        {
            first.to_uppercase().chain(chars).collect()
        }
        Some(_) | None => fragment.to_owned(),
    }
}

/// The corner where toasts appear.
#[component]
pub(crate) fn ToastCorner(toasts: Toasts, engine: Engine) -> impl IntoView {
    let undo = move |id: u64| {
        toasts.dismiss(id);
        spawn_local(async move {
            match engine.ask_status(Question::Undo).await {
                Ok(_) => toasts.say("Undone"),
                Err(problem) => toasts.fail(&problem),
            }
        });
    };
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toasts.list.get() key=|t| t.id let:toast>
                <div class="toast" class:failed=toast.failed>
                    <span>{toast.text.clone()}</span>
                    {toast.undo.then(|| view! { <button type="button" class="quiet undo" on:click=move |_| undo(toast.id)>"Undo"</button> })}
                    <button type="button" class="quiet icon" aria-label="Dismiss" on:click=move |_| toasts.dismiss(toast.id)>"✕"</button>
                </div>
            </For>
        </div>
    }
}
