//! The selection: what it is, how full, what is free, who holds what, and what can be done with it.

use leptos::prelude::*;
use plat_api::{ClaimDetails, Free, Reference, Request, RowPage, TreeRequest};
use plat_domain::query::{Row, Usage};
use plat_domain::{Cidr, ClaimId, Count, Family, Policy, Strategy};

use crate::browser;
use crate::engine::{Engine, load, read};
use crate::format;
use crate::nav::{Nav, Task};
use crate::widgets::problem::ClaimLink;
use crate::widgets::tasks::{Actions, SpaceActions, TaskForm};
use crate::widgets::usage_bar::UsageBar;

mod model;

/// Free blocks listed at first.
const FREE_SHOWN: usize = 40;

/// The panel.
#[component]
pub(crate) fn Details() -> impl IntoView {
    let nav = expect_context::<Nav>();
    // Forms keep what was typed while the selection is read again after each change.
    let subject = Memo::new(move |_| {
        nav.details
            .value()
            .map(|d| d.row.id)
            .filter(|id| nav.selected.get() == Some(*id))
    });
    let rest = Memo::new(move |_| {
        let holder = nav
            .details
            .value()
            .filter(|d| nav.selected.get() == Some(d.row.id))
            .map(|d| d.row)?;
        matches!(holder.kind.as_str(), "pool" | "network").then(|| (holder.id, holder.kind == "pool"))
    });
    view! {
        <div class="details">
            <TaskForm subject/>
            {move || match (subject.get(), nav.details.value()) {
                (Some(_), Some(details)) => view! { <Facts details/> }.into_any(),
                _ if nav.selected.get().is_some() => ().into_any(),
                _ => view! { <SpaceFacts/> }.into_any(),
            }}
            // Read anew for another selection only: after a change the lists stay where they are until the new ones are there.
            {move || rest.get().map(|(id, pool)| view! {
                <div class="facts rest"><FreeFacts id/>{pool.then(|| view! { <Holders id/> })}</div>
            })}
        </div>
    }
}

/// Nothing selected: the space as a whole.
#[component]
fn SpaceFacts() -> impl IntoView {
    let nav = expect_context::<Nav>();
    move || {
        nav.space.get().map(|s| {
        let claims = nav.workspace.value().map_or(0, |w| w.claims);
        view! {
            <section class="facts">
                <p class="crumbs">"Space"</p>
                <h2>{s.space.name.to_string()}</h2>
                {(!s.space.description.as_str().is_empty()).then(|| view! { <p>{s.space.description.as_str().to_owned()}</p> })}
                <dl class="numbers">
                    <dt>"Claims in the workspace"</dt><dd class="mono">{format::group(&claims.to_string())}</dd>
                    {s.extent.iter().map(|cidr| view! { <dt>{format!("{} in", format::family(cidr.family()))}</dt><dd class="mono">{cidr.to_string()}</dd> }).collect_view()}
                </dl>
                <p class="faint">"Select a pool or a network to see how full it is, what is free and who holds it."</p>
                <SpaceActions/>
            </section>
        }
    })
    }
}

fn strategy_word(strategy: Strategy) -> &'static str {
    match strategy {
        Strategy::FirstFit => "first fit",
        Strategy::BestFit => "best fit",
        Strategy::FromEnd => "from the end",
        Strategy::Sparse => "sparse",
    }
}

/// A policy in words; nothing where all is allowed.
fn policy_words(policy: &Policy) -> Vec<String> {
    let mut words = Vec::new();
    words.extend(policy.shortest_len.map(|n| format!("largest block /{n}")));
    words.extend(policy.longest_len.map(|n| format!("smallest block /{n}")));
    words.extend(policy.default_len.map(|n| format!("usually /{n}")));
    words.extend(policy.strategy.map(|s| strategy_word(s).to_owned()));
    words
}

