//! Take space from a pool (or a part of a network): one field that understands what is typed, and what it would take.

mod kinds;
mod model;
mod more;
mod options;
mod source;

use leptos::prelude::*;
use plat_api::{AllocationKind, Committed};
use plat_domain::{Cidr, ClaimId, Timestamp};

use crate::browser;
use crate::nav::{Nav, Task};
use crate::typed;
use crate::widgets::problem::ProblemView;
use crate::widgets::proposal::Proposal;
use crate::widgets::toast::Toasts;
pub(crate) use kinds::{STRATEGIES, strategy_of};
use kinds::{describe, first_kind, kind_of, kinds, said, size, usual};
use model::{Form, request};
use more::{More, MoreFields};
pub(crate) use source::{Source, pool_of, source_of};

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
pub(crate) fn AllocateForm(
    source: Source,
    /// True to begin with a reservation.
    #[prop(optional)]
    reserve: bool,
) -> impl IntoView {
    let (nav, toasts) = (expect_context::<Nav>(), expect_context::<Toasts>());
    let (pool, family, default_len) = (source.id, source.family, source.default_len);
    let offered = kinds(&source.kind);
    let from_pool = source.kind == "pool";
    let seed = nav.seed.get_untracked();
    let word = if reserve && from_pool {
        "reservation"
    } else {
        first_kind(&source.kind, &seed)
    };
    let kind = RwSignal::new(word.to_owned());
    let usual_now = move |word: &str| usual(kind_of(word), family, default_len);
    let text = RwSignal::new(if seed.is_empty() { usual_now(word) } else { seed });
    let name = RwSignal::new(String::new());
    let strategy = RwSignal::new(String::new());
    let until = RwSignal::new(String::new());
    let in_use = RwSignal::new(false);
    let more = More::new();
    let id = RwSignal::new(browser::fresh_id());

    // What was not typed by anybody follows the kind.
    Effect::new(move |before: Option<String>| {
        let now = kind.get();
        if let Some(before) = before
            && text.with_untracked(|t| *t == usual_now(&before))
        {
            text.set(usual_now(&now));
        }
        now
    });
    let hosts = move || {
        matches!(
            kind_of(&kind.get()),
            AllocationKind::Range | AllocationKind::Address
        )
    };
    let typed = Memo::new(move |_| typed::read(&text.get()));
    let form = move || {
        Ok::<_, String>(Form {
            id: id.get(),
            pool,
            kind: kind_of(&kind.get()),
            strategy: strategy_of(&strategy.get()),
            name: name.get(),
            expires_at: Some(until.get())
                .filter(|u| !u.is_empty())
                .and_then(|day| format!("{day}T00:00:00Z").parse::<Timestamp>().ok()),
            in_use: in_use.get(),
            options: more.texts().read()?,
        })
    };
    let proposal = Proposal::new(move || match typed.get() {
        Ok(Some(typed)) => request(&form()?, &typed).map(Some),
        Ok(None) | Err(_) => Ok(None),
    });
    let preview = proposal.preview;
    let submit = move || {
        let expected = preview.value().map(|c| taken(&c)).unwrap_or_default();
        proposal.submit(move |committed| {
            let mut got = taken(&committed);
            if got.is_empty() {
                got = expected;
            }
            toasts.done(format!(
                "Allocated {}",
                said(kind_of(&kind.get_untracked()), &got, 3)
            ));
            id.set(browser::fresh_id());
        });
    };
    let button = move || match preview.value() {
        Some(committed) => match taken(&committed) {
            list if list.is_empty() => "Allocate".to_owned(),
            list if list.len() > 1 && committed.claim.is_none() => format!("Allocate {} blocks", list.len()),
            list => format!("Allocate {}", said(kind_of(&kind.get()), &list, 1)),
        },
        None => "Allocate".to_owned(),
    };
    browser::focus_soon("allocate-what");
    view! {
        <form class="task" aria-label=format!("Allocate from {}", source.label) on:submit=move |event| { event.prevent_default(); submit(); }>
            <h3>{if from_pool { "Allocate from " } else { "Allocate in " }}{source.label.clone()}</h3>
            <label for="allocate-what">"What"</label>
            <input id="allocate-what" class="mono big" autocomplete="off" spellcheck="false" bind:value=text aria-describedby="allocate-says"
                placeholder=move || if hosts() { "next, 20, 10.1.2.10-20 or 10.1.2.4" } else { "/24, /24 x 5, 144 or 10.1.2.0/24" }/>
            <p id="allocate-says" class="says" aria-live="polite">
                {move || match typed.get() {
                    Ok(None) => view! { <span class="faint">{if hosts() { "next, a number of addresses (20), a range (10.1.2.10-20) or an address" } else { "A length (/24), how many (/24 x 5), a number of addresses (144), a prefix or a range" }}</span> }.into_any(),
                    Ok(Some(what)) => match form() {
                        Ok(form) => view! { <span class="faint">{describe(form.kind, form.options.max_prefixes, &what, family)}</span> }.into_any(),
                        Err(_) => ().into_any(),
                    },
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
                <div>
                    <label for="allocate-kind">"Kind"</label>
                    <select id="allocate-kind" bind:value=kind>
                        {offered.iter().map(|(w, _, label)| view! { <option value=*w selected=*w == word>{*label}</option> }).collect_view()}
                    </select>
                </div>
                <div>
                    <label for="allocate-strategy">"Where"</label>
                    <select id="allocate-strategy" bind:value=strategy>
                        {STRATEGIES.iter().map(|(w, _, label)| view! { <option value=*w>{if w.is_empty() && !from_pool { "First fit (usual)" } else { label }}</option> }).collect_view()}
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
                {move || hosts().then(|| view! {
                    <label class="tick"><input type="checkbox" bind:checked=in_use/>" In use"</label>
                })}
            </div>
            <MoreFields more family pool=from_pool.then_some(pool)/>
            <div class="effect" aria-live="polite">
                {move || match (proposal.wish.get(), preview.answer.get()) {
                    (Err(wrong), _) => view! { <p class="warn">{wrong}</p> }.into_any(),
                    (Ok(None), _) | (_, None) => ().into_any(),
                    (_, Some(Ok(committed))) => {
                        let list = taken(&committed);
                        view! { <p class="takes"><span class="sign" aria-hidden="true">"+"</span>"Takes "<strong class="mono">{said(kind_of(&kind.get_untracked()), &list, 4)}</strong><span class="faint">" "{size(kind_of(&kind.get_untracked()), &list)}</span></p> }.into_any()
                    }
                    (_, Some(Err(problem))) => view! {
                        <ProblemView problem=problem
                            on_take=Callback::new(move |cidr: Cidr| { text.set(cidr.to_string()); browser::focus("allocate-what"); })
                            on_pool=Callback::new(move |other: ClaimId| { let what = text.get_untracked(); nav.select(other); nav.begin(Task::Allocate, &what); })/>
                    }.into_any(),
                }}
            </div>
            <p class="actions">
                <button type="submit" class="primary" disabled=move || !proposal.ready()>{button}</button>
                <button type="button" on:click=move |_| nav.end()>"Close"</button>
            </p>
        </form>
    }
}
