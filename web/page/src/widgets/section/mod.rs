//! Parts of the details that are opened when they are wanted, and then stay open whatever is selected.

use std::collections::BTreeSet;

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::Element;

use crate::browser;

/// Which sections are open; copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct Opened(RwSignal<BTreeSet<String>>);

impl Opened {
    /// Those that this browser remembers.
    pub(crate) fn start() -> Self {
        let kept = browser::remembered("sections").unwrap_or_default();
        let names = kept.split(' ').filter(|name| !name.is_empty());
        Self(RwSignal::new(names.map(str::to_owned).collect()))
    }

    fn set(self, name: &str, open: bool) {
        self.0.update(|names| {
            if open {
                names.insert(name.to_owned());
            } else {
                names.remove(name);
            }
        });
        let names: Vec<String> = self.0.with_untracked(|names| names.iter().cloned().collect());
        browser::remember("sections", &names.join(" "));
    }
}

/// A section. What is in it is made, and read, only while it is open.
#[component]
pub(crate) fn Section(name: &'static str, title: &'static str, children: ChildrenFn) -> impl IntoView {
    let opened = expect_context::<Opened>();
    let open = Memo::new(move |_| opened.0.with(|names| names.contains(name)));
    let on_toggle = move |event: ev::Event| {
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let now = target.is_some_and(|t| t.has_attribute("open"));
        if now != open.get_untracked() {
            opened.set(name, now);
        }
    };
    view! {
        <details class="section" open=open.get_untracked() on:toggle=on_toggle>
            <summary>{title}</summary>
            {move || open.get().then(|| view! { <div class="section-body">{children()}</div> })}
        </details>
    }
}

/// A choice of one of a few, as buttons side by side.
#[component]
pub(crate) fn Choice<T>(label: &'static str, of: Vec<(T, String)>, chosen: RwSignal<T>) -> impl IntoView
where
    T: Copy + PartialEq + Send + Sync + 'static,
{
    view! {
        <div class="choice" role="group" aria-label=label>
            {of.into_iter().map(|(value, word)| view! {
                <button type="button" class="quiet small" aria-pressed=move || (chosen.get() == value).to_string() on:click=move |_| chosen.set(value)>{word}</button>
            }).collect_view()}
        </div>
    }
}
