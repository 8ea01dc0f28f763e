//! What holds networks: recorded with space from a pool, given a network that exists, changed, or removed.

mod model;

use std::collections::BTreeMap;

use leptos::prelude::*;
use plat_api::{AssociatedPage, ClaimDetails, PAGE_MAX, Request, ResourceDetails};
use plat_domain::{Cidr, ClaimId, Family, Resource, ResourceId};

use crate::browser;
use crate::engine::{Engine, load, read};
use crate::nav::Nav;
use crate::widgets::pool_list::{Pool, PoolSelect, pools};
use crate::widgets::problem::ProblemView;
use crate::widgets::proposal::{Effects, Proposal};
use crate::widgets::toast::Toasts;
use model::{Form, Space, hand_to, hold, put};

/// What the form is about.
#[derive(Clone)]
enum About {
    /// A new one with space from this pool.
    Pool(ClaimId, Family, String),
    /// Who is to hold this network, and the pool in which others may be found that hold something.
    Network(ClaimId, Option<ClaimId>),
    /// One that is recorded.
    Held(Resource),
}

/// The form for the selection: a pool, or a network with or without a holder.
#[component]
pub(crate) fn ResourceForm(details: ClaimDetails) -> impl IntoView {
    let engine = expect_context::<Engine>();
    let row = details.row;
    if row.kind == "pool" {
        return view! { <Fields about=About::Pool(row.id, row.family, row.name)/> }.into_any();
    }
    let Some(holder) = row.holder else {
        let pool = details.ancestors.iter().find(|a| a.kind == "pool").map(|a| a.id);
        return view! { <Fields about=About::Network(row.id, pool)/> }.into_any();
    };
    let found = load::<ResourceDetails, _>(engine, move || {
        Some(read(Request::Resource {
            resource: holder.id.into(),
        }))
    });
    // Read once: what is typed is not replaced by what is read later.
    let first = Memo::new(move |before: Option<&Option<Resource>>| {
        before
            .cloned()
            .flatten()
            .or_else(|| found.value().map(|d| d.resource))
    });
    (move || match (first.get(), found.problem()) {
        (Some(resource), _) => view! { <Fields about=About::Held(resource)/> }.into_any(),
        (None, Some(problem)) => view! { <ProblemView problem/> }.into_any(),
        (None, None) => ().into_any(),
    })
    .into_any()
}

#[component]
fn Fields(about: About) -> impl IntoView {
    let (nav, toasts) = (expect_context::<Nav>(), expect_context::<Toasts>());
    let start = match &about {
        About::Held(resource) => Form::of(resource),
        About::Pool(..) | About::Network(..) => Form {
            kind: "virtualNetwork".to_owned(),
            ..Form::default()
        },
    };
    let new_id = browser::fresh_id;
    let id = match &about {
        About::Held(resource) => resource.id,
        About::Pool(..) | About::Network(..) => ResourceId::from_bytes(new_id().to_bytes()),
    };
    let (name, kind) = (RwSignal::new(start.name), RwSignal::new(start.kind));
    let (provider, tenant) = (RwSignal::new(start.provider), RwSignal::new(start.tenant));
    let (external_id, labels) = (RwSignal::new(start.external_id), RwSignal::new(start.tags));
    let size = match &about {
        About::Pool(_, Family::V4, _) => "/24",
        About::Pool(_, Family::V6, _) => "/64",
        About::Network(..) | About::Held(_) => "",
    };
    let (first, second) = (RwSignal::new(size.to_owned()), RwSignal::new(String::new()));
    let (other, existing, removing) = (
        RwSignal::new(String::new()),
        RwSignal::new(String::new()),
        RwSignal::new(false),
    );
    let ids = (new_id(), new_id());
    let asked = about.clone();
    let proposal = Proposal::new(move || {
        let form = Form {
            name: name.get(),
            kind: kind.get(),
            provider: provider.get(),
            tenant: tenant.get(),
            external_id: external_id.get(),
            tags: labels.get(),
        };
        match &asked {
            About::Held(_) if removing.get() => Ok(Some(Request::RemoveResource { resource: id.into() })),
            About::Network(network, _) if existing.with(|e| !e.is_empty()) => Ok(existing
                .get()
                .parse::<ResourceId>()
                .ok()
                .map(|holder| hand_to(holder, *network))),
            About::Held(before) => {
                let now = form.resource(id)?.filter(|now| now != before);
                now.map(|resource| put(resource, &[])).transpose()
            }
            About::Network(network, _) => Ok(form.resource(id)?.map(|resource| hold(resource, *network))),
            About::Pool(pool, ..) => {
                let mut spaces = vec![Space {
                    id: ids.0,
                    pool: *pool,
                    text: first.get(),
                }];
                if let Ok(pool) = other.get().parse::<ClaimId>() {
                    spaces.push(Space {
                        id: ids.1,
                        pool,
                        text: second.get(),
                    });
                }
                form.resource(id)?
                    .map(|resource| put(resource, &spaces))
                    .transpose()
            }
        }
    });
    let submit = move || {
        let said = name.get_untracked();
        let removed = removing.get_untracked();
        proposal.submit(move |committed| {
            nav.end();
            if removed {
                nav.selected.set(None);
            }
            let what = committed.resource.map_or(said, |r| r.name.to_string());
            toasts.done(if removed {
                format!("Removed {what}")
            } else {
                format!("Recorded {what}")
            });
            browser::focus_soon("tree");
        });
    };
    browser::focus_soon("resource-name");
    let title = match &about {
        About::Pool(_, _, pool) => format!("New resource with space from {pool}"),
        About::Network(..) => "Who holds this network".to_owned(),
        About::Held(resource) => format!("Resource {}", resource.name),
    };
    let held = matches!(about, About::Held(_));
    let networks = match &about {
        About::Network(_, pool) => *pool,
        About::Pool(..) | About::Held(_) => None,
    };
    let from = match &about {
        About::Pool(pool, _, label) => Some((*pool, label.clone())),
        About::Network(..) | About::Held(_) => None,
    };
    // What is offered instead goes to the field of its family.
    let family = match &about {
        About::Pool(_, family, _) => Some(*family),
        About::Network(..) | About::Held(_) => None,
    };
    let take = Callback::new(move |cidr: Cidr| {
        let field = if family == Some(cidr.family()) {
            first
        } else {
            second
        };
        field.set(cidr.to_string());
    });
    let button = move || match (held, removing.get(), from_label(networks.is_some(), held)) {
        (true, true, _) => "Remove resource",
        (_, _, label) => label,
    };
    view! {
        <form class="task" aria-label="Resource" on:submit=move |event| { event.prevent_default(); submit(); }>
            <h3>{title}</h3>
            {networks.map(|pool| view! { <Existing pool existing/> })}
            <fieldset disabled=move || removing.get() || existing.with(|e| !e.is_empty())>
                <div class="pair">
                    <div><label for="resource-name">"Name"</label><input id="resource-name" autocomplete="off" bind:value=name/></div>
                    <div><label for="resource-kind">"Kind"</label><input id="resource-kind" autocomplete="off" bind:value=kind/></div>
                </div>
                <details class="more">
                    <summary>"More"</summary>
                    <div class="stack">
                        <div class="pair">
                            <div><label for="resource-provider">"Provider"</label><input id="resource-provider" autocomplete="off" placeholder="azure, aws, …" bind:value=provider/></div>
                            <div><label for="resource-tenant">"Tenant"</label><input id="resource-tenant" autocomplete="off" placeholder="the workspace's own" bind:value=tenant/></div>
                        </div>
                        <label for="resource-external">"Its id there"</label>
                        <input id="resource-external" class="mono" autocomplete="off" spellcheck="false" bind:value=external_id/>
                        <label for="resource-tags">"Tags "<span class="faint">"(key = value, a line each)"</span></label>
                        <textarea id="resource-tags" class="mono" rows="2" spellcheck="false" bind:value=labels></textarea>
                    </div>
                </details>
            </fieldset>
            {from.map(|(pool, label)| view! { <FromPools pool label first other second/> })}
            {held.then(|| view! { <label class="tick"><input type="checkbox" bind:checked=removing/>" Remove it, and release its networks"</label> })}
            <Effects proposal on_take=take nothing=if held { "Nothing changed yet" } else { "Give it a name" }/>
            <p class="actions">
                <button type="submit" class:primary=move || !removing.get() class:danger=move || removing.get() disabled=move || !proposal.ready()>{button}</button>
                <button type="button" on:click=move |_| nav.end()>"Close"</button>
            </p>
        </form>
    }
}

