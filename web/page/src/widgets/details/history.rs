//! What happened to addresses: who, when, from which base, what changed; what they held included.

use leptos::prelude::*;
use plat_api::HistoryPage;
use plat_domain::query::Event;
use plat_domain::{Cidr, SpaceId};
use plat_web_protocol::{Question, Source, View};

use super::words::{Line, line, revisions};
use crate::browser;
use crate::engine::Engine;
use crate::format;
use crate::pages::{Pages, pages};
use crate::widgets::problem::ProblemView;
use crate::widgets::section::Section;

/// Claims listed of one revision: an import has thousands.
const SHOWN: usize = 20;

/// The section; begins with the prefix of the selection, goes on with any other.
#[component]
pub(super) fn HistorySection(space: SpaceId, cidr: Option<Cidr>) -> impl IntoView {
    view! { <Section name="history" title="History"><History space cidr/></Section> }
}

#[component]
fn History(space: SpaceId, cidr: Option<Cidr>) -> impl IntoView {
    let engine = expect_context::<Engine>();
    let text = RwSignal::new(cidr.map(|c| c.to_string()).unwrap_or_default());
    let asked = Memo::new(move |_| text.get().trim().parse::<Cidr>().ok());
    let edge = Memo::new(move |_| {
        engine.status.with(|s| match s.as_ref().map(|s| &s.source) {
            Some(Source::Edge { workspace, .. }) => Some(workspace.clone()),
            Some(Source::Local) | None => None,
        })
    });
    let of = move |view: View| {
        pages(
            engine,
            move |skip: Option<u64>| {
                let cidr = asked.get()?;
                if view == View::Base && edge.with(Option::is_none) {
                    return None;
                }
                let skip = skip.unwrap_or(0);
                Some(Question::History {
                    space,
                    cidr,
                    view,
                    skip,
                })
            },
            |page: HistoryPage| (page.events, page.next),
        )
    };
    let (journal, draft) = (of(View::Base), of(View::Draft));
    view! {
        <label for="history-cidr">"Addresses"</label>
        <input id="history-cidr" class="mono" autocomplete="off" spellcheck="false" placeholder="10.0.0.0/16" bind:value=text/>
        {move || (asked.get().is_none() && !text.get().trim().is_empty()).then(|| view! { <p class="warn">"Give a prefix such as 10.0.0.0/16"</p> })}
        {move || edge.get().map(|workspace| view! {
            <h4>"In "{workspace}</h4>
            <Events list=journal none="Nothing yet."/>
        })}
        <h4>"In this draft"</h4>
        <Events list=draft none="Nothing yet."/>
    }
}

#[component]
fn Events(list: Pages<Event>, none: &'static str) -> impl IntoView {
    move || {
        match list.rows.get() {
        None => view! { <p class="skeleton"></p> }.into_any(),
        Some(Err(problem)) => view! { <ProblemView problem/> }.into_any(),
        Some(Ok(events)) if events.is_empty() => view! { <p class="faint">{none}</p> }.into_any(),
        Some(Ok(events)) => view! {
            <ol class="history">{revisions(&events).map(|events| view! { <Revision events=events.to_vec()/> }).collect_view()}</ol>
            {move || list.more.get().then(|| view! { <button type="button" class="quiet small" on:click=move |_| list.read_on()>"Show what came later"</button> })}
        }
        .into_any(),
    }
    }
}

#[component]
fn Revision(events: Vec<Event>) -> impl IntoView {
    let first = events.first().cloned()?;
    let more = events.len().saturating_sub(SHOWN);
    let at = first.at.to_string();
    Some(view! {
        <li>
            <p class="what"><strong>{format::step(&first.word).to_owned()}</strong>" by "{first.actor.to_string()}", "
                <time datetime=at.clone() title=at>{format::relative(first.at, browser::now_ms())}</time></p>
            <p class="faint">{format!("revision {}", first.revision)}{first.base.map(|base| format!(", seen from {base}"))}</p>
            <ul>
                {events.iter().take(SHOWN).map(|event| {
                    let Line { sign, word, kind, label, before, now, notes } = line(event);
                    view! { <li class=format!("diff-{word}")>
                        <span class="sign" title=word><span aria-hidden="true">{sign}</span><span class="unseen">{word}</span></span>
                        <span class=format!("kind kind-{kind}") aria-hidden="true"></span>
                        <span class="mono">{(!before.is_empty()).then(|| view! { <del>{before}</del>" → " })}{now}</span>
                        " "{label}<span class="faint">" "{kind}{(!notes.is_empty()).then(|| format!(": {notes}"))}</span>
                    </li> }
                }).collect_view()}
                {(more > 0).then(|| view! { <li class="faint">{format!("and {more} more")}</li> })}
            </ul>
        </li>
    })
}