#[component]
fn Facts(details: ClaimDetails) -> impl IntoView {
    let nav = expect_context::<Nav>();
    let whole = details.clone();
    let ClaimDetails {
        row,
        ancestors,
        conflicts,
        policy,
        ..
    } = details;
    let is_pool = row.kind == "pool";
    let holds = is_pool || row.kind == "network";
    let title = if row.name.is_empty() {
        format::prefixes(&row.prefixes, 1)
    } else {
        row.name.clone()
    };
    let section = title.clone();
    let copied = row
        .prefixes
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("\n");
    let tags: Vec<(String, String)> = row
        .tags
        .iter()
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .collect();
    view! {
        <section class="facts" aria-label=section>
            <nav class="crumbs" aria-label="Lies in">
                {ancestors.into_iter().map(|a| { let id = a.id; view! { <button type="button" class="link" on:click=move |_| nav.select(id)>{a.label}</button><span aria-hidden="true">" ▸ "</span> } }).collect_view()}
                <span>{row.kind.clone()}</span>
            </nav>
            <h2><span class=format!("kind kind-{}", row.kind) aria-hidden="true"></span>{title}</h2>
            <p class="prefixes">
                {row.prefixes.iter().map(|p| view! { <span class="mono">{p.to_string()}</span> }).collect_view()}
                <button type="button" class="quiet small" aria-label="Copy the prefixes" on:click=move |_| browser::copy(&copied)>"Copy"</button>
            </p>
            <p class="faint">{format::size(&row.prefixes)}
                {row.observed.then_some(" · found, not allocated here")}
                {row.expires_at.map(|at| view! { " · ends " <time datetime=at.to_string() title=at.to_string()>{format::relative(at, browser::now_ms())}</time> })}
            </p>
            {(!row.description.is_empty()).then(|| view! { <p>{row.description.clone()}</p> })}
            {row.holder.clone().map(|h| view! { <p>"Held by "<strong>{h.name.to_string()}</strong><span class="faint">" "{h.kind.to_string()}</span></p> })}
            {(!tags.is_empty()).then(|| view! { <p class="tags">{tags.into_iter().map(|(k, v)| view! { <span class="tag">{k}<span class="faint">{if v.is_empty() { String::new() } else { format!(" {v}") }}</span></span> }).collect_view()}</p> })}
            <Actions details=whole/>
            {(!conflicts.is_empty()).then(|| view! {
                <div class="hatched">
                    <h3>"⚠ "{format::many(conflicts.len() as u64, "conflict", "conflicts")}</h3>
                    <p>"Shares addresses with"</p>
                    <ul class="links">{conflicts.into_iter().map(|c| view! { <li><ClaimLink claim=c/></li> }).collect_view()}</ul>
                </div>
            })}
            {holds.then(|| view! { <UsageFacts usage=row.usage/> })}
            {policy.map(|p| policy_words(&p)).filter(|w| !w.is_empty()).map(|words| view! { <h3>"Policy"</h3><p>{words.join(", ")}</p> })}
        </section>
    }
}

#[component]
fn UsageFacts(usage: Usage) -> impl IntoView {
    let line = |word: &'static str, class: &'static str, count: Count, points: Option<u16>| {
        let full = format::exact_addresses(count);
        let copied = count.to_string();
        view! {
            <dt><span class=format!("dot {class}") aria-hidden="true"></span>{word}</dt>
            <dd class="mono"><button type="button" class="number" title=format!("{full}; click to copy") aria-label=format!("{word}: {full}; copy") on:click=move |_| browser::copy(&copied)>{format::short(count)}</button>
                <span class="faint share">{points.map(format::percent)}</span></dd>
        }
    };
    let free_points = 10_000u16
        .saturating_sub(usage.allocated_basis_points)
        .saturating_sub(usage.reserved_basis_points);
    view! {
        <h3>"Usage"</h3>
        <UsageBar usage tall=true/>
        <dl class="numbers">
            {line("Total", "", usage.total, None)}
            {line("Allocated", "bar-allocated", usage.allocated, Some(usage.allocated_basis_points))}
            {(!usage.delegated.is_zero()).then(|| line("of it in child pools", "bar-delegated", usage.delegated, None))}
            {line("Reserved", "bar-reserved", usage.reserved, Some(usage.reserved_basis_points))}
            {line("Available", "bar-free", usage.available, Some(free_points))}
        </dl>
    }
}

