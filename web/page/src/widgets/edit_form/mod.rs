//! Change a claim: name, prefixes, description, labels, a pool's rules, place. The effect is shown before it is done.

mod model;

use leptos::prelude::*;
use plat_api::{ClaimDetails, Request};
use plat_domain::ClaimId;

use crate::browser;
use crate::nav::Nav;
use crate::tags;
use crate::widgets::pool_list::{PoolSelect, pools};
use crate::widgets::proposal::{Effects, Proposal};
use crate::widgets::rules::{Rules, RulesFields};
use crate::widgets::toast::Toasts;
pub(crate) use model::puts_to_rest;
use model::{Before, Form, day, edit};

/// The form.
#[component]
pub(crate) fn EditForm(details: ClaimDetails) -> impl IntoView {
    let (nav, toasts) = (expect_context::<Nav>(), expect_context::<Toasts>());
    let before = Before::of(&details);
    let row = details.row;
    let text = |value: &str| RwSignal::new(value.to_owned());
    let (name, description) = (text(&row.name), text(&row.description));
    let labels = RwSignal::new(tags::as_text(&row.tags));
    let written: Vec<String> = row.prefixes.iter().map(ToString::to_string).collect();
    let prefixes = RwSignal::new(written.join("\n"));
    let rows = written.len().clamp(1, 6).to_string();
    let rules = before.policy.as_ref().map(Rules::of);
    let (in_use, until) = (RwSignal::new(row.in_use), RwSignal::new(day(row.expires_at)));
    let (ignored, place) = (text(&before.ignored), text(""));
    let at_once = RwSignal::new(false);
    let kind = row.kind.clone();
    let (hosts, reserved, judged) = (
        matches!(kind.as_str(), "range" | "address"),
        kind == "reservation",
        !matches!(kind.as_str(), "pool" | "cooling"),
    );
    let movable = !hosts && kind != "subnet" && kind != "cooling";
    let (id, parent, family) = (row.id, row.parent, row.family);
    let proposal = Proposal::new(move || {
        let form = Form {
            name: name.get(),
            description: description.get(),
            tags: labels.get(),
            prefixes: prefixes.get(),
            policy: rules.map(Rules::policy).transpose()?,
            in_use: in_use.get(),
            until: until.get(),
            ignored: ignored.get(),
            place: place.get(),
            at_once: at_once.get(),
        };
        edit(&before, &form).map(|e| e.map(Request::Edit))
    });
    // Once something would rest, whether it does can be chosen.
    let rests = RwSignal::new(false);
    Effect::new(move |_| {
        if proposal.preview.value().is_some_and(|c| puts_to_rest(&c)) {
            rests.set(true);
        }
    });
    let submit = move || {
        proposal.submit(move |_| {
            toasts.done("Saved to the plan");
            nav.end();
        });
    };
    browser::focus_soon("edit-name");
    view! {
        <form class="task" aria-label="Edit" on:submit=move |event| { event.prevent_default(); submit(); }>
            <h3>"Edit"</h3>
            <label for="edit-name">"Name"</label>
            <input id="edit-name" autocomplete="off" bind:value=name/>
            <label for="edit-prefixes">"Prefixes"</label>
            <textarea id="edit-prefixes" class="mono" rows=rows autocomplete="off" spellcheck="false" bind:value=prefixes></textarea>
            <label for="edit-description">"Description"</label>
            <input id="edit-description" autocomplete="off" bind:value=description/>
            <label for="edit-tags">"Tags "<span class="faint">"(key = value, a line each)"</span></label>
            <textarea id="edit-tags" class="mono" rows="2" spellcheck="false" bind:value=labels></textarea>
            {hosts.then(|| view! { <label class="tick"><input type="checkbox" bind:checked=in_use/>" In use"</label> })}
            {reserved.then(|| view! {
                <label for="edit-until">"Until "<span class="faint">"(UTC)"</span></label>
                <input id="edit-until" type="date" bind:value=until/>
            })}
            {rules.map(|rules| view! { <RulesFields rules/> })}
            {(judged || movable).then(|| view! {
                <details class="more">
                    <summary>"More"</summary>
                    <div class="stack">
                        {movable.then(|| view! { <Place id parent family place/> })}
                        {judged.then(|| view! {
                            <label for="edit-ignored">"Leave out of compliance because"</label>
                            <input id="edit-ignored" autocomplete="off" placeholder="the rules do concern it" bind:value=ignored/>
                        })}
                    </div>
                </details>
            })}
            {move || rests.get().then(|| view! {
                <label class="tick"><input type="checkbox" bind:checked=at_once/>" Hand out again at once what it gives up"</label>
            })}
            <Effects proposal/>
            <p class="actions">
                <button type="submit" class="primary" disabled=move || !proposal.ready()>"Save changes"</button>
                <button type="button" on:click=move |_| nav.end()>"Close"</button>
            </p>
        </form>
    }
}

/// Another pool to lie in.
#[component]
fn Place(
    id: ClaimId,
    parent: Option<ClaimId>,
    family: plat_domain::Family,
    place: RwSignal<String>,
) -> impl IntoView {
    let all = pools();
    let offered = Signal::derive(move || {
        let fits =
            |p: &crate::widgets::pool_list::Pool| p.family == family && p.id != id && Some(p.id) != parent;
        all.with(|all| all.iter().filter(|p| fits(p)).cloned().collect::<Vec<_>>())
    });
    view! {
        <label for="edit-place">"Move to"</label>
        <PoolSelect id="edit-place" value=place none="where it is" offered/>
    }
}
