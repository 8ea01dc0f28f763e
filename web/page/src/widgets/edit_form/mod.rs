//! Change a claim: name, description, labels, prefixes, a pool's policy. The effect is shown before it is done.

mod model;

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{ClaimDetails, Committed, Request};
use plat_domain::Policy;
use plat_web_protocol::Question;

use crate::browser;
use crate::engine::{Engine, load};
use crate::nav::Nav;
use crate::widgets::allocate::{STRATEGIES, strategy_of};
use crate::widgets::diff_list::DiffList;
use crate::widgets::pool_form::model::length;
use crate::widgets::problem::ProblemView;
use crate::widgets::toast::Toasts;
use model::{Form, edit, tags_as_text};

/// The form.
#[component]
pub(crate) fn EditForm(details: ClaimDetails) -> impl IntoView {
    let (nav, engine, toasts) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
    );
    let row = details.row.clone();
    let policy = details.policy;
    let slash = |len: Option<u8>| len.map(|n| format!("/{n}")).unwrap_or_default();
    let name = RwSignal::new(row.name.clone());
    let description = RwSignal::new(row.description.clone());
    let tags = RwSignal::new(tags_as_text(&row.tags));
    let prefixes = RwSignal::new(
        row.prefixes
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join(" "),
    );
    let shortest = RwSignal::new(slash(policy.as_ref().and_then(|p| p.shortest_len)));
    let longest = RwSignal::new(slash(policy.as_ref().and_then(|p| p.longest_len)));
    let default = RwSignal::new(slash(policy.as_ref().and_then(|p| p.default_len)));
    let strategy_word = STRATEGIES
        .iter()
        .find(|(_, s, _)| *s == policy.as_ref().and_then(|p| p.strategy))
        .map_or("", |(w, _, _)| *w);
    let strategy = RwSignal::new(strategy_word.to_owned());
    let has_policy = policy.is_some();
    let busy = RwSignal::new(false);
    let before = row.clone();
    let wish = Memo::new(move |_| {
        let policy_now = match &policy {
            None => None,
            Some(policy) => Some(Policy {
                shortest_len: length(&shortest.get())?,
                longest_len: length(&longest.get())?,
                default_len: length(&default.get())?,
                strategy: strategy_of(&strategy.get()),
                ..policy.clone()
            }),
        };
        let form = Form {
            name: name.get(),
            description: description.get(),
            tags: tags.get(),
            prefixes: prefixes.get(),
            policy: policy_now,
        };
        edit(&before, policy.as_ref(), &form)
    });
    let preview = load::<Committed, _>(engine, move || {
        wish.get().ok().flatten().map(|e| Question::Preview {
            request: Request::Edit(e),
        })
    });
    // Enter counts as soon as what is typed can be asked, also while its preview is on its way.
    let ready = move || matches!(wish.get(), Ok(Some(_))) && !preview.refused() && !busy.get();
    let submit = move || {
        let Ok(Some(request)) = wish.get_untracked() else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            match engine.add(Request::Edit(request)).await {
                Ok(_) => {
                    toasts.done("Saved to the plan");
                    nav.end();
                }
                Err(problem) => toasts.fail(&problem),
            }
            busy.set(false);
        });
    };
    browser::focus_soon("edit-name");
    view! {
        <form class="task" aria-label="Edit" on:submit=move |event| { event.prevent_default(); submit(); }>
            <h3>"Edit"</h3>
            <label for="edit-name">"Name"</label>
            <input id="edit-name" autocomplete="off" bind:value=name/>
            <label for="edit-prefixes">"Prefixes"</label>
            <input id="edit-prefixes" class="mono" autocomplete="off" spellcheck="false" bind:value=prefixes/>
            <label for="edit-description">"Description"</label>
            <input id="edit-description" autocomplete="off" bind:value=description/>
            <label for="edit-tags">"Tags "<span class="faint">"(key = value, a line each)"</span></label>
            <textarea id="edit-tags" class="mono" rows="3" spellcheck="false" bind:value=tags></textarea>
            {has_policy.then(|| view! {
                <div class="triple">
                    <div><label for="edit-shortest">"Largest block"</label><input id="edit-shortest" class="mono" placeholder="any" bind:value=shortest/></div>
                    <div><label for="edit-longest">"Smallest block"</label><input id="edit-longest" class="mono" placeholder="any" bind:value=longest/></div>
                    <div><label for="edit-default">"Usual block"</label><input id="edit-default" class="mono" placeholder="none" bind:value=default/></div>
                </div>
                <label for="edit-strategy">"Where new blocks go"</label>
                <select id="edit-strategy" bind:value=strategy>
                    {STRATEGIES.iter().map(|(word, _, label)| view! { <option value=*word>{if word.is_empty() { "First fit (usual)" } else { label }}</option> }).collect_view()}
                </select>
            })}
            <div class="effect" aria-live="polite">
                {move || match wish.get() {
                    Err(wrong) => view! { <p class="warn">{wrong}</p> }.into_any(),
                    Ok(None) => view! { <p class="faint">"Nothing changed yet"</p> }.into_any(),
                    Ok(Some(_)) => match preview.answer.get() {
                        None => ().into_any(),
                        Some(Ok(committed)) => committed.diff.map(|diff| view! { <DiffList diff/> }).into_any(),
                        Some(Err(problem)) => view! { <ProblemView problem/> }.into_any(),
                    },
                }}
            </div>
            <p class="actions">
                <button type="submit" class="primary" disabled=move || !ready()>"Save changes"</button>
                <button type="button" on:click=move |_| nav.end()>"Close"</button>
            </p>
        </form>
    }
}
