//! What the plan changes, net of what came and went in between.

use leptos::prelude::*;
use plat_domain::Diff;
use plat_web_protocol::{Question, Source};

use crate::engine::{Engine, load};
use crate::format;
use crate::widgets::diff_list::DiffList;
use crate::widgets::problem::ProblemView;

/// The difference between the draft and its base.
#[component]
pub(crate) fn Compare() -> impl IntoView {
    let engine = expect_context::<Engine>();
    let diff = load::<Diff, _>(engine, || Some(Question::Diff));
    let base = move || {
        engine.status.with(|s| {
            s.as_ref().map(|s| match &s.source {
                Source::Local => "an empty workspace".to_owned(),
                Source::Edge { workspace, .. } => format!(
                    "{workspace}, revision {}",
                    format::group(&s.base_revision.to_string())
                ),
            })
        })
    };
    view! {
        <div class="panel">
            <h2>"What this plan changes"</h2>
            <p class="faint">"Compared with "{base}</p>
            {move || match diff.answer.get() {
                None => view! { <p class="skeleton"></p> }.into_any(),
                Some(Err(problem)) => view! { <ProblemView problem/> }.into_any(),
                Some(Ok(diff)) if diff.claims.is_empty() && diff.spaces == 0 && diff.resources == 0 && diff.acceptances == 0 => view! {
                    <p>"Nothing yet. Whatever you allocate, edit or release shows here first."</p>
                }.into_any(),
                Some(Ok(diff)) => {
                    let added = diff.claims.iter().filter(|d| d.before.is_none()).count() as u64;
                    let released = diff.claims.iter().filter(|d| d.now.is_none()).count() as u64;
                    let changed = diff.claims.len() as u64 - added - released;
                    let others = [(diff.spaces, "space", "spaces"), (diff.resources, "resource", "resources"), (diff.acceptances, "accepted conflict", "accepted conflicts")];
                    view! {
                        <ul class="counts">
                            <li class="create"><strong class="mono">{format!("+{}", format::group(&added.to_string()))}</strong>" added"</li>
                            <li class="flag"><strong class="mono">{format!("~{}", format::group(&changed.to_string()))}</strong>" changed"</li>
                            <li class="error"><strong class="mono">{format!("−{}", format::group(&released.to_string()))}</strong>" released"</li>
                            {others.into_iter().filter(|(n, _, _)| *n > 0).map(|(n, one, several)| view! { <li class="faint">{format::many(n, one, several)}</li> }).collect_view()}
                        </ul>
                        <DiffList diff/>
                    }.into_any()
                }
            }}
        </div>
    }
}
