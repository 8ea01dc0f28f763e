//! The sheet of keys.

use leptos::html::Dialog;
use leptos::prelude::*;

use crate::browser;
use crate::keys::SHEET;

/// The dialog; open while `open` is true.
#[component]
pub(crate) fn Help(open: RwSignal<bool>) -> impl IntoView {
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
                <dl class="words">{words.into_iter().map(|(w, what)| view! { <dt>{w}</dt><dd>{what}</dd> }).collect_view()}</dl>
            </div>
        </dialog>
    }
}
