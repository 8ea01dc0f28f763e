//! How the selection stands to the rules, with the reasons, and what is worth knowing about it.

use leptos::prelude::*;
use plat_domain::query::{Compliance, Finding};

use crate::kinds;
use crate::widgets::toast::sentence;

/// A status as a mark with its word.
#[component]
pub(crate) fn StandingMark(status: Compliance) -> impl IntoView {
    let (mark, word) = kinds::standing(status);
    view! { <span class=format!("standing is-{word}")><span class="mark" aria-hidden="true">{mark}</span>{word}</span> }
}

/// A reason as a sentence; one that begins with a tenant's name stays as it is.
fn said(reason: &Finding) -> String {
    if reason.code == "quota-exceeded" {
        reason.detail.clone()
    } else {
        sentence(&reason.detail)
    }
}

/// Reasons as a list.
#[component]
pub(crate) fn Reasons(reasons: Vec<Finding>) -> impl IntoView {
    view! { <ul class="reasons">{reasons.into_iter().map(|r| view! { <li>{said(&r)}</li> }).collect_view()}</ul> }
}

/// Status, reasons, findings; nothing where there is nothing to say.
#[component]
pub(super) fn StandingFacts(
    status: Option<Compliance>,
    reasons: Vec<Finding>,
    findings: Vec<Finding>,
) -> impl IntoView {
    if status.is_none() && findings.is_empty() {
        return None;
    }
    Some(view! {
        <div class="standing-facts" role="group" aria-label="Compliance">
            {status.map(|status| view! { <p><StandingMark status/></p> })}
            {(!reasons.is_empty()).then(|| view! { <Reasons reasons/> })}
            {(!findings.is_empty()).then(|| view! {
                <p class="label">"Worth knowing"</p>
                <Reasons reasons=findings/>
            })}
        </div>
    })
}
