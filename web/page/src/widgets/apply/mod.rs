//! The plan on its way to the edge: its digest before and after, and what moved where the edge moved meanwhile.

mod model;

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{Applied, Problem};
use plat_domain::{Digest, Moved};
use plat_web_protocol::{Link, Question, Rebase, Source, Status};

use crate::browser;
use crate::engine::Engine;
use crate::format;
use crate::nav::{Nav, Task};
use crate::widgets::problem::{ClaimLink, ProblemView};
use crate::widgets::toast::Toasts;
use model::{moved_of, reason};

/// How far it is.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    Ready,
    Going,
    Refused(Problem),
    Moved { moved: Vec<Moved>, digest: Digest },
    Done { before: Digest, answer: Applied },
}

/// The panel.
#[component]
pub(crate) fn ApplyPanel() -> impl IntoView {
    let (nav, engine, toasts) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
    );
    let stage = RwSignal::new(Stage::Ready);
    // What was said of a plan is over once the plan is another.
    Effect::new(move |before: Option<Option<Digest>>| {
        let now = engine.status.with(|s| s.as_ref().map(|s| s.digest));
        if before.is_some_and(|b| b != now) {
            let over = stage.with_untracked(|stage| match stage {
                Stage::Done { answer, .. } => now != Some(answer.digest),
                Stage::Refused(_) | Stage::Moved { .. } => true,
                Stage::Ready | Stage::Going => false,
            });
            if over {
                stage.set(Stage::Ready);
            }
        }
        now
    });
    let apply = move |confirm: Option<Digest>| {
        let Some(status) = engine.status.get_untracked() else {
            return;
        };
        let before = confirm.unwrap_or(status.digest);
        stage.set(Stage::Going);
        spawn_local(async move {
            match engine.ask::<Applied>(Question::Apply { confirm }).await {
                Ok(answer) => {
                    toasts.say(format!(
                        "Applied: the workspace is at revision {}",
                        format::group(&answer.revision.to_string())
                    ));
                    stage.set(Stage::Done { before, answer });
                }
                Err(problem) => match moved_of(&problem) {
                    Some((moved, digest)) => stage.set(Stage::Moved { moved, digest }),
                    None => stage.set(Stage::Refused(problem)),
                },
            }
        });
    };
    let rebase = move |_| {
        stage.set(Stage::Going);
        spawn_local(async move {
            match engine.ask::<Rebase>(Question::Rebase { keep: true }).await {
                Ok(rebase) => {
                    toasts.say(format!(
                        "Your draft now stands on revision {}",
                        format::group(&rebase.base_revision.to_string())
                    ));
                    stage.set(Stage::Ready);
                }
                Err(problem) => stage.set(Stage::Refused(problem)),
            }
        });
    };
    view! {
        <div class="panel apply">
            <h2>"Apply"</h2>
            {move || match engine.status.get() {
                None => ().into_any(),
                Some(status) => match status.source.clone() {
                    Source::Local => view! {
                        <p>"This plan lives on this machine. Connect to a workspace to apply what you planned there, or save the plan as a file and hand it on."</p>
                        <p class="actions"><button type="button" class="primary" on:click=move |_| nav.begin(Task::Connect, "")>"Connect…"</button></p>
                    }.into_any(),
                    Source::Edge { workspace, head_revision, link, .. } => view! { <Before status=status workspace head_revision link/> }.into_any(),
                },
            }}
            {move || match stage.get() {
                Stage::Ready => {
                    let status = engine.status.get()?;
                    let Source::Edge { workspace, link, .. } = status.source else { return None };
                    let nothing = status.draft.steps == 0;
                    Some(view! {
                        <p class="actions">
                            <button type="button" class="primary" disabled=nothing on:click=move |_| apply(None)>{format!("Apply to {workspace}")}</button>
                            {nothing.then(|| view! { <span class="faint">"Nothing to apply yet"</span> })}
                            {(link == Link::Offline).then(|| view! { <span class="warn">"The edge does not answer right now"</span> })}
                        </p>
                    }.into_any())
                }
                Stage::Going => Some(view! { <p role="status"><progress aria-label="Applying"></progress>" Applying…"</p> }.into_any()),
                Stage::Refused(problem) => Some(view! {
                    <ProblemView problem/>
                    <p class="actions">
                        <button type="button" class="primary" on:click=move |_| apply(None)>"Try again"</button>
                        <button type="button" on:click=rebase>"Rebase my draft on the newest revision"</button>
                    </p>
                }.into_any()),
                Stage::Done { before, answer } => {
                    let equal = before == answer.digest;
                    Some(view! {
                        <div class="good" role="status">
                            <p><strong>"Applied. "</strong>"The workspace is at revision "<span class="mono">{format::group(&answer.revision.to_string())}</span>"."</p>
                            <dl class="digests">
                                <dt>"Digest in the planner"</dt><dd class="mono">{before.to_string()}</dd>
                                <dt>"Digest at the edge"</dt><dd class="mono">{answer.digest.to_string()}</dd>
                            </dl>
                            <p>{if equal { "✓ Equal: the edge did exactly what you saw." } else if answer.rebased { "The workspace had moved on; your changes are the same and stand on the newer revision." } else { "They differ: look at the workspace before you go on." }}</p>
                        </div>
                    }.into_any())
                }
                Stage::Moved { moved, digest } => Some(view! { <MovedTable moved digest apply rebase/> }.into_any()),
            }}
        </div>
    }
}

