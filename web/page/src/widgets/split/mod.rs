//! Make several claims of one.

mod model;

use leptos::prelude::*;
use plat_api::{ClaimDetails, Request};

use crate::browser;
use crate::format;
use crate::nav::Nav;
use crate::typed;
use crate::widgets::proposal::{Effects, Proposal};
use crate::widgets::toast::Toasts;
use model::{request, usual};

/// Lengths offered as buttons, each as many parts as it says.
const PARTS: [(u8, &str); 3] = [(1, "Halves"), (2, "Quarters"), (3, "Eighths")];

/// The form.
#[component]
pub(crate) fn SplitForm(details: ClaimDetails) -> impl IntoView {
    let (nav, toasts) = (expect_context::<Nav>(), expect_context::<Toasts>());
    let row = details.row;
    let what = format::prefixes(&row.prefixes, 2);
    let pool = row.kind == "pool";
    let text = RwSignal::new(usual(&row.prefixes));
    let names = RwSignal::new(String::new());
    let id = browser::fresh_id();
    let quick: Vec<(String, &str)> = match row.prefixes.as_slice() {
        [one] => PARTS
            .iter()
            .filter(|(more, _)| one.len() + more <= one.family().bits())
            .map(|(more, label)| (format!("/{}", one.len() + more), *label))
            .collect(),
        _ => Vec::new(),
    };
    let proposal = Proposal::new(move || match typed::read(&text.get()) {
        Ok(None) => Ok(None),
        Ok(Some(typed)) => request(&row, id, &typed, &names.get()).map(|r| Some(Request::Split(r))),
        Err(e) => Err(e.in_words()),
    });
    let said = what.clone();
    let submit = move || {
        let said = said.clone();
        proposal.submit(move |_| {
            nav.end();
            toasts.done(format!("Split {said}"));
            browser::focus_soon("tree");
        });
    };
    browser::focus_soon("split-into");
    view! {
        <form class="task" aria-label="Split" on:submit=move |event| { event.prevent_default(); submit(); }>
            <h3>"Split "<span class="mono">{what}</span></h3>
            <label for="split-into">"Into blocks of a length, or split off these prefixes"</label>
            <input id="split-into" class="mono big" autocomplete="off" spellcheck="false" bind:value=text/>
            {(!quick.is_empty()).then(|| view! {
                <p class="choices">
                    {quick.into_iter().map(|(length, label)| {
                        let chosen = length.clone();
                        view! { <button type="button" class="small" on:click=move |_| text.set(chosen.clone())>{label}" "<span class="mono">{length}</span></button> }
                    }).collect_view()}
                </p>
            })}
            <label for="split-names">"Name of what is split off "<span class="faint">"(numbered, if several)"</span></label>
            <input id="split-names" autocomplete="off" placeholder=if pool { "its name with the prefix" } else { "the same name" } bind:value=names/>
            <Effects proposal nothing="Say into what"/>
            <p class="actions">
                <button type="submit" class="primary" disabled=move || !proposal.ready()>"Split"</button>
                <button type="button" on:click=move |_| nav.end()>"Close"</button>
            </p>
        </form>
    }
}
