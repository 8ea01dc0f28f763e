//! The top line: where one is, search, how the work and the connection are, theme, help.

mod model;

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_web_protocol::{Question, Source};
use wasm_bindgen::JsCast;

use crate::browser;
use crate::engine::Engine;
use crate::nav::{Nav, Task};
use crate::widgets::search::SearchBox;
use crate::widgets::toast::Toasts;
use model::{Mood, pill};

/// Colours chosen by hand, in the order of the button; none follows the system.
const THEMES: [(&str, &str); 4] = [
    ("", "System"),
    ("light", "Light"),
    ("dark", "Dark"),
    ("contrast", "High contrast"),
];

/// The chosen theme, kept by this browser and shown by `data-theme` on the document.
#[derive(Clone, Copy)]
pub(crate) struct Theme(RwSignal<String>);

impl Theme {
    pub(crate) fn start() -> Self {
        let theme = Self(RwSignal::new(browser::remembered("theme").unwrap_or_default()));
        let dark = RwSignal::new(false);
        let contrast = RwSignal::new(false);
        for (query, signal) in [
            ("(prefers-color-scheme: dark)", dark),
            ("(prefers-contrast: more)", contrast),
        ] {
            if let Ok(Some(list)) = window().match_media(query) {
                signal.set(list.matches());
                let changed = wasm_bindgen::closure::Closure::<dyn FnMut(web_sys::MediaQueryListEvent)>::new(
                    move |event: web_sys::MediaQueryListEvent| signal.set(event.matches()),
                );
                let _ = list.add_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
                changed.forget();
            }
        }
        Effect::new(move |_| {
            let chosen = theme.0.get();
            let shown = match (chosen.as_str(), contrast.get(), dark.get()) {
                ("light" | "dark" | "contrast", _, _) => chosen.as_str(),
                (_, true, _) => "contrast",
                (_, false, true) => "dark",
                (_, false, false) => "light",
            };
            if let Some(root) = document().document_element() {
                let _ = root.set_attribute("data-theme", shown);
            }
        });
        theme
    }

    /// The one after it.
    pub(crate) fn next(self) {
        let now = self.0.get_untracked();
        let at = THEMES.iter().position(|(word, _)| *word == now).unwrap_or(0);
        let next = THEMES[(at + 1) % THEMES.len()].0;
        browser::remember("theme", next);
        self.0.set(next.to_owned());
    }

    fn label(self) -> &'static str {
        let now = self.0.get();
        THEMES
            .iter()
            .find(|(word, _)| *word == now)
            .map_or("System", |(_, label)| label)
    }
}

/// The header. `commands` and `sheet` open the dialogs.
#[component]
pub(crate) fn Header(theme: Theme, commands: RwSignal<bool>, sheet: RwSignal<bool>) -> impl IntoView {
    view! {
        <header class="top">
            <h1 class="brand">"Plat"</h1>
            <Crumbs/>
            <SearchBox/>
            <button type="button" class="quiet keyed" aria-keyshortcuts="Control+K" on:click=move |_| commands.set(true)>"Commands "<kbd aria-hidden="true">"Ctrl K"</kbd></button>
            <span class="spring"></span>
            <Pill/>
            <button type="button" class="quiet icon" aria-label=move || format!("Theme: {}", theme.label()) title=move || format!("Theme: {}", theme.label()) on:click=move |_| theme.next()>"◐"</button>
            <button type="button" class="quiet icon" aria-label="Keys and words" title="Keys and words (?)" on:click=move |_| sheet.set(true)>"?"</button>
        </header>
    }
}

/// Sets a chooser back to a value.
fn chooser(event: &web_sys::Event, value: &str) {
    if let Some(select) = event
        .target()
        .and_then(|t| t.dyn_into::<web_sys::HtmlSelectElement>().ok())
    {
        select.set_value(value);
    }
}

/// Workspace and space, with a choice of spaces. A space has a name, so the empty one is free for the offer of a new one.
#[component]
fn Crumbs() -> impl IntoView {
    let (nav, engine) = (expect_context::<Nav>(), expect_context::<Engine>());
    let workspace = move || {
        engine.status.with(|s| match s.as_ref().map(|s| &s.source) {
            Some(Source::Edge { workspace, .. }) => workspace.clone(),
            Some(Source::Local) | None => "This machine".to_owned(),
        })
    };
    let spaces = move || nav.workspace.value().map(|w| w.spaces).unwrap_or_default();
    let now = move || {
        nav.space
            .with(|s| s.as_ref().map(|s| s.space.name.to_string()).unwrap_or_default())
    };
    view! {
        <nav class="where" aria-label="Workspace and space">
            <span class="faint" aria-hidden="true">"▸"</span>
            <button type="button" class="quiet" title="Connect to a workspace" on:click=move |_| nav.begin(Task::Connect, "")>{workspace}</button>
            <span class="faint" aria-hidden="true">"▸"</span>
            <select aria-label="Space" prop:value=now on:change=move |event| {
                let value = event_target_value(&event);
                if value.is_empty() {
                    // An offer, not a place: the chooser goes on saying where one is.
                    chooser(&event, &now());
                    nav.begin(Task::NewSpace, "");
                } else {
                    nav.enter(&value);
                }
            }>
                {move || spaces().into_iter().map(|s| {
                    let name = s.space.name.to_string();
                    let chosen = name.clone();
                    view! { <option value=name.clone() prop:selected=move || now() == chosen>{name.clone()}</option> }
                }).collect_view()}
                <option value="">"New space…"</option>
            </select>
        </nav>
    }
}

/// How the work and the connection are.
#[component]
fn Pill() -> impl IntoView {
    let (nav, engine, toasts) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
    );
    let said = Memo::new(move |_| match (engine.broken.get(), engine.status.get()) {
        (Some(_), _) => model::broken(),
        (None, None) => model::starting(),
        (None, Some(status)) => pill(&status),
    });
    let click = move |_| {
        if engine.status.with_untracked(|s| {
            s.as_ref()
                .is_some_and(|s| matches!(s.source, Source::Edge { .. }))
        }) && said.get_untracked().mood == Mood::Behind
        {
            spawn_local(async move {
                if let Err(problem) = engine.ask_status(Question::Refresh).await {
                    toasts.fail(&problem);
                }
            });
        }
        nav.begin(Task::Connect, "");
    };
    view! {
        <button type="button" class=move || format!("pill pill-{}", said.get().mood.class()) title=move || said.get().explains on:click=click>
            <span class="lamp" aria-hidden="true"></span><span>{move || said.get().text}</span>
        </button>
    }
}