#[component]
fn Before(status: Status, workspace: String, head_revision: u64, link: Link) -> impl IntoView {
    let behind = head_revision.saturating_sub(status.base_revision);
    let digest = status.digest.to_string();
    let copied = digest.clone();
    view! {
        <dl class="digests">
            <dt>"Plan"</dt><dd>{status.draft.name.to_string()}</dd>
            <dt>"Onto"</dt><dd>{workspace}", revision "<span class="mono">{format::group(&status.base_revision.to_string())}</span>
                {(behind > 0).then(|| view! { <span class="warn">{format!(" — {} behind", format::many(behind, "revision", "revisions"))}</span> })}
                {(link == Link::Unauthorized).then(|| view! { <span class="warn">" — the token is not accepted any more"</span> })}</dd>
            <dt>"Changes"</dt><dd>{format!("{} added, {} changed, {} released", status.effect.pools_added + status.effect.claims_added, status.effect.changed, status.effect.released)}</dd>
            <dt>"Digest in the planner"</dt><dd class="mono digest">{digest}<button type="button" class="quiet small" aria-label="Copy this digest" on:click=move |_| browser::copy(&copied)>"Copy"</button></dd>
        </dl>
        <p class="faint">"The edge decides the same commands again. If the result is the same, it commits and reports this digest."</p>
    }
}

/// What would be elsewhere, and the two ways on.
#[component]
fn MovedTable<A, R>(moved: Vec<Moved>, digest: Digest, apply: A, rebase: R) -> impl IntoView
where
    A: Fn(Option<Digest>) + Copy + Send + 'static,
    R: Fn(leptos::ev::MouseEvent) + Copy + Send + 'static,
{
    let count = moved.len() as u64;
    view! {
        <div class="moved" role="alert">
            <h3>"The workspace moved while you planned"</h3>
            <p>{format!("{} differ from what you saw. Nothing was applied.", format::many(count, "claim would", "claims would"))}</p>
        </div>
        <div class="table-scroll" tabindex="0" role="region" aria-label="What moved">
            <table class="rows">
                <thead><tr><th scope="col">"Claim"</th><th scope="col">"Before"</th><th scope="col">"Now"</th><th scope="col">"Why"</th></tr></thead>
                <tbody>
                    {moved.into_iter().map(|m| {
                        let why = reason(&m);
                        view! {
                            <tr>
                                <td>{m.label.clone()}</td>
                                <td class="mono"><del>{format::prefixes(&m.before, 2)}</del></td>
                                <td class="mono">{format::prefixes(&m.now, 2)}</td>
                                <td>{why}{m.because.into_iter().map(|claim| view! { <ClaimLink claim/> }).collect_view()}</td>
                            </tr>
                        }
                    }).collect_view()}
                </tbody>
            </table>
        </div>
        <p class="faint">"Digest of the rebased plan: "<span class="mono">{digest.to_string()}</span></p>
        <p class="actions">
            <button type="button" class="primary" on:click=move |_| apply(Some(digest))>"Apply the rebased plan"</button>
            <button type="button" on:click=rebase>"Keep my draft, rebase it"</button>
        </p>
    }
}
