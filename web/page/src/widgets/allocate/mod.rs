//! Take space from a pool (or a part of a network): one field that understands what is typed, and what it would take.

mod model;

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{AllocationKind, Committed};
use plat_domain::{Cidr, ClaimId, Family, Timestamp};
use plat_web_protocol::Question;

use crate::browser;
use crate::engine::{Engine, load};
use crate::format;
use crate::nav::{Nav, Task};
use crate::typed::{self, Typed};
use crate::widgets::problem::ProblemView;
use crate::widgets::toast::Toasts;
use model::{Form, KINDS, kind_of, request};
pub(crate) use model::{STRATEGIES, strategy_of};

/// Where space is taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) id: ClaimId,
    pub(crate) label: String,
    pub(crate) family: Family,
    /// True for a network, of which only subnets are taken.
    pub(crate) network: bool,
    /// The pool's default length.
    pub(crate) default_len: Option<u8>,
}

/// Which prefixes a preview or an answer made, in words.
fn taken(committed: &Committed) -> Vec<Cidr> {
    if let Some(row) = &committed.claim {
        return row.prefixes.clone();
    }
    let made = committed
        .diff
        .iter()
        .flat_map(|d| &d.claims)
        .filter(|d| d.before.is_none());
    made.filter_map(|d| d.now.as_ref())
        .flat_map(|row| row.prefixes.iter().copied())
        .collect()
}

/// The form.
#[component]
pub(crate) fn AllocateForm(source: Source) -> impl IntoView {
    let (nav, engine, toasts) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
    );
    let (pool, family, network) = (source.id, source.family, source.network);
    let seed = nav.seed.get_untracked();
    let first = if seed.is_empty() {
        format!(
            "/{}",
            source
                .default_len
                .unwrap_or(if family == Family::V4 { 24 } else { 64 })
        )
    } else {
        seed
    };
    let text = RwSignal::new(first);
    let name = RwSignal::new(String::new());
    let kind = RwSignal::new(if network { "subnet" } else { "network" }.to_owned());
    let strategy = RwSignal::new(String::new());
    let until = RwSignal::new(String::new());
    let id = RwSignal::new(browser::fresh_id());
    let busy = RwSignal::new(false);

    let typed = Memo::new(move |_| typed::read(&text.get()));
    let form = move || Form {
        id: id.get(),
        pool,
        kind: kind_of(&kind.get()),
        strategy: strategy_of(&strategy.get()),
        name: name.get(),
        expires_at: Some(until.get())
            .filter(|u| !u.is_empty())
            .and_then(|day| format!("{day}T00:00:00Z").parse::<Timestamp>().ok()),
    };
    let wish = move || match typed.get() {
        Ok(Some(typed)) => request(&form(), &typed),
        Ok(None) | Err(_) => None,
    };
    let preview = load::<Committed, _>(engine, move || {
        wish().map(|request| Question::Preview { request })
    });
    // Enter counts as soon as what is typed can be asked, also while its preview is on its way.
    let ready = move || wish().is_some() && !preview.refused() && !busy.get();
    let submit = move || {
        let Some(request) = wish().filter(|_| !busy.get_untracked()) else {
            return;
        };
        busy.set(true);
        let expected = preview.value().map(|c| taken(&c)).unwrap_or_default();
        spawn_local(async move {
            match engine.add(request).await {
                Ok(committed) => {
                    let mut got = taken(&committed);
                    if got.is_empty() {
                        got = expected;
                    }
                    toasts.done(format!("Allocated {}", format::prefixes(&got, 3)));
                    id.set(browser::fresh_id());
                }
                Err(problem) => toasts.fail(&problem),
            }
            busy.set(false);
        });
    };
    let button = move || match preview.value().map(|c| taken(&c)) {
        Some(list)
            if list.len() > 1
                && matches!(
                    typed.get(),
                    Ok(Some(Typed::Length { .. } | Typed::Addresses { .. }))
                ) =>
        {
            format!("Allocate {} blocks", list.len())
        }
        Some(list) if !list.is_empty() => format!("Allocate {}", format::prefixes(&list, 1)),
        _ => "Allocate".to_owned(),
    };
    browser::focus_soon("allocate-what");
    view! {
        <form class="task" aria-label=format!("Allocate from {}", source.label) on:submit=move |event| { event.prevent_default(); submit(); }>
            <h3>{if network { "New subnet in " } else { "Allocate from " }}{source.label.clone()}</h3>
            <label for="allocate-what">"What"</label>
            <input id="allocate-what" class="mono big" autocomplete="off" spellcheck="false" bind:value=text aria-describedby="allocate-says"
                placeholder="/24, /24 x 5, 144 or 10.1.2.0/24"/>
            <p id="allocate-says" class="says" aria-live="polite">
                {move || match typed.get() {
                    Ok(None) => view! { <span class="faint">"A length (/24), how many (/24 x 5), a number of addresses (144), a prefix or a range"</span> }.into_any(),
                    Ok(Some(what)) => view! { <span class="faint">{typed::describe(&what, family)}</span> }.into_any(),
                    Err(e) => view! {
                        <span class="warn">{e.reason}</span>
                        {e.meant.map(|meant| {
                            let fixed = meant.clone();
                            view! { " " <button type="button" on:click=move |_| text.set(fixed.clone())>"Use "<span class="mono">{meant}</span></button> }
                        })}
                    }.into_any(),
                }}
            </p>
            <div class="pair">
                {(!network).then(|| view! {
                    <div>
                        <label for="allocate-kind">"Kind"</label>
                        <select id="allocate-kind" bind:value=kind>
                            {KINDS.iter().filter(|(_, k, _)| *k != AllocationKind::Subnet).map(|(word, _, label)| view! { <option value=*word>{*label}</option> }).collect_view()}
                        </select>
                    </div>
                })}
                <div>
                    <label for="allocate-strategy">"Where"</label>
                    <select id="allocate-strategy" bind:value=strategy>
                        {STRATEGIES.iter().map(|(word, _, label)| view! { <option value=*word>{*label}</option> }).collect_view()}
                    </select>
                </div>
            </div>
            <div class="pair">
                <div>
                    <label for="allocate-name">"Name "<span class="faint">"(optional)"</span></label>
                    <input id="allocate-name" autocomplete="off" bind:value=name/>
                </div>
                {move || (kind.get() == "reservation").then(|| view! {
                    <div>
                        <label for="allocate-until">"Until "<span class="faint">"(UTC)"</span></label>
                        <input id="allocate-until" type="date" bind:value=until/>
                    </div>
                })}
            </div>
            <div class="effect" aria-live="polite">
                {move || match preview.answer.get() {
                    None => ().into_any(),
                    Some(Ok(committed)) => {
                        let list = taken(&committed);
                        view! { <p class="takes"><span class="sign" aria-hidden="true">"+"</span>"Takes "<strong class="mono">{format::prefixes(&list, 4)}</strong><span class="faint">" "{format::size(&list)}</span></p> }.into_any()
                    }
                    Some(Err(problem)) => view! {
                        <ProblemView problem=problem
                            on_take=Callback::new(move |cidr: Cidr| { text.set(cidr.to_string()); browser::focus("allocate-what"); })
                            on_pool=Callback::new(move |other: ClaimId| { let what = text.get_untracked(); nav.select(other); nav.begin(Task::Allocate, &what); })/>
                    }.into_any(),
                }}
            </div>
            <p class="actions">
                <button type="submit" class="primary" disabled=move || !ready()>{button}</button>
                <button type="button" on:click=move |_| nav.end()>"Close"</button>
            </p>
        </form>
    }
}
