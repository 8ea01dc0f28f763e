//! Make a pool: at the top of the space, or in the selected pool.

pub(crate) mod model;

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::Committed;
use plat_domain::{Cidr, Family, Policy, SpaceId};
use plat_web_protocol::Question;

use crate::browser;
use crate::engine::{Engine, load};
use crate::format;
use crate::nav::Nav;
use crate::typed;
use crate::widgets::allocate::{STRATEGIES, Source, strategy_of};
use crate::widgets::problem::ProblemView;
use crate::widgets::toast::Toasts;
use model::{Form, default_name, length, request};

/// The form. Without a parent the pool lies at the top of `space`.
#[component]
pub(crate) fn PoolForm(space: SpaceId, parent: Option<Source>) -> impl IntoView {
    let (nav, engine, toasts) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
    );
    let text = RwSignal::new(nav.seed.get_untracked());
    let (name, description) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (shortest, longest, default) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
    );
    let strategy = RwSignal::new(String::new());
    let id = RwSignal::new(browser::fresh_id());
    let busy = RwSignal::new(false);
    let parent_id = parent.as_ref().map(|p| p.id);
    let family = parent.as_ref().map_or(Family::V4, |p| p.family);
    let typed = Memo::new(move |_| typed::read(&text.get()));
    let wish = Memo::new(move |_| {
        let what = match typed.get() {
            Ok(Some(what)) => what,
            Ok(None) => return Err(String::new()),
            Err(_) => return Err(String::new()),
        };
        let policy = Policy {
            shortest_len: length(&shortest.get())?,
            longest_len: length(&longest.get())?,
            default_len: length(&default.get())?,
            strategy: strategy_of(&strategy.get()),
            ..Policy::default()
        };
        let form = Form {
            id: id.get(),
            space,
            parent: parent_id,
            name: name.get(),
            description: description.get(),
            policy,
            strategy: None,
        };
        request(&form, &what)
    });
    let preview = load::<Committed, _>(engine, move || {
        wish.get().ok().map(|request| Question::Preview { request })
    });
    // Enter counts as soon as what is typed can be asked, also while its preview is on its way.
    let ready = move || wish.get().is_ok() && !preview.refused() && !busy.get();
    let submit = move || {
        let Some(request) = wish.get_untracked().ok().filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            match engine.add(request).await {
                Ok(committed) => {
                    nav.end();
                    if let Some(row) = committed.claim {
                        toasts.done(format!(
                            "New pool {} {}",
                            row.name,
                            format::prefixes(&row.prefixes, 2)
                        ));
                        nav.select(row.id);
                    }
                }
                Err(problem) => toasts.fail(&problem),
            }
            busy.set(false);
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
            <details class="more">
                <summary>"Policy: what may be allocated"</summary>
                <div class="triple">
                    <div><label for="pool-shortest">"Largest block"</label><input id="pool-shortest" class="mono" placeholder="/20" bind:value=shortest/></div>
                    <div><label for="pool-longest">"Smallest block"</label><input id="pool-longest" class="mono" placeholder="/28" bind:value=longest/></div>
                    <div><label for="pool-default">"Usual block"</label><input id="pool-default" class="mono" placeholder="/24" bind:value=default/></div>
                </div>
                <label for="pool-strategy">"Where new blocks go"</label>
                <select id="pool-strategy" bind:value=strategy>
                    {STRATEGIES.iter().map(|(word, _, label)| view! { <option value=*word>{if word.is_empty() { "First fit (usual)" } else { label }}</option> }).collect_view()}
                </select>
            </details>
            <div class="effect" aria-live="polite">
                {move || match preview.answer.get() {
                    None => ().into_any(),
                    Some(Ok(committed)) => committed.claim.map(|row| view! {
                        <p class="takes"><span class="sign" aria-hidden="true">"+"</span>"Makes "<strong>{row.name}</strong>" "<span class="mono">{format::prefixes(&row.prefixes, 3)}</span>
                            <span class="faint">" "{format::size(&row.prefixes)}</span></p>
                    }).into_any(),
                    Some(Err(problem)) => view! {
                        <ProblemView problem=problem on_take=Callback::new(move |cidr: Cidr| { text.set(cidr.to_string()); browser::focus("pool-what"); })/>
                    }.into_any(),
                }}
            </div>
            <p class="actions">
                <button type="submit" class="primary" disabled=move || !ready()>"Make pool"</button>
                <button type="button" on:click=move |_| nav.end()>"Close"</button>
            </p>
        </form>
    }
}
