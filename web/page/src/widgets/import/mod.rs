//! Import: files dropped, pasted or chosen wait in a queue; each is shown row by row before anything is taken in.

mod model;

use std::collections::VecDeque;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{Problem, Request};
use plat_web_protocol::{Question, Rebase, View};
use serde_json::Value;
use web_sys::File;

use crate::browser::{self, ReadFile};
use crate::engine::Engine;
use crate::format;
use crate::nav::Nav;
use crate::url;
use crate::widgets::problem::ProblemView;
use crate::widgets::toast::Toasts;
use model::{Choices, Outcome, Preview, as_plan, button, format_words, lines_with_errors, request};

/// Rows drawn at first; the rest on request.
const ROWS_SHOWN: usize = 300;

/// Files waiting; copies are the same queue.
#[derive(Clone, Copy)]
pub(crate) struct Imports {
    queue: RwSignal<VecDeque<ReadFile>>,
    nav: Nav,
    engine: Engine,
    toasts: Toasts,
}

impl Imports {
    pub(crate) fn new(nav: Nav, engine: Engine, toasts: Toasts) -> Self {
        Self {
            queue: RwSignal::new(VecDeque::new()),
            nav,
            engine,
            toasts,
        }
    }

    /// How many wait.
    pub(crate) fn waiting(self) -> usize {
        self.queue.with(VecDeque::len)
    }

    /// Takes files from a drop or a chooser.
    pub(crate) fn take(self, files: Vec<File>) {
        spawn_local(async move {
            for file in files {
                if let Some(read) = browser::read_file(file).await {
                    self.take_read(read);
                }
            }
        });
    }

    /// Takes a file that was read, or pasted text.
    pub(crate) fn take_read(self, file: ReadFile) {
        if let Some(plan) = as_plan(&file.bytes) {
            self.open_plan(plan);
            return;
        }
        self.queue.update(|q| q.push_back(file));
        self.nav.show(url::View::Import);
    }

    fn open_plan(self, plan: Value) {
        spawn_local(async move {
            match self.engine.ask::<Rebase>(Question::OpenPlan { plan }).await {
                Ok(rebase) => {
                    self.toasts.say(if rebase.moved.is_empty() {
                        "Opened the plan as a draft of its own".to_owned()
                    } else {
                        format!(
                            "Opened the plan; {} elsewhere on this base",
                            format::many(rebase.moved.len() as u64, "claim is", "claims are")
                        )
                    });
                    self.nav.show(url::View::Compare);
                }
                Err(problem) => self.toasts.fail(&problem),
            }
        });
    }

    fn next(self) {
        self.queue.update(|q| drop(q.pop_front()));
        if self.queue.with_untracked(VecDeque::is_empty) {
            self.nav.show(url::View::Map);
        }
    }
}

/// The panel: the first file of the queue.
#[component]
pub(crate) fn ImportPanel() -> impl IntoView {
    let imports = expect_context::<Imports>();
    let first = Memo::new(move |_| imports.queue.with(|q| q.front().cloned()));
    move || {
        match first.get() {
        Some(file) => view! { <FilePanel file/> }.into_any(),
        None => view! {
            <div class="panel">
                <h2>"Import"</h2>
                <p>"Drop files anywhere on this page, paste a table, or choose a file. You see what would happen before anything does."</p>
                <p class="actions"><ChooseFiles/></p>
                <p class="faint">"Reads Azure virtual networks (az network vnet list), NetBox prefixes (CSV), Plat's own exports and plan files."</p>
            </div>
        }.into_any(),
    }
    }
}

/// A button that opens the file chooser.
#[component]
pub(crate) fn ChooseFiles() -> impl IntoView {
    let imports = expect_context::<Imports>();
    let chooser = NodeRef::<leptos::html::Input>::new();
    let chosen = move |_| {
        if let Some(input) = chooser.get_untracked() {
            if let Some(list) = input.files() {
                imports.take(browser::files(&list));
            }
            input.set_value("");
        }
    };
    view! {
        <label class="button">
            "Choose files…"
            <input class="unseen" type="file" multiple node_ref=chooser on:change=chosen accept=".csv,.json,.txt,.yaml,.yml,.tfstate"/>
        </label>
    }
}

