//! Where a claim that lies in no pool belongs: a pool that is there, or one to make around it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{AssociateRequest, Committed, PoolRequest, Recommended, Reference, Request};
use plat_domain::query::RecommendedPool;
use plat_domain::{Cidr, ClaimId, Name, Named, SpaceId};
use plat_web_protocol::Question;

use crate::browser;
use crate::engine::{Engine, load, read};
use crate::format;
use crate::nav::{Nav, Task};
use crate::widgets::problem::{ClaimLink, ProblemView};
use crate::widgets::toast::Toasts;

/// The advice, with what it would do.
#[component]
pub(super) fn Advice(id: ClaimId, space: SpaceId) -> impl IntoView {
    let engine = expect_context::<Engine>();
    let advice = load::<Recommended, _>(engine, move || {
        Some(read(Request::Recommend { claim: id.into() }))
    });
    move || {
        let advice = advice.value()?.recommendation;
        let network = advice.networks.into_iter().next()?;
        let create = advice.create.first().copied();
        Some(view! {
            <div class="advice" role="group" aria-label="Recommendation">
                <h3>"Where it belongs"</h3>
                {match (network, create) {
                    (RecommendedPool { network, pool: Some(pool), blockers }, _) => view! { <Join network pool blockers/> }.into_any(),
                    (_, Some(cidr)) => view! { <Make cidr space/> }.into_any(),
                    _ => view! { <p class="faint">"No pool holds it whole."</p> }.into_any(),
                }}
            </div>
        })
    }
}

/// Puts it into a pool that is there.
#[component]
fn Join(network: Named, pool: Named, blockers: Vec<Named>) -> impl IntoView {
    let (engine, toasts) = (expect_context::<Engine>(), expect_context::<Toasts>());
    let (pool_id, label) = (pool.id, pool.label.clone());
    let busy = RwSignal::new(false);
    let join = move |_| {
        busy.set(true);
        let said = format!("{} is in {label} now", network.label);
        let request = Request::Associate(AssociateRequest {
            pool: pool_id.into(),
            resources: Vec::new(),
            networks: vec![network.id],
        });
        spawn_local(async move {
            match engine.add(request).await {
                Ok(_) => toasts.done(said),
                Err(problem) => toasts.fail(&problem),
            }
            busy.set(false);
        });
    };
    if !blockers.is_empty() {
        return view! {
            <p>"It lies within "<ClaimLink claim=pool/>", where something else is already:"</p>
            <ul class="links">{blockers.into_iter().map(|b| view! { <li><ClaimLink claim=b/></li> }).collect_view()}</ul>
        }
        .into_any();
    }
    view! {
        <p>"It lies within "<ClaimLink claim=pool.clone()/></p>
        <p class="actions"><button type="button" class="primary" disabled=move || busy.get() on:click=join>"Put it into "{pool.label}</button></p>
    }
    .into_any()
}

/// Makes a pool around it, which takes in what lies there already.
#[component]
fn Make(cidr: Cidr, space: SpaceId) -> impl IntoView {
    let (nav, engine, toasts) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
    );
    let name = RwSignal::new(format!("Around {cidr}"));
    let (id, busy) = (browser::fresh_id(), RwSignal::new(false));
    let request = Memo::new(move |_| {
        let name = Name::new(name.get().trim()).ok()?;
        Some(Request::CreatePool(PoolRequest {
            id: Some(id),
            space: Some(Reference::from(space)),
            prefixes: vec![cidr],
            absorb: true,
            ..PoolRequest::named(name)
        }))
    });
    let preview = load::<Committed, _>(engine, move || {
        request.get().map(|request| Question::Preview { request })
    });
    let taken = move || {
        let diff = preview.value()?.diff?;
        let others = diff.claims.iter().filter(|d| d.before.is_some()).count();
        Some(format::many(others as u64, "claim", "claims"))
    };
    let submit = move || {
        let Some(request) = request.get_untracked().filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        spawn_local(async move {
            match engine.add(request).await {
                Ok(_) => toasts.done(format!("New pool around {cidr}")),
                Err(problem) => toasts.fail(&problem),
            }
            busy.set(false);
        });
    };
    view! {
        <form on:submit=move |event| { event.prevent_default(); submit(); }>
            <p>"No pool holds it. One of "<strong class="mono">{cidr.to_string()}</strong>" would"
                {move || taken().map_or(" take in what lies there.".to_owned(), |n| format!(" take in {n}."))}</p>
            <label for="advice-name">"Name of the pool"</label>
            <input id="advice-name" autocomplete="off" bind:value=name/>
            {move || preview.problem().map(|problem| view! { <ProblemView problem/> })}
            <p class="actions">
                <button type="submit" class="primary" disabled=move || request.with(Option::is_none) || preview.refused() || busy.get()>"Make pool "{cidr.to_string()}</button>
                <button type="button" class="quiet" on:click=move |_| nav.begin(Task::NewRootPool, &cidr.to_string())>"With rules…"</button>
            </p>
        </form>
    }
}