fn from_label(network: bool, held: bool) -> &'static str {
    if held {
        "Save changes"
    } else if network {
        "Record holder"
    } else {
        "Record resource"
    }
}

/// Space for it from this pool, and from another: for dual stack, or in another place.
#[component]
fn FromPools(
    pool: ClaimId,
    label: String,
    first: RwSignal<String>,
    other: RwSignal<String>,
    second: RwSignal<String>,
) -> impl IntoView {
    let all = pools();
    let offered = Signal::derive(move || {
        all.with(|all| all.iter().filter(|p| p.id != pool).cloned().collect::<Vec<_>>())
    });
    // A size that fits the family of the pool, until another is typed.
    Effect::new(move |_| {
        let found = offered.with(|o| {
            o.iter()
                .find(|p| p.id.to_string() == other.get())
                .map(|p: &Pool| p.family)
        });
        if let Some(family) = found
            && second.with_untracked(|s| matches!(s.as_str(), "" | "/24" | "/64"))
        {
            second.set(if family == Family::V4 { "/24" } else { "/64" }.to_owned());
        }
    });
    view! {
        <label for="resource-first">{format!("Space from {label}")}</label>
        <input id="resource-first" class="mono" autocomplete="off" spellcheck="false" placeholder="none" bind:value=first/>
        <div class="pair">
            <div><label for="resource-other">"And from"</label><PoolSelect id="resource-other" value=other none="no other pool" offered/></div>
            {move || other.with(|o| !o.is_empty()).then(|| view! {
                <div><label for="resource-second">"As much as"</label><input id="resource-second" class="mono" autocomplete="off" spellcheck="false" bind:value=second/></div>
            })}
        </div>
    }
}

/// A resource that has space of the pools around already.
#[component]
fn Existing(pool: ClaimId, existing: RwSignal<String>) -> impl IntoView {
    let engine = expect_context::<Engine>();
    let page = load::<AssociatedPage, _>(engine, move || {
        Some(read(Request::Resources {
            pool: pool.into(),
            after: None,
            limit: Some(PAGE_MAX),
        }))
    });
    let known = move || {
        let each = page.value().map(|p| p.resources).unwrap_or_default().into_iter();
        let by_id: BTreeMap<ResourceId, Resource> = each.map(|a| (a.resource.id, a.resource)).collect();
        let mut list: Vec<Resource> = by_id.into_values().collect();
        list.sort_by(|a, b| a.name.cmp(&b.name));
        list
    };
    view! {
        <label for="resource-existing">"Resource"</label>
        <select id="resource-existing" bind:value=existing>
            <option value="">"A new one"</option>
            {move || known().into_iter().map(|r| view! { <option value=r.id.to_string()>{format!("{} · {}", r.name, r.kind)}</option> }).collect_view()}
        </select>
    }
}