#[component]
fn FilePanel(file: ReadFile) -> impl IntoView {
    let (nav, engine, toasts, imports) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
        expect_context::<Imports>(),
    );
    let file = StoredValue::new(file);
    let choices = RwSignal::new(Choices::default());
    let preview = RwSignal::new(None::<Result<Preview, Problem>>);
    let reading = RwSignal::new(false);
    let slow = RwSignal::new(false);
    let importing = RwSignal::new(false);
    let all = RwSignal::new(false);
    let latest = StoredValue::new(0u32);
    let version = engine.version();
    let space = Memo::new(move |_| nav.space.with(|s| s.as_ref().map(|s| s.space.id.to_string())));

    Effect::new(move |_| {
        let opened = !version.get().is_empty();
        let (choices, space) = (choices.get(), space.get());
        if !opened || importing.get_untracked() {
            return;
        }
        latest.update_value(|n| *n += 1);
        let mine = latest.get_value();
        reading.set(true);
        set_timeout(
            move || slow.set(reading.try_get_untracked() == Some(true)),
            Duration::from_millis(150),
        );
        let request = file.with_value(|f| request(f, space, &choices));
        spawn_local(async move {
            let answer = engine
                .ask::<Preview>(Question::Read {
                    request: Request::PreviewImport(request),
                    view: View::Draft,
                })
                .await;
            if latest.try_get_value() == Some(mine) {
                reading.set(false);
                slow.set(false);
                preview.set(Some(answer));
            }
        });
    });
    let accept = move |_| {
        let Some(Ok(seen)) = preview.get_untracked() else {
            return;
        };
        if seen.created == 0 {
            imports.next();
            return;
        }
        importing.set(true);
        let request = file.with_value(|f| request(f, space.get_untracked(), &choices.get_untracked()));
        spawn_local(async move {
            match engine
                .ask::<Value>(Question::Add {
                    request: Request::Import(request),
                })
                .await
            {
                Ok(_) => {
                    toasts.done(format!("Imported {}", format::many(seen.created, "row", "rows")));
                    importing.set(false);
                    imports.next();
                }
                Err(problem) => {
                    importing.set(false);
                    preview.set(Some(Err(problem)));
                }
            }
        });
    };
    let leave_out = move |line: u64, out: bool| {
        choices.update(|c| {
            if out {
                c.leave_out.insert(line)
            } else {
                c.leave_out.remove(&line)
            };
        });
    };
    let size_kb = file.with_value(|f| f.bytes.len().div_ceil(1024));
    view! {
        <div class="panel import">
            <p class="crumbs">"Import"{move || (imports.waiting() > 1).then(|| format!(" · {} more after this", imports.waiting() - 1))}</p>
            <h2>{file.with_value(|f| f.name.clone())}</h2>
            {move || slow.get().then(|| view! { <p role="status"><progress aria-label="Reading the file"></progress>{format!(" Reading {} KB…", format::group(&size_kb.to_string()))}</p> })}
            {move || importing.get().then(|| view! { <p role="status"><progress aria-label="Importing"></progress>" Importing…"</p> })}
            {move || match preview.get() {
                None => ().into_any(),
                Some(Err(problem)) => view! {
                    <ProblemView problem/>
                    <p class="actions"><button type="button" on:click=move |_| imports.next()>"Leave this file"</button></p>
                }.into_any(),
                Some(Ok(p)) => {
                    let bad_lines = lines_with_errors(&p);
                    let errors = p.errors;
                    let ready = p.errors == 0;
                    let label = button(&p);
                    let space_errors = p.rows.iter().any(|r| r.findings.iter().any(|f| f.code == "unknown-space"));
                    let host_bits = p.rows.iter().any(|r| r.findings.iter().any(|f| f.code == "host-bits"));
                    view! {
                        <p class="faint">{format_words(&p.format).to_owned()}</p>
                        <ul class="counts" aria-label="What would happen">
                            <li class="create"><strong class="mono">{format::group(&p.created.to_string())}</strong>" created"</li>
                            <li class="match"><strong class="mono">{format::group(&p.matched.to_string())}</strong>" matched"</li>
                            <li class="flag"><strong class="mono">{format::group(&p.flagged.to_string())}</strong>" flagged"</li>
                            <li class="error"><strong class="mono">{format::group(&p.errors.to_string())}</strong>{if p.errors == 1 { " error" } else { " errors" }}</li>
                            {(p.left_out > 0).then(|| view! { <li class="left-out"><strong class="mono">{format::group(&p.left_out.to_string())}</strong>" left out"</li> })}
                        </ul>
                        <fieldset class="options" class:wanted=move || space_errors || host_bits>
                            <legend class="unseen">"Options"</legend>
                            <label><input type="checkbox" prop:checked=move || choices.with(|c| c.create_spaces) on:change=move |e| { let on = event_target_checked(&e); choices.update(|c| c.create_spaces = on); }/>" Make the spaces that rows name"</label>
                            <label><input type="checkbox" prop:checked=move || choices.with(|c| c.clear_host_bits) on:change=move |e| { let on = event_target_checked(&e); choices.update(|c| c.clear_host_bits = on); }/>" Clear host bits"</label>
                            {(errors > 0).then(|| view! { <button type="button" on:click=move |_| { let lines = bad_lines.clone(); choices.update(|c| c.leave_out.extend(lines)); }>{format!("Leave out {}", format::many(errors, "line with an error", "lines with errors"))}</button> })}
                        </fieldset>
                        {(!p.ignored_columns.is_empty()).then(|| view! {
                            <p class="ignored">"Not imported: "{p.ignored_columns.iter().map(|c| format!("{} ({})", c.name, format::many(c.non_empty_rows, "row", "rows"))).collect::<Vec<_>>().join(", ")}</p>
                        })}
                        <p class="actions">
                            <button type="button" class="primary" disabled=move || !ready || importing.get() || reading.get() on:click=accept>{label}</button>
                            <button type="button" on:click=move |_| imports.next()>"Leave this file"</button>
                        </p>
                        <RowTable rows=p.rows all leave_out/>
                    }.into_any()
                }
            }}
        </div>
    }
}

