//! Search by name, address or prefix: a field with a list under it.

use leptos::ev;
use leptos::prelude::*;
use plat_api::{Reference, Request, SearchAnswer};

use crate::browser;
use crate::engine::{Engine, load, read};
use crate::format;
use crate::nav::Nav;

/// Results listed.
const SHOWN: usize = 12;

/// The field.
#[component]
pub(crate) fn SearchBox() -> impl IntoView {
    let (nav, engine) = (expect_context::<Nav>(), expect_context::<Engine>());
    let text = RwSignal::new(nav.route.with_untracked(|r| r.q.clone()));
    let open = RwSignal::new(false);
    let at = RwSignal::new(0usize);
    let found = load::<SearchAnswer, _>(engine, move || {
        let q = text.get();
        if q.trim().is_empty() || !open.get() {
            return None;
        }
        let space = nav
            .space
            .with(|s| s.as_ref().map(|s| Reference::from(s.space.id)));
        Some(read(Request::Search {
            q,
            space,
            limit: Some(SHOWN),
        }))
    });
    let rows = move || found.value().map(|f| f.rows).unwrap_or_default();
    let close = move || {
        open.set(false);
        at.set(0);
        nav.route.update(|r| r.q = text.get_untracked());
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let rows = rows();
        match event.key().as_str() {
            "ArrowDown" if !rows.is_empty() => at.update(|n| *n = (*n + 1) % rows.len()),
            "ArrowUp" if !rows.is_empty() => at.update(|n| *n = (*n + rows.len() - 1) % rows.len()),
            "Enter" => {
                if let Some(row) = rows.get(at.get_untracked()) {
                    nav.open(row.id);
                    close();
                    browser::focus("tree");
                }
            }
            "Escape" => {
                if open.get_untracked() {
                    close();
                } else {
                    text.set(String::new());
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div class="search" role="search">
            <input id="search" type="text" role="combobox" aria-label="Search" aria-expanded=move || (open.get() && !rows().is_empty()).to_string()
                aria-controls="search-list" aria-autocomplete="list" aria-keyshortcuts="/" autocomplete="off" spellcheck="false"
                aria-activedescendant=move || (open.get() && !rows().is_empty()).then(|| format!("found-{}", at.get()))
                placeholder="Search: name, 10.1.2.3, 10.1.0.0/16" bind:value=text
                on:input=move |_| { open.set(true); at.set(0); } on:keydown=on_key
                on:blur=move |_| set_timeout(move || open.set(false), std::time::Duration::from_millis(150))/>
            <kbd aria-hidden="true">"/"</kbd>
            <ul id="search-list" class="drop" role="listbox" aria-label="Found" hidden=move || !open.get() || text.with(|t| t.trim().is_empty())>
                {move || {
                    let list = rows();
                    if list.is_empty() {
                        return found.answer.with(Option::is_some).then(|| view! { <li class="faint" role="option" aria-selected="false" aria-disabled="true">"Nothing found in this space"</li> }.into_any());
                    }
                    Some(list.into_iter().enumerate().map(|(i, row)| {
                        let id = row.id;
                        view! {
                            <li id=format!("found-{i}") role="option" aria-selected=move || (at.get() == i).to_string()
                                on:mousedown=move |event| { event.prevent_default(); nav.open(id); close(); }>
                                <span class=format!("kind kind-{}", row.kind) aria-hidden="true"></span>
                                <span class="mono">{format::prefixes(&row.prefixes, 1)}</span>" "{row.name.clone()}
                                <span class="faint">" "{row.kind.clone()}{row.holder.map(|h| format!(", {}", h.name))}</span>
                            </li>
                        }
                    }).collect_view().into_any())
                }}
            </ul>
        </div>
    }
}