#[component]
fn FreeFacts(id: ClaimId) -> impl IntoView {
    let (nav, engine) = (expect_context::<Nav>(), expect_context::<Engine>());
    let more = RwSignal::new(FREE_SHOWN);
    let free = load::<Free, _>(engine, move || {
        Some(read(Request::Free {
            pool: id.into(),
            limit: Some(more.get()),
        }))
    });
    let take = move |cidr: Cidr| nav.begin(Task::Allocate, &cidr.to_string());
    move || match free.answer.get() {
        None => ().into_any(),
        Some(Err(_)) => ().into_any(),
        Some(Ok(free)) => {
            let blocks = free.blocks.clone();
            let (some, sizes): (bool, Vec<_>) = (!blocks.is_empty(), {
                let fitting = || free.capacity.iter().filter(|c| !c.blocks.is_zero());
                let largest = fitting().next().map_or(0, |c| c.prefix_length);
                let family = free.largest.map_or(Family::V4, |cidr| cidr.family());
                fitting()
                    .filter(|c| model::is_shown(family, c.prefix_length, largest))
                    .cloned()
                    .collect()
            });
            view! {
                <h3>"Free"</h3>
                {if some {
                    view! {
                        <ul class="free">
                            {blocks.into_iter().map(|cidr| view! {
                                <li><button type="button" class="link mono" title="Allocate this block" on:click=move |_| take(cidr)>{cidr.to_string()}</button>
                                    <span class="faint mono">{format::short(cidr.count())}</span></li>
                            }).collect_view()}
                        </ul>
                        {free.more.then(|| view! { <button type="button" class="quiet" on:click=move |_| more.set(plat_api::PAGE_MAX)>"More free blocks"</button> })}
                    }.into_any()
                } else {
                    view! { <p class="faint">"Nothing is free."</p> }.into_any()
                }}
                {(!sizes.is_empty()).then(|| view! {
                    <details class="more" open>
                        <summary>"How many fit"</summary>
                        <table class="capacity">
                            <thead class="unseen"><tr><th>"Block"</th><th>"How many"</th></tr></thead>
                            <tbody>
                                {sizes.into_iter().map(|c| {
                                    let len = c.prefix_length;
                                    view! { <tr>
                                        <td><button type="button" class="link mono" title="Allocate one" on:click=move |_| nav.begin(Task::Allocate, &format!("/{len}"))>{format!("/{len}")}</button></td>
                                        <td class="mono" title=format::exact(c.blocks)>{format::short(c.blocks)}</td>
                                    </tr> }
                                }).collect_view()}
                            </tbody>
                        </table>
                    </details>
                })}
            }.into_any()
        }
    }
}

/// What lies directly in a pool and who holds it.
#[component]
fn Holders(id: ClaimId) -> impl IntoView {
    let (nav, engine) = (expect_context::<Nav>(), expect_context::<Engine>());
    let page = load::<RowPage, _>(engine, move || {
        Some(read(Request::Tree(TreeRequest {
            space: None,
            parent: Some(Reference::from(id)),
            after: None,
            limit: Some(200),
        })))
    });
    move || {
        let page = page.value()?;
        let held: Vec<Row> = page.rows.into_iter().filter(|r| r.holder.is_some()).collect();
        if held.is_empty() {
            return None;
        }
        let (count, more) = (held.len(), page.next.is_some());
        Some(view! {
            <details class="more" open>
                <summary>{format!("Holders ({count}{})", if more { "+" } else { "" })}</summary>
                <ul class="links">
                    {held.into_iter().take(50).map(|r| {
                        let id = r.id;
                        let holder = r.holder.map(|h| (h.name.to_string(), h.kind.to_string())).unwrap_or_default();
                        view! { <li><button type="button" class="link" on:click=move |_| nav.select(id)><strong>{holder.0}</strong>" "<span class="mono">{format::prefixes(&r.prefixes, 1)}</span><span class="faint">" "{holder.1}</span></button></li> }
                    }).collect_view()}
                </ul>
            </details>
        })
    }
}
