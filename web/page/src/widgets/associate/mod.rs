//! Put networks that exist into a pool: the one that is selected, all of its holder, or those that lie in the way of a pool.

use std::collections::BTreeSet;

use leptos::prelude::*;
use plat_api::{AssociateRequest, ClaimDetails, Recommended, Request};
use plat_domain::{ClaimId, Named};

use crate::browser;
use crate::engine::{Engine, load, read};
use crate::format;
use crate::nav::Nav;
use crate::widgets::pool_list::{PoolSelect, pools};
use crate::widgets::proposal::{Effects, Proposal};
use crate::widgets::toast::Toasts;

/// The form.
#[component]
pub(crate) fn AssociateForm(details: ClaimDetails) -> impl IntoView {
    if details.row.kind == "pool" {
        view! { <IntoThisPool details/> }.into_any()
    } else {
        view! { <IntoSomePool details/> }.into_any()
    }
}

/// A network, and where it belongs.
#[component]
fn IntoSomePool(details: ClaimDetails) -> impl IntoView {
    let engine = expect_context::<Engine>();
    let (id, family, parent) = (details.row.id, details.row.family, details.row.parent);
    let holder = details.row.holder;
    let what = format::prefixes(&details.row.prefixes, 2);
    let (pool, all_of_it) = (RwSignal::new(String::new()), RwSignal::new(false));
    let advice = load::<Recommended, _>(engine, move || {
        Some(read(Request::Recommend { claim: id.into() }))
    });
    let best = Memo::new(move |_| {
        let networks = advice.value()?.recommendation.networks;
        networks.into_iter().find_map(|n| n.pool)
    });
    Effect::new(move |_| {
        if let Some(best) = best.get()
            && pool.with_untracked(String::is_empty)
        {
            pool.set(best.id.to_string());
        }
    });
    let all = pools();
    let offered = Signal::derive(move || {
        let fits = |p: &&crate::widgets::pool_list::Pool| p.family == family && Some(p.id) != parent;
        all.with(|all| all.iter().filter(fits).cloned().collect::<Vec<_>>())
    });
    let holder_id = holder.as_ref().map(|h| h.id);
    let proposal = Proposal::new(move || {
        let pool = pool.get().parse::<ClaimId>().ok();
        Ok(pool.map(|pool| {
            Request::Associate(AssociateRequest {
                pool: pool.into(),
                resources: holder_id.filter(|_| all_of_it.get()).into_iter().collect(),
                networks: vec![id],
            })
        }))
    });
    view! {
        <Shell title=format!("Put {what} into a pool") proposal nothing="Choose a pool">
            <label for="associate-pool">"Pool"</label>
            <PoolSelect id="associate-pool" value=pool none="Choose a pool…" offered/>
            {move || best.get().map(|b| view! { <p class="faint">"Recommended: "{b.label}</p> })}
            {holder.map(|h| view! { <label class="tick"><input type="checkbox" bind:checked=all_of_it/>{format!(" Whatever else {} holds within it too", h.name)}</label> })}
        </Shell>
    }
}

/// A pool, and the networks that share its addresses without lying in it.
#[component]
fn IntoThisPool(details: ClaimDetails) -> impl IntoView {
    let id = details.row.id;
    let around: BTreeSet<ClaimId> = details.ancestors.iter().map(|a| a.id).collect();
    let found: Vec<Named> = details
        .conflicts
        .into_iter()
        .filter(|c| c.kind == "network" && !around.contains(&c.id))
        .collect();
    let chosen = RwSignal::new(found.iter().map(|n| n.id).collect::<BTreeSet<_>>());
    let proposal = Proposal::new(move || {
        let networks: Vec<ClaimId> = chosen.get().into_iter().collect();
        Ok((!networks.is_empty()).then(|| {
            Request::Associate(AssociateRequest {
                pool: id.into(),
                resources: Vec::new(),
                networks,
            })
        }))
    });
    let none = found.is_empty();
    view! {
        <Shell title=format!("Put networks into {}", details.row.name) proposal nothing="Nothing chosen">
            {none.then(|| view! { <p class="faint">"No network shares its addresses without lying in it."</p> })}
            {(!none).then(|| view! {
                <ul class="pick">{found.into_iter().map(|network| {
                    let id = network.id;
                    let toggle = move |_| chosen.update(|c| { if !c.remove(&id) { c.insert(id); } });
                    view! { <li><label class="tick"><input type="checkbox" prop:checked=move || chosen.with(|c| c.contains(&id)) on:change=toggle/>
                        <span><span class="mono">{format::prefixes(&network.prefixes, 2)}</span>" "{network.label}</span></label></li> }
                }).collect_view()}</ul>
            })}
        </Shell>
    }
}

#[component]
fn Shell(title: String, proposal: Proposal, nothing: &'static str, children: Children) -> impl IntoView {
    let (nav, toasts) = (expect_context::<Nav>(), expect_context::<Toasts>());
    let submit = move || {
        proposal.submit(move |_| {
            nav.end();
            toasts.done("Put into the pool");
            browser::focus_soon("tree");
        });
    };
    browser::focus_soon("associate-do");
    view! {
        <form class="task" aria-label="Associate" on:submit=move |event| { event.prevent_default(); submit(); }>
            <h3>{title}</h3>
            {children()}
            <Effects proposal nothing/>
            <p class="actions">
                <button id="associate-do" type="submit" class="primary" disabled=move || !proposal.ready()>"Put into the pool"</button>
                <button type="button" on:click=move |_| nav.end()>"Close"</button>
            </p>
        </form>
    }
}
