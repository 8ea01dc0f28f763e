//! The sheet of keys.

use leptos::html::Dialog;
use leptos::prelude::*;

use crate::browser::{self, Kept};
use crate::keys::SHEET;

/// Where the work is, and what the browser promised about it.
fn place_words(kept: Option<bool>) -> &'static str {
    match kept {
        None => "your work is saved in this browser, on this machine",
        Some(true) => "your work is saved in this browser, which keeps it until you remove it",
        Some(false) => {
            "your work is saved in this browser, which may clear it when the disk is short of room: save the plan as a file to be sure"
        }
    }
}

/// The dialog; open while `open` is true.
#[component]
pub(crate) fn Help(open: RwSignal<bool>) -> impl IntoView {
    let kept = expect_context::<Kept>();
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let Some(element) = dialog.get() else { return };
        if open.get() {
            browser::show_dialog(&element);
        } else if element.open() {
            element.close();
        }
    });
    let words = [
        (
            "Space",
            "one routing domain; the same prefix may exist once in each",
        ),
        ("Pool", "prefixes to allocate from, with rules"),
        (
            "Network",
            "space taken from a pool, held by a resource or planned",
        ),
        (
            "Static, external",
            "in use by something not managed here, or elsewhere; never handed out",
        ),
        ("Reservation", "held back, until a time if any"),
        (
            "Subnet, range, address",
            "parts of a network; what hosts really have is marked as in use",
        ),
        (
            "Resource",
            "what holds networks: a virtual network, a site; its networks end with it",
        ),
        ("Plan", "your changes, on this machine until you apply them"),
    ];
    view! {
        <dialog class="sheet" aria-labelledby="sheet-title" node_ref=dialog on:close=move |_| open.set(false)
            on:click=move |event| { if event.target() == event.current_target() { open.set(false); } }>
            <div class="sheet-head"><h2 id="sheet-title">"Keys and words"</h2><button type="button" class="quiet icon" aria-label="Close" on:click=move |_| open.set(false)>"✕"</button></div>
            <div class="columns">
                <dl class="keys">
                    {SHEET.iter().map(|s| view! { <dt>{s.keys.split(' ').map(|k| view! { <kbd>{k}</kbd>" " }).collect_view()}</dt><dd>{s.what}</dd> }).collect_view()}
                </dl>
                <dl class="words">
                    {words.into_iter().map(|(w, what)| view! { <dt>{w}</dt><dd>{what}</dd> }).collect_view()}
                    <dt>"Where it is"</dt><dd>{move || place_words(kept.0.get())}</dd>
                </dl>
            </div>
        </dialog>
    }
}
