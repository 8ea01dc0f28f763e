//! What the selection is, how it stands to the rules, what it conflicts with, how full it is.

use leptos::prelude::*;
use plat_api::ClaimDetails;

use super::standing::StandingFacts;
use super::usage::UsageFacts;
use super::words;
use crate::browser;
use crate::format;
use crate::kinds;
use crate::nav::Nav;
use crate::url::View;
use crate::widgets::problem::ClaimLink;
use crate::widgets::tasks::Actions;

/// The first part of the panel.
#[component]
pub(super) fn Facts(details: ClaimDetails) -> impl IntoView {
    let nav = expect_context::<Nav>();
    let row = details.row.clone();
    let title = if row.name.is_empty() {
        kinds::place(&row.kind, &row.prefixes, 1)
    } else {
        row.name.clone()
    };
    let section = title.clone();
    let list = row.prefixes.iter().map(ToString::to_string);
    let copied = list.collect::<Vec<_>>().join("\n");
    let tags = row.tags.iter().map(|(k, v)| (k.to_owned(), v.to_owned()));
    let tags: Vec<(String, String)> = tags.collect();
    let range =
        (row.kind == "range" && !row.name.is_empty()).then(|| kinds::place(&row.kind, &row.prefixes, 1));
    let has_usage = matches!(row.kind.as_str(), "pool" | "network" | "subnet" | "range");
    let end = words::end(&row.kind);
    let marked = matches!(row.kind.as_str(), "range" | "address").then_some(if row.in_use {
        " · in use"
    } else {
        " · not marked as in use"
    });
    let whole = details.clone();
    view! {
        <section class="facts" aria-label=section>
            <nav class="crumbs" aria-label="Lies in">
                {details.ancestors.iter().cloned().map(|a| { let id = a.id; view! { <button type="button" class="link" on:click=move |_| nav.select(id)>{a.label}</button><span aria-hidden="true">" ▸ "</span> } }).collect_view()}
                <span>{row.kind.clone()}</span>
            </nav>
            <h2><span class=format!("kind kind-{}", row.kind) aria-hidden="true"></span>{title}</h2>
            <p class="prefixes">
                {row.prefixes.iter().map(|p| view! { <span class="mono">{p.to_string()}</span> }).collect_view()}
                <button type="button" class="quiet small" aria-label="Copy the prefixes" on:click=move |_| browser::copy(&copied)>"Copy"</button>
            </p>
            <p class="faint">
                {range.map(|ends| view! { <span class="mono">{ends}</span>" · " })}
                {format::size(&row.prefixes)}{marked}
                {row.observed.then_some(" · found, not allocated here")}
                {row.expires_at.map(|at| view! { " · "{end}" " <time datetime=at.to_string() title=at.to_string()>{format!("{} ({})", browser::day(at), format::relative(at, browser::now_ms()))}</time> })}
            </p>
            {(!row.description.is_empty()).then(|| view! { <p>{row.description.clone()}</p> })}
            {row.holder.clone().map(|h| view! { <p>"Held by "<strong>{h.name.to_string()}</strong><span class="faint">" "{h.kind.to_string()}</span></p> })}
            {details.tenant.clone().map(|tenant| view! { <p>"Tenant "<strong>{tenant.to_string()}</strong></p> })}
            {(!tags.is_empty()).then(|| view! { <p class="tags">{tags.into_iter().map(|(k, v)| view! { <span class="tag">{k}<span class="faint">{if v.is_empty() { String::new() } else { format!(" {v}") }}</span></span> }).collect_view()}</p> })}
            <Actions details=whole/>
            <StandingFacts status=row.compliance reasons=details.reasons.clone() findings=details.findings.clone()/>
            {(!details.conflicts.is_empty()).then(|| view! {
                <div class:hatched=row.conflicts.gt(&0) class:quiet-box=row.conflicts.eq(&0)>
                    <h3>{words::overlaps(details.conflicts.len() as u64, row.conflicts)}</h3>
                    <p>"Shares addresses with"</p>
                    <ul class="links">{details.conflicts.iter().cloned().map(|c| view! { <li><ClaimLink claim=c/></li> }).collect_view()}</ul>
                    <p><button type="button" class="quiet small" on:click=move |_| nav.show(View::Conflicts)>"Look at conflicts"</button></p>
                </div>
            })}
            {has_usage.then(|| view! { <UsageFacts details/> })}
        </section>
    }
}
