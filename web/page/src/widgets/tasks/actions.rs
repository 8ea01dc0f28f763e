//! The buttons that begin a task.

use leptos::prelude::*;
use plat_api::ClaimDetails;

use crate::nav::{Nav, Task};
use crate::widgets::allocate::source_of;

/// A button that begins a task.
#[component]
fn Begin(
    task: Task,
    title: &'static str,
    label: &'static str,
    #[prop(optional)] first: bool,
) -> impl IntoView {
    let nav = expect_context::<Nav>();
    view! { <button type="button" class:primary=first title=title on:click=move |_| nav.begin(task, "")>{label}</button> }
}

/// What can be done with a claim.
#[component]
pub(crate) fn Actions(details: ClaimDetails) -> impl IntoView {
    let kind = details.row.kind.as_str();
    let (pool, network) = (kind == "pool", kind == "network");
    let divides = !matches!(kind, "address" | "cooling");
    let unmanaged = network && !details.ancestors.iter().any(|a| a.kind == "pool");
    let overlapped = pool && details.conflicts.iter().any(|c| c.kind == "network");
    let holder = if pool {
        "New resource…"
    } else if details.row.holder.is_some() {
        "Resource…"
    } else {
        "Holder…"
    };
    let gives = source_of(&details).is_some();
    view! {
        <p class="actions" role="group" aria-label="Actions">
            {gives.then(|| view! { <Begin task=Task::Allocate title="Allocate (a)" label="Allocate…" first=true/> })}
            {pool.then(|| view! { <Begin task=Task::NewPool title="New pool (n)" label="New pool…"/> })}
            <Begin task=Task::Edit title="Edit (e)" label="Edit…"/>
            {divides.then(|| view! { <Begin task=Task::Split title="Split (s)" label="Split…"/><Begin task=Task::Merge title="Merge (m)" label="Merge…"/> })}
            {(pool || network).then(|| view! { <Begin task=Task::Resource title="What holds networks" label=holder/> })}
            {(unmanaged || overlapped).then(|| view! { <Begin task=Task::Associate title="Put networks that exist into a pool" label="Associate…"/> })}
            <Begin task=Task::Release title="Release (Del)" label="Release…"/>
        </p>
    }
}

/// What can be done with the space shown.
#[component]
pub(crate) fn SpaceActions() -> impl IntoView {
    view! {
        <p class="actions" role="group" aria-label="Actions">
            <Begin task=Task::NewRootPool title="New pool (n)" label="New pool" first=true/>
            <Begin task=Task::EditSpace title="Change this space" label="Edit space…"/>
            <Begin task=Task::RemoveSpace title="Remove this space" label="Remove space…"/>
        </p>
    }
}
