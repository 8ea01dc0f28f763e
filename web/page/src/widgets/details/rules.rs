//! What a pool asks of what is allocated from it, whose word that is, and what tenants have of it.

use leptos::prelude::*;
use plat_api::{ClaimDetails, QuotaUsage};
use plat_domain::ClaimId;

use super::words::{self, From};
use crate::format;
use crate::nav::{Nav, Task};
use crate::widgets::section::Section;

/// The rules and the quotas of a pool.
#[component]
pub(super) fn RulesSection(id: ClaimId) -> impl IntoView {
    let nav = expect_context::<Nav>();
    let details = move || nav.details.value().filter(|d| d.row.id == id);
    view! {
        <Section name="rules" title="Rules and quotas">
            {move || details().map(|details| view! { <RuleList details/> })}
        </Section>
    }
}

#[component]
fn RuleList(details: ClaimDetails) -> impl IntoView {
    let nav = expect_context::<Nav>();
    let quotas = details.quotas.clone();
    view! {
        <dl class="rules">
            {words::rules(&details).into_iter().map(|rule| view! {
                <dt>{rule.what}</dt>
                <dd class:faint=rule.from == From::Usual>{rule.value}{match rule.from {
                    From::Own => "",
                    From::Around => " (from the pools around)",
                    From::Usual => " (usual)",
                }}</dd>
            }).collect_view()}
        </dl>
        {(!quotas.is_empty()).then(|| view! { <Quotas quotas/> })}
        <p><button type="button" class="quiet small" on:click=move |_| nav.begin(Task::Edit, "")>"Change the rules"</button></p>
    }
}

#[component]
fn Quotas(quotas: Vec<QuotaUsage>) -> impl IntoView {
    let unit = quotas.first().map(|q| q.unit.clone()).unwrap_or_default();
    view! {
        <table class="rows quotas">
            <thead><tr><th>"Tenant"</th><th class="end">"Has"</th><th class="end">"May have"</th><th><span class="unseen">"State"</span></th></tr></thead>
            <tbody>
                {quotas.into_iter().map(|q| {
                    let over = q.limit.is_some_and(|limit| q.used > limit);
                    view! { <tr>
                        <td>{q.tenant.to_string()}</td>
                        <td class="mono end" title=format::exact(q.used)>{format::short(q.used)}</td>
                        <td class="mono end">{q.limit.map_or("no limit".to_owned(), format::short)}</td>
                        <td>{over.then(|| view! { <span class="level-over">"▴ over"</span> })}</td>
                    </tr> }
                }).collect_view()}
            </tbody>
        </table>
        <p class="faint">"In "{unit}</p>
    }
}
