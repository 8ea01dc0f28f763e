//! Make an address space, change one, remove one.

mod model;

use leptos::prelude::*;
use plat_api::Request;
use plat_domain::{Space, SpaceId, SpaceKind};

use crate::browser;
use crate::nav::Nav;
use crate::widgets::proposal::{Effects, Proposal};
use crate::widgets::toast::Toasts;
use model::{Form, ISOLATIONS, KINDS};

/// The form for a new space, or for changes to `space`.
#[component]
pub(crate) fn SpaceForm(space: Option<Space>) -> impl IntoView {
    let (nav, toasts) = (expect_context::<Nav>(), expect_context::<Toasts>());
    let is_new = space.is_none();
    let start = space.as_ref().map(Form::of).unwrap_or_else(|| Form {
        kind: "fabric".to_owned(),
        ..Form::default()
    });
    let chosen = start.clone();
    let (name, description) = (RwSignal::new(start.name), RwSignal::new(start.description));
    let (kind, provider, isolation) = (
        RwSignal::new(start.kind),
        RwSignal::new(start.provider),
        RwSignal::new(start.isolation),
    );
    let id = SpaceId::from_bytes(browser::fresh_id().to_bytes());
    let proposal = Proposal::new(move || {
        let form = Form {
            name: name.get(),
            description: description.get(),
            kind: kind.get(),
            provider: provider.get(),
            isolation: isolation.get(),
        };
        match &space {
            Some(space) => form.edit(space),
            None => form.create(id),
        }
    });
    let submit = move || {
        let called = name.get_untracked().trim().to_owned();
        proposal.submit(move |_| {
            nav.end();
            if is_new {
                nav.enter(&called);
            }
            toasts.done(if is_new {
                format!("New space {called}")
            } else {
                "Saved to the plan".to_owned()
            });
        });
    };
    let providers = move || {
        let spaces = nav.workspace.value().map(|w| w.spaces).unwrap_or_default();
        let each = spaces.into_iter().map(|s| s.space);
        each.filter(|s| s.kind == SpaceKind::Provider).collect::<Vec<_>>()
    };
    browser::focus_soon("space-name");
    let title = if is_new { "New space" } else { "Edit space" };
    view! {
        <form class="task" aria-label=title on:submit=move |event| { event.prevent_default(); submit(); }>
            <h3>{title}</h3>
            {is_new.then(|| view! { <p class="faint">"A routing domain of its own (a VRF): the same prefix may exist once in each."</p> })}
            <label for="space-name">"Name"</label>
            <input id="space-name" autocomplete="off" bind:value=name/>
            <label for="space-description">"Description "<span class="faint">"(optional)"</span></label>
            <input id="space-description" autocomplete="off" bind:value=description/>
            {is_new.then(|| view! {
                <label for="space-kind">"Kind"</label>
                <select id="space-kind" bind:value=kind>
                    {KINDS.iter().map(|(word, _, label)| view! { <option value=*word>{*label}</option> }).collect_view()}
                </select>
            })}
            {move || (kind.get() == "customer").then(|| {
                let (from, how) = (chosen.provider.clone(), chosen.isolation.clone());
                view! {
                    <div class="pair">
                        <div>
                            <label for="space-provider">"Within"</label>
                            <select id="space-provider" bind:value=provider>
                                <option value="">"Provider space…"</option>
                                {move || providers().into_iter().map(|s| {
                                    let word = s.id.to_string();
                                    let selected = word == from;
                                    view! { <option value=word selected=selected>{s.name.to_string()}</option> }
                                }).collect_view()}
                            </select>
                        </div>
                        <div>
                            <label for="space-isolation">"Isolated by"</label>
                            <select id="space-isolation" bind:value=isolation>
                                <option value="">"Choose…"</option>
                                {ISOLATIONS.iter().map(|(word, _, label)| view! { <option value=*word selected=*word == how>{*label}</option> }).collect_view()}
                            </select>
                        </div>
                    </div>
                }
            })}
            <Effects proposal nothing=if is_new { "Give it a name" } else { "Nothing changed yet" }/>
            <p class="actions">
                <button type="submit" class="primary" disabled=move || !proposal.ready()>{if is_new { "Make space" } else { "Save changes" }}</button>
                <button type="button" on:click=move |_| nav.end()>"Close"</button>
            </p>
        </form>
    }
}

/// The question before a space is removed.
#[component]
pub(crate) fn RemoveSpaceForm(space: Space) -> impl IntoView {
    let (nav, toasts) = (expect_context::<Nav>(), expect_context::<Toasts>());
    let (id, name) = (space.id, space.name.to_string());
    let proposal = Proposal::new(move || Ok(Some(Request::RemoveSpace { space: id.into() })));
    let said = name.clone();
    let submit = move || {
        let said = said.clone();
        proposal.submit(move |_| {
            nav.end();
            nav.enter("default");
            toasts.done(format!("Removed space {said}"));
        });
    };
    browser::focus_soon("space-remove");
    view! {
        <form class="task" aria-label="Remove space" on:submit=move |event| { event.prevent_default(); submit(); }>
            <h3>"Remove space "{name.clone()}</h3>
            <Effects proposal/>
            <p class="actions">
                <button id="space-remove" type="submit" class="danger" disabled=move || !proposal.ready()>"Remove "{name}</button>
                <button type="button" on:click=move |_| nav.end()>"Keep it"</button>
            </p>
        </form>
    }
}
