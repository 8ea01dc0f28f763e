//! What few allocations need, behind one disclosure.

use leptos::prelude::*;
use plat_domain::{ClaimId, Family};

use super::options::Texts;
use crate::widgets::pool_list::{Pool, PoolSelect, pools};

/// The fields; copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct More {
    pub(super) max_prefixes: RwSignal<String>,
    excluded: RwSignal<String>,
    within: RwSignal<String>,
    tags: RwSignal<String>,
    description: RwSignal<String>,
    or_pools: RwSignal<Vec<ClaimId>>,
}

impl More {
    pub(super) fn new() -> Self {
        let text = || RwSignal::new(String::new());
        Self {
            max_prefixes: text(),
            excluded: text(),
            within: text(),
            tags: text(),
            description: text(),
            or_pools: RwSignal::new(Vec::new()),
        }
    }

    pub(super) fn texts(self) -> Texts {
        Texts {
            max_prefixes: self.max_prefixes.get(),
            excluded: self.excluded.get(),
            within: self.within.get(),
            tags: self.tags.get(),
            description: self.description.get(),
            or_pools: self.or_pools.get(),
        }
    }
}

/// The disclosure. Other pools are offered for what is taken from `pool`, if it is one.
#[component]
pub(crate) fn MoreFields(more: More, family: Family, pool: Option<ClaimId>) -> impl IntoView {
    // The pools are read when somebody wants to see them.
    let opened = RwSignal::new(false);
    view! {
        <details class="more" on:toggle=move |_| opened.set(true)>
            <summary>"More"</summary>
            <div class="stack">
                <div class="pair">
                    <div>
                        <label for="allocate-max">"Prefixes at most"</label>
                        <input id="allocate-max" class="mono" inputmode="numeric" autocomplete="off" placeholder="1: in one piece" bind:value=more.max_prefixes/>
                    </div>
                    <div>
                        <label for="allocate-within">"Only from"</label>
                        <input id="allocate-within" class="mono" autocomplete="off" spellcheck="false" placeholder="anywhere" bind:value=more.within/>
                    </div>
                </div>
                <label for="allocate-excluded">"Not from"</label>
                <input id="allocate-excluded" class="mono" autocomplete="off" spellcheck="false" placeholder="10.0.1.0/24, 10.0.8.0/21" bind:value=more.excluded/>
                {pool.map(|pool| view! { <OrPools chosen=more.or_pools pool family opened/> })}
                <label for="allocate-description">"Description"</label>
                <input id="allocate-description" autocomplete="off" bind:value=more.description/>
                <label for="allocate-tags">"Tags "<span class="faint">"(key = value, a line each)"</span></label>
                <textarea id="allocate-tags" class="mono" rows="2" spellcheck="false" bind:value=more.tags></textarea>
            </div>
        </details>
    }
}

/// Pools to try in order where the first has no room.
#[component]
fn OrPools(
    chosen: RwSignal<Vec<ClaimId>>,
    pool: ClaimId,
    family: Family,
    opened: RwSignal<bool>,
) -> impl IntoView {
    let next = RwSignal::new(String::new());
    let list = RwSignal::new(None::<RwSignal<Vec<Pool>>>);
    let owner = Owner::current();
    Effect::new(move |_| {
        if opened.get() && list.with_untracked(Option::is_none) {
            list.set(owner.as_ref().map(|owner| owner.with(pools)));
        }
    });
    let all = move || list.get().map(|l| l.get()).unwrap_or_default();
    let offered = Signal::derive(move || {
        all()
            .into_iter()
            .filter(|p| p.family == family && p.id != pool && chosen.with(|c| !c.contains(&p.id)))
            .collect::<Vec<_>>()
    });
    Effect::new(move |_| {
        if let Ok(id) = next.get().parse::<ClaimId>() {
            chosen.update(|c| c.push(id));
            next.set(String::new());
        }
    });
    let name = move |id: ClaimId| {
        let found = all().into_iter().find(|p| p.id == id);
        found.map_or_else(|| id.to_string(), |p| p.label())
    };
    view! {
        <label for="allocate-or">"If full, try also"</label>
        {move || chosen.with(|c| !c.is_empty()).then(|| view! {
            <ol class="ordered">
                {chosen.get().into_iter().map(|id| view! {
                    <li><span>{name(id)}</span>
                        <button type="button" class="quiet small" aria-label=format!("Do not try {}", name(id)) on:click=move |_| chosen.update(|c| c.retain(|other| *other != id))>"✕"</button></li>
                }).collect_view()}
            </ol>
        })}
        <PoolSelect id="allocate-or" value=next none="Add a pool…" offered/>
    }
}
