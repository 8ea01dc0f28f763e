//! A refusal: the rule in words, what blocks as links, what could be done instead as buttons.

use leptos::prelude::*;
use plat_api::Problem;
use plat_domain::{Alternatives, Cidr, ClaimId, Named};
use serde::de::DeserializeOwned;

use crate::format;
use crate::nav::Nav;
use crate::widgets::toast::sentence;

fn field<T: DeserializeOwned>(problem: &Problem, name: &str) -> Option<T> {
    problem
        .fields
        .get(name)
        .and_then(|v| serde_json::from_str(&v.to_string()).ok())
}

/// A problem with its next steps. `on_take` is called with a free block chosen instead, `on_pool` with another pool.
#[component]
pub(crate) fn ProblemView(
    problem: Problem,
    #[prop(optional, into)] on_take: Option<Callback<Cidr>>,
    #[prop(optional, into)] on_pool: Option<Callback<ClaimId>>,
) -> impl IntoView {
    let blockers: Vec<Named> = ["blockers", "orphans"]
        .iter()
        .find_map(|n| field(&problem, n))
        .unwrap_or_default();
    let total = ["blockersTotal", "orphansTotal"]
        .iter()
        .find_map(|n| field::<u64>(&problem, n))
        .unwrap_or(0);
    let alternatives: Alternatives = field(&problem, "alternatives").unwrap_or_default();
    let more = total.saturating_sub(blockers.len() as u64);
    let mut free = alternatives.free.clone();
    if free.is_empty() {
        free.extend(alternatives.largest_free);
    }
    // What is offered below as buttons need not be read twice.
    let offered =
        (on_take.is_some() && !free.is_empty()) || (on_pool.is_some() && !alternatives.pools.is_empty());
    let said = if offered {
        problem.detail.split("; ").next().unwrap_or_default()
    } else {
        problem.detail.as_str()
    }
    .trim_end_matches('.');
    view! {
        <div class="problem" role="group" aria-label=problem.title.clone()>
            <p class="problem-title"><span class="mark" aria-hidden="true">"!"</span>{problem.title.clone()}</p>
            <p>{sentence(said)}"."</p>
            {(!blockers.is_empty()).then(|| view! {
                <p class="label">"In the way"</p>
                <ul class="links">
                    {blockers.into_iter().map(|b| view! { <li><ClaimLink claim=b/></li> }).collect_view()}
                    {(more > 0).then(|| view! { <li>{format!("and {more} more")}</li> })}
                </ul>
            })}
            {on_take.filter(|_| !free.is_empty()).map(|take| view! {
                <p class="label">"Free instead"</p>
                <p class="choices">
                    {free.into_iter().map(|cidr| view! {
                        <button type="button" on:click=move |_| take.run(cidr)>"Use "<span class="mono">{cidr.to_string()}</span></button>
                    }).collect_view()}
                </p>
            })}
            {on_pool.filter(|_| !alternatives.pools.is_empty()).map(|go| view! {
                <p class="label">"Take it from a pool with room"</p>
                <p class="choices">
                    {alternatives.pools.into_iter().map(|pool| {
                        let id = pool.id;
                        view! { <button type="button" on:click=move |_| go.run(id)>{pool.label}</button> }
                    }).collect_view()}
                </p>
            })}
        </div>
    }
}

/// A claim named somewhere, as a link that selects it.
#[component]
pub(crate) fn ClaimLink(claim: Named) -> impl IntoView {
    let nav = expect_context::<Nav>();
    let prefixes = format::prefixes(&claim.prefixes, 2);
    let label = if claim.label == prefixes {
        String::new()
    } else {
        claim.label.clone()
    };
    let id = claim.id;
    view! {
        <button type="button" class="link" on:click=move |_| nav.select(id)>
            <span class=format!("kind kind-{}", claim.kind) aria-hidden="true"></span>
            <span class="mono">{prefixes}</span>" "{label}
            <span class="faint">" "{claim.kind.clone()}{claim.holder.map(|h| format!(", {h}"))}</span>
        </button>
    }
}
