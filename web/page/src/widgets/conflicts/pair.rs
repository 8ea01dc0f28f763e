//! One pair: what is shared, both sides, and what was decided about it.

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{ClaimDetails, Request};
use plat_domain::query::Conflict;
use plat_domain::{Acceptance, ClaimId, Named};

use super::accept::AcceptForm;
use super::model::path;
use crate::browser;
use crate::engine::{Engine, load, read};
use crate::format;
use crate::widgets::problem::ClaimLink;
use crate::widgets::toast::{Toasts, sentence};

/// A pair as an item of the list.
#[component]
pub(super) fn Pair(conflict: Conflict) -> impl IntoView {
    let Conflict {
        left,
        right,
        shared,
        accepted,
        ..
    } = conflict;
    let (a, b) = (left.id, right.id);
    let what = format::prefixes(&shared, 3);
    let accepting = RwSignal::new(false);
    let is_accepted = accepted.is_some();
    let label = format!("{} and {}", left.label, right.label);
    view! {
        <li class:hatched=!is_accepted class:quiet-box=is_accepted>
            <p class:shared=!is_accepted><span aria-hidden="true">{if is_accepted { "✓ " } else { "⚠ " }}</span>"Both claim "<strong class="mono">{what.clone()}</strong><span class="faint">" "{format::size(&shared)}</span></p>
            <ul class="sides"><Side claim=left/><Side claim=right/></ul>
            {accepted.map(|acceptance| view! { <Accepted acceptance left=a right=b label=label.clone()/> })}
            {(!is_accepted).then(|| view! {
                {move || if accepting.get() {
                    view! { <AcceptForm left=a right=b what=what.clone() close=Callback::new(move |()| accepting.set(false))/> }.into_any()
                } else {
                    view! { <p class="actions"><button type="button" aria-label=format!("Accept that {label} overlap…") on:click=move |_| accepting.set(true)>"Accept…"</button></p> }.into_any()
                }}
            })}
        </li>
    }
}

/// One side, with where it lies.
#[component]
fn Side(claim: Named) -> impl IntoView {
    let engine = expect_context::<Engine>();
    let id = claim.id;
    let details = load::<ClaimDetails, _>(engine, move || Some(read(Request::Claim { claim: id.into() })));
    view! {
        <li>
            <ClaimLink claim/>
            <p class="faint">{move || details.value().map(|d| {
                let labels: Vec<String> = d.ancestors.into_iter().map(|a| a.label).collect();
                let tenant = d.tenant.map(|t| format!(" · tenant {t}")).unwrap_or_default();
                let found = if d.row.observed { " · found" } else { "" };
                format!("{}{tenant}{found}", path(&labels))
            })}</p>
        </li>
    }
}

/// Why and until when it is accepted, and the way back.
#[component]
fn Accepted(acceptance: Acceptance, left: ClaimId, right: ClaimId, label: String) -> impl IntoView {
    let (engine, toasts) = (expect_context::<Engine>(), expect_context::<Toasts>());
    let reopen = move |_| {
        spawn_local(async move {
            let request = Request::ReopenConflict {
                left: left.into(),
                right: right.into(),
            };
            match engine.add(request).await {
                Ok(_) => toasts.done("The conflict is open again"),
                Err(problem) => toasts.fail(&problem),
            }
        });
    };
    view! {
        <p class="acceptance"><strong>"Accepted: "</strong>{sentence(acceptance.reason.as_str())}
            <span class="faint">{match acceptance.expires_at {
                Some(at) => view! { " · a conflict again from "<time datetime=at.to_string() title=at.to_string()>{format!("{} ({})", browser::day(at), format::relative(at, browser::now_ms()))}</time> }.into_any(),
                None => view! { " · for good" }.into_any(),
            }}</span></p>
        <p class="actions"><button type="button" class="small" aria-label=format!("Reopen {label}") on:click=reopen>"Reopen"</button></p>
    }
}
