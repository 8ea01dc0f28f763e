//! What is free in the selection, and how many blocks of which length fit.

use leptos::prelude::*;
use plat_api::{Free, Request};
use plat_domain::{Cidr, ClaimId, Family};

use super::model;
use crate::engine::{Engine, load, read};
use crate::format;
use crate::nav::{Nav, Task};

/// Free blocks listed at first.
const FREE_SHOWN: usize = 40;

#[component]
pub(super) fn FreeFacts(id: ClaimId) -> impl IntoView {
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
