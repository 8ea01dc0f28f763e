//! All commands, found by typing.

mod model;

use std::sync::Arc;

use leptos::ev;
use leptos::html::Dialog;
use leptos::prelude::*;

use crate::browser;
use model::fits;

/// A command with its key, if it has one.
#[derive(Clone)]
pub(crate) struct Entry {
    pub(crate) label: String,
    pub(crate) keys: &'static str,
    /// Shared, not owned by what was drawn: it runs after the list that it was chosen from is gone.
    pub(crate) run: Arc<dyn Fn() + Send + Sync>,
}

/// The dialog; open while `open` is true.
#[component]
pub(crate) fn Palette(open: RwSignal<bool>, entries: Signal<Vec<Entry>>) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let text = RwSignal::new(String::new());
    let at = RwSignal::new(0usize);
    Effect::new(move |_| {
        let Some(element) = dialog.get() else { return };
        if open.get() {
            text.set(String::new());
            at.set(0);
            browser::show_dialog(&element);
            browser::focus("palette-text");
        } else if element.open() {
            element.close();
        }
    });
    let shown = Memo::new_with_compare(
        move |_| {
            let typed = text.get();
            entries
                .get()
                .into_iter()
                .filter(|e| fits(&e.label, &typed))
                .collect::<Vec<_>>()
        },
        |_, _| true,
    );
    // The one that Enter would run is in sight.
    Effect::new(move |_| {
        if let Some(element) = document().get_element_by_id(&format!("command-{}", at.get())) {
            browser::bring_into_sight(&element);
        }
    });
    let run = move |entry: Entry| {
        open.set(false);
        // After the dialog gave the focus back, so that the command may take it.
        request_animation_frame(move || (entry.run)());
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let list = shown.get_untracked();
        match event.key().as_str() {
            "ArrowDown" if !list.is_empty() => at.update(|n| *n = (*n + 1) % list.len()),
            "ArrowUp" if !list.is_empty() => at.update(|n| *n = (*n + list.len() - 1) % list.len()),
            "Enter" => {
                if let Some(entry) = list.get(at.get_untracked()) {
                    run(entry.clone());
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <dialog class="palette" aria-label="Commands" node_ref=dialog on:close=move |_| open.set(false)
            on:click=move |event| { if event.target() == event.current_target() { open.set(false); } }>
            <input id="palette-text" type="text" role="combobox" aria-label="Command" aria-expanded="true" aria-controls="palette-list" autocomplete="off"
                aria-activedescendant=move || format!("command-{}", at.get()) placeholder="What to do" bind:value=text on:input=move |_| at.set(0) on:keydown=on_key/>
            <ul id="palette-list" role="listbox" aria-label="Commands">
                {move || shown.get().into_iter().enumerate().map(|(i, entry)| {
                    let (label, keys) = (entry.label.clone(), entry.keys);
                    view! {
                        <li id=format!("command-{i}") role="option" aria-selected=move || (at.get() == i).to_string()
                            on:click=move |_| run(entry.clone()) on:mousemove=move |_| at.set(i)>
                            <span>{label}</span>{(!keys.is_empty()).then(|| view! { <kbd>{keys}</kbd> })}
                        </li>
                    }
                }).collect_view()}
            </ul>
        </dialog>
    }
}
