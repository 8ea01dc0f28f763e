//! Make a pool: at the top of the space, or in the selected pool.

mod model;

use leptos::prelude::*;
use plat_domain::{Cidr, Family, Policy, SpaceId};

use crate::browser;
use crate::format;
use crate::nav::Nav;
use crate::typed;
use crate::widgets::allocate::Source;
use crate::widgets::diff_list::DiffList;
use crate::widgets::problem::ProblemView;
use crate::widgets::proposal::Proposal;
use crate::widgets::rules::{Rules, RulesFields};
use crate::widgets::toast::Toasts;
use model::{Form, default_name, request};

/// The form. Without a parent the pool lies at the top of `space`.
#[component]
pub(crate) fn PoolForm(space: SpaceId, parent: Option<Source>) -> impl IntoView {
    let (nav, toasts) = (expect_context::<Nav>(), expect_context::<Toasts>());
    let text = RwSignal::new(nav.seed.get_untracked());
    let (name, description) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (tags, absorb) = (RwSignal::new(String::new()), RwSignal::new(false));
    let rules = Rules::of(&Policy::default());
    let id = RwSignal::new(browser::fresh_id());
    let parent_id = parent.as_ref().map(|p| p.id);
    let family = parent.as_ref().map_or(Family::V4, |p| p.family);
    let typed = Memo::new(move |_| typed::read(&text.get()));
    let proposal = Proposal::new(move || {
        let Ok(Some(what)) = typed.get() else {
            return Ok(None);
        };
        let form = Form {
            id: id.get(),
            space,
            parent: parent_id,
            name: name.get(),
            description: description.get(),
            policy: rules.policy()?,
            tags: tags.get(),
            absorb: absorb.get(),
        };
        request(&form, &what).map(Some)
    });
    let (wish, preview) = (proposal.wish, proposal.preview);
    let submit = move || {
        proposal.submit(move |committed| {
            nav.end();
            if let Some(row) = committed.claim {
                toasts.done(format!(
                    "New pool {} {}",
                    row.name,
                    format::prefixes(&row.prefixes, 2)
                ));
                nav.select(row.id);
            }
        });
    };
    browser::focus_soon("pool-what");
    view! {
        <form class="task" aria-label="New pool" on:submit=move |event| { event.prevent_default(); submit(); }>
            <h3>{parent.as_ref().map_or("New pool at the top of the space".to_owned(), |p| format!("New pool in {}", p.label))}</h3>
            <label for="pool-what">{if parent_id.is_some() { "Size or prefixes" } else { "Prefixes" }}</label>
            <input id="pool-what" class="mono big" autocomplete="off" spellcheck="false" bind:value=text aria-describedby="pool-says"
                placeholder=if parent_id.is_some() { "/16, 4000 or 10.20.0.0/16" } else { "10.0.0.0/8 or 2001:db8::/32" }/>
            <p id="pool-says" class="says" aria-live="polite">
                {move || match (typed.get(), wish.get()) {
                    (Err(e), _) => view! {
                        <span class="warn">{e.reason}</span>
                        {e.meant.map(|meant| {
                            let fixed = meant.clone();
                            view! { " " <button type="button" on:click=move |_| text.set(fixed.clone())>"Use "<span class="mono">{meant}</span></button> }
                        })}
                    }.into_any(),
                    (Ok(Some(_)), Err(missing)) => view! { <span class="warn">{missing}</span> }.into_any(),
                    (Ok(Some(what)), Ok(_)) => view! { <span class="faint">{typed::describe(&what, family)}</span> }.into_any(),
                    (Ok(None), _) => view! { <span class="faint">"Several prefixes may stand side by side"</span> }.into_any(),
                }}
            </p>
            <label for="pool-name">"Name"</label>
            <input id="pool-name" autocomplete="off" bind:value=name
                placeholder=move || typed.get().ok().flatten().and_then(|t| default_name(&t)).unwrap_or_else(|| "Europe".to_owned())/>
            <label for="pool-description">"Description "<span class="faint">"(optional)"</span></label>
            <input id="pool-description" autocomplete="off" bind:value=description/>
            <label class="tick"><input type="checkbox" bind:checked=absorb/>" Take in what lies there already"</label>
            <RulesFields rules/>
            <details class="more">
                <summary>"Tags"</summary>
                <div class="stack">
                    <label for="pool-tags">"Tags "<span class="faint">"(key = value, a line each)"</span></label>
                    <textarea id="pool-tags" class="mono" rows="2" spellcheck="false" bind:value=tags></textarea>
                </div>
            </details>
            <div class="effect" aria-live="polite">
                {move || match preview.answer.get() {
                    None => ().into_any(),
                    Some(Ok(committed)) => committed.claim.map(|row| {
                        // What it takes in is changed by it; it itself is said above the list.
                        let mut others = committed.diff.unwrap_or_default();
                        others.claims.retain(|d| d.now.as_ref().is_none_or(|now| now.id != row.id));
                        view! {
                        <p class="takes"><span class="sign" aria-hidden="true">"+"</span>"Makes "<strong>{row.name}</strong>" "<span class="mono">{format::prefixes(&row.prefixes, 3)}</span>
                            <span class="faint">" "{format::size(&row.prefixes)}</span></p>
                        {(!others.claims.is_empty()).then(|| view! { <DiffList diff=others/> })}
                    }}).into_any(),
                    Some(Err(problem)) => view! {
                        <ProblemView problem=problem on_take=Callback::new(move |cidr: Cidr| { text.set(cidr.to_string()); browser::focus("pool-what"); })/>
                    }.into_any(),
                }}
            </div>
            <p class="actions">
                <button type="submit" class="primary" disabled=move || !proposal.ready()>"Make pool"</button>
                <button type="button" on:click=move |_| nav.end()>"Close"</button>
            </p>
        </form>
    }
}
