//! What changes, claim by claim: added, changed, released, with prefixes before and now.

mod model;

use leptos::prelude::*;
use plat_domain::Diff;

use crate::nav::Nav;
pub(crate) use model::{Entry, Sign, entries};

/// Lines shown at most: more are counted.
const SHOWN: usize = 400;

/// A list of differences. Its own words when there are none.
#[component]
pub(crate) fn DiffList(diff: Diff) -> impl IntoView {
    let nav = expect_context::<Nav>();
    let list = entries(&diff);
    let more = list.len().saturating_sub(SHOWN);
    view! {
        <ul class="diff">
            {list.into_iter().take(SHOWN).map(|entry| {
                let Entry { id, sign, kind, label, before, now, notes } = entry;
                let there = sign != Sign::Released;
                let moved = !before.is_empty() && !now.is_empty() && before != now;
                view! {
                    <li class=format!("diff-{}", sign.word())>
                        <span class="sign" title=sign.word()><span aria-hidden="true">{sign.mark()}</span><span class="unseen">{sign.word()}</span></span>
                        <span class=format!("kind kind-{kind}") aria-hidden="true"></span>
                        <span class="mono">
                            {moved.then(|| view! { <del>{before.clone()}</del>" → " })}
                            {if now.is_empty() { before } else { now }}
                        </span>
                        {if there && !label.is_empty() {
                            view! { <button type="button" class="link" on:click=move |_| nav.select(id)>{label}</button> }.into_any()
                        } else {
                            view! { <span>{label}</span> }.into_any()
                        }}
                        <span class="faint">{kind.clone()}{(!notes.is_empty()).then(|| format!(": {}", notes.join(", ")))}</span>
                    </li>
                }
            }).collect_view()}
            {(more > 0).then(|| view! { <li class="faint">{format!("and {more} more")}</li> })}
        </ul>
    }
}