#[component]
fn RowTable<F>(rows: Vec<model::Row>, all: RwSignal<bool>, leave_out: F) -> impl IntoView
where
    F: Fn(u64, bool) + Copy + Send + Sync + 'static,
{
    let total = rows.len();
    let rows = StoredValue::new(rows);
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Rows">
            <table class="rows">
                <thead><tr><th scope="col">"Take"</th><th scope="col">"Line"</th><th scope="col">"What"</th><th scope="col">"Prefixes"</th><th scope="col">"Name"</th><th scope="col">"Space"</th><th scope="col">"Worth knowing"</th></tr></thead>
                <tbody>
                    {move || {
                        let shown = if all.get() { total } else { ROWS_SHOWN };
                        rows.with_value(|rows| rows.iter().take(shown).map(|row| {
                            let line = row.line;
                            let kept = row.outcome != Outcome::LeftOut;
                            view! {
                                <tr class=row.outcome.class()>
                                    <td><input type="checkbox" aria-label=format!("Take line {line}") prop:checked=kept on:change=move |e| leave_out(line, !event_target_checked(&e))/></td>
                                    <td class="mono number-cell">{line.to_string()}</td>
                                    <td><span class="outcome">{row.outcome.word()}</span>" "<span class="faint">{row.kind.clone()}</span></td>
                                    <td class="mono">{format::prefixes(&row.prefixes, 3)}</td>
                                    <td>{row.label.clone()}</td>
                                    <td>{row.space.clone()}</td>
                                    <td>{row.findings.iter().map(|f| view! { <p class="finding" title=f.code.clone()>{f.message.clone()}</p> }).collect_view()}</td>
                                </tr>
                            }
                        }).collect_view())
                    }}
                </tbody>
            </table>
            {move || (!all.get() && total > ROWS_SHOWN).then(|| view! { <p><button type="button" on:click=move |_| all.set(true)>{format!("Show all {}", format::group(&total.to_string()))}</button></p> })}
        </div>
    }
}
