//! Pairs of claims that share addresses: both named, what they share, a click selects.

use leptos::prelude::*;
use plat_api::{ConflictPage, PAGE_DEFAULT, PAGE_MAX, Reference, Request};

use crate::engine::{Engine, load, read};
use crate::format;
use crate::nav::Nav;
use crate::widgets::problem::{ClaimLink, ProblemView};

/// The list, of the space shown.
#[component]
pub(crate) fn Conflicts() -> impl IntoView {
    let (nav, engine) = (expect_context::<Nav>(), expect_context::<Engine>());
    let limit = RwSignal::new(PAGE_DEFAULT);
    let page = load::<ConflictPage, _>(engine, move || {
        let space = nav.space.with(|s| s.as_ref().map(|s| s.space.id))?;
        Some(read(Request::Conflicts {
            space: Some(Reference::from(space)),
            skip: None,
            limit: Some(limit.get()),
        }))
    });
    view! {
        <div class="panel">
            <h2>"Conflicts"</h2>
            {move || match page.answer.get() {
                None => view! { <p class="skeleton"></p> }.into_any(),
                Some(Err(problem)) => view! { <ProblemView problem/> }.into_any(),
                Some(Ok(page)) if page.total == 0 => view! {
                    <p>"None. No two claims of this space share an address unless one was declared to lie in the other."</p>
                }.into_any(),
                Some(Ok(page)) => {
                    let (shown, total) = (page.conflicts.len() as u64, page.total);
                    view! {
                        <p class="faint">{format::many(total, "pair shares addresses", "pairs share addresses")}</p>
                        <ol class="conflicts">
                            {page.conflicts.into_iter().map(|c| view! {
                                <li class="hatched">
                                    <p class="shared"><span aria-hidden="true">"⚠ "</span>"Both claim "<strong class="mono">{format::prefixes(&c.shared, 3)}</strong><span class="faint">" "{format::size(&c.shared)}</span></p>
                                    <div class="sides"><ClaimLink claim=c.left/><span class="faint">"and"</span><ClaimLink claim=c.right/></div>
                                </li>
                            }).collect_view()}
                        </ol>
                        {(shown < total && shown < PAGE_MAX as u64).then(|| view! { <p><button type="button" on:click=move |_| limit.set(PAGE_MAX)>"Show more"</button></p> })}
                    }.into_any()
                }
            }}
        </div>
    }
}
