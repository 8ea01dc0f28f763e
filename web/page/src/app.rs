//! The page as a whole: what stands where, and what keys, drops and pastes do.

use std::sync::Arc;

use leptos::ev;
use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{ClaimDetails, Export, Reference, Request, SearchAnswer};
use plat_domain::{Cidr, ClaimId};
use plat_web_protocol::{Link, Question, Saving, Source};
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::Element;

use crate::browser::{self, Kept, ReadFile};
use crate::engine::Engine;
use crate::format;
use crate::keys::{self, Action, Key, SHEET};
use crate::nav::{Drafted, Nav, Pane, Task, focus_pane};
use crate::url::View;
use crate::widgets::allocate::source_of;
use crate::widgets::apply::ApplyPanel;
use crate::widgets::compare::Compare;
use crate::widgets::compliance::ComplianceView;
use crate::widgets::conflicts::Conflicts;
use crate::widgets::details::Details;
use crate::widgets::empty::{Empty, open_sample};
use crate::widgets::header::{Header, Theme};
use crate::widgets::help::Help;
use crate::widgets::import::{ImportPanel, Imports};
use crate::widgets::map::{Map, MapAsk};
use crate::widgets::palette::{Entry, Palette};
use crate::widgets::plan_bar::{PlanBar, save_plan, step};
use crate::widgets::problem::ProblemView;
use crate::widgets::splitter::Splitter;
use crate::widgets::toast::{ToastCorner, Toasts, sentence};
use crate::widgets::tree::TreeView;

/// Milliseconds for the second key of `g m` and its like.
const SECOND_KEY_MS: u64 = 1_200;

fn remembered_px(name: &str, default: f64) -> f64 {
    browser::remembered(name)
        .and_then(|text| text.parse().ok())
        .unwrap_or(default)
}

/// The page.
#[component]
pub(crate) fn App() -> impl IntoView {
    let engine = Engine::start();
    let toasts = Toasts::new();
    let nav = Nav::start(engine);
    let imports = Imports::new(nav, engine, toasts);
    provide_context(engine);
    provide_context(toasts);
    provide_context(nav);
    provide_context(imports);
    provide_context(Drafted::start(engine));
    tell_whether_shown(engine);
    provide_context(keep_for_good(engine));
    let theme = Theme::start();
    let (commands, sheet) = (RwSignal::new(false), RwSignal::new(false));
    let tree_px = RwSignal::new(remembered_px("tree", 340.0));
    let details_px = RwSignal::new(remembered_px("details", 360.0));
    let act = move |action: Action| perform(action, nav, engine, toasts, commands, sheet);
    listen_to_keys(act, nav);
    let dropping = listen_to_drops(imports);
    Effect::new(move |before: Option<u32>| {
        let now = engine.restarts.get();
        if before.is_some_and(|b| now > b) {
            toasts.say("The engine was started again; your work is as it was saved");
        }
        now
    });
    let empty = Memo::new(move |_| nav.space.with(|s| s.as_ref().is_some_and(|s| s.empty)));
    let nothing = Memo::new(move |_| nav.workspace.value().is_some_and(|w| w.claims == 0));
    // None for the first steps, where the map would be empty.
    let shown = Memo::new(move |_| {
        let view = nav.route.with(|r| r.view);
        (view != View::Map || !empty.get() || !nothing.get()).then_some(view)
    });
    // On a narrow screen the first steps come first.
    Effect::new(move |seen: Option<bool>| {
        let opened = nav.workspace.value().is_some();
        if opened && seen != Some(true) && shown.get_untracked().is_none() {
            nav.pane.set(Pane::Middle);
        }
        opened || seen == Some(true)
    });
    view! {
        <div class="shell" data-pane=move || pane_word(nav.pane.get()) style=("--tree", move || format!("{}px", tree_px.get())) style=("--details", move || format!("{}px", details_px.get()))>
            <a class="skip" href="#tree" on:click=move |event| { event.prevent_default(); focus_pane(nav, Pane::Tree, "tree"); }>"To the tree"</a>
            <Header theme commands sheet/>
            <Notices/>
            <PaneTabs/>
            <main class="panes" id="main">
                <section class="pane pane-tree" aria-label="Tree">
                    <TreeView/>
                </section>
                <Splitter name="tree" label="Width of the tree" width=tree_px min=200.0 max=640.0/>
                <section class="pane pane-middle" aria-label="Middle">
                    <MiddleTabs/>
                    <div class="middle" id="middle" tabindex="-1">
                        // The map stays where it is while something else is shown: it keeps its window and what it has drawn.
                        <div class="map-place" hidden=move || shown.get() != Some(View::Map)><MapPlace/></div>
                        {move || {
                            let Some(view) = shown.get() else { return view! { <Empty/> }.into_any() };
                            match view {
                                View::Map => ().into_any(),
                                View::Conflicts => view! { <Conflicts/> }.into_any(),
                                View::Compliance => view! { <ComplianceView/> }.into_any(),
                                View::Compare => view! { <Compare/> }.into_any(),
                                View::Import => view! { <ImportPanel/> }.into_any(),
                                View::Apply => view! { <ApplyPanel/> }.into_any(),
                            }
                        }}
                    </div>
                </section>
                <Splitter name="details" label="Width of the details" width=details_px min=260.0 max=640.0 right=true/>
                <aside class="pane pane-details" aria-label="Details">
                    <Details/>
                </aside>
            </main>
            <PlanBar/>
            <ToastCorner toasts engine/>
            <Palette open=commands entries=Signal::derive(move || entries(act, nav, engine, toasts))/>
            <Help open=sheet/>
            <div class="drop-here" class:shown=move || dropping.get() aria-hidden="true"><p>"Drop to look inside"<br/><span>"Nothing is taken in before you say so"</span></p></div>
        </div>
    }
}

/// The engine asks the edge for news only while the page is shown.
fn tell_whether_shown(engine: Engine) {
    let changed = Closure::<dyn FnMut()>::new(move || {
        let visible = !document().hidden();
        spawn_local(async move { drop(engine.ask_status(Question::Shown { visible }).await) });
    });
    let _ = document().add_event_listener_with_callback("visibilitychange", changed.as_ref().unchecked_ref());
    changed.forget();
}

/// The browser is asked to keep the work, once there is some: a Web Worker cannot ask.
fn keep_for_good(engine: Engine) -> Kept {
    let kept = Kept(RwSignal::new(None));
    let work = Memo::new(move |_| {
        engine
            .status
            .with(|s| s.as_ref().is_some_and(|s| s.draft.steps > 0))
    });
    Effect::new(move |asked: Option<bool>| {
        let asked = asked.unwrap_or(false);
        if work.get() && !asked {
            spawn_local(async move { kept.0.set(browser::keep_for_good().await) });
        }
        asked || work.get()
    });
    kept
}

fn pane_word(pane: Pane) -> &'static str {
    match pane {
        Pane::Tree => "tree",
        Pane::Middle => "middle",
        Pane::Details => "details",
        Pane::Plan => "plan",
    }
}

/// On a narrow screen: one part at a time.
#[component]
fn PaneTabs() -> impl IntoView {
    let nav = expect_context::<Nav>();
    view! {
        <nav class="pane-tabs" aria-label="Parts">
            {[(Pane::Tree, "Tree"), (Pane::Middle, "Map"), (Pane::Details, "Details"), (Pane::Plan, "Plan")].into_iter().map(|(pane, label)| view! {
                <button type="button" aria-current=move || (nav.pane.get() == pane).to_string() on:click=move |_| nav.pane.set(pane)>{label}</button>
            }).collect_view()}
        </nav>
    }
}

/// What the middle shows.
#[component]
fn MiddleTabs() -> impl IntoView {
    let nav = expect_context::<Nav>();
    let imports = expect_context::<Imports>();
    let conflicts = move || nav.workspace.value().map_or(0, |w| w.conflicts);
    let tab = move |view: View, label: &'static str| {
        view! {
            <button type="button" class="tab" aria-current=move || (nav.route.with(|r| r.view) == view).to_string() on:click=move |_| nav.show(view)>
                {label}
                {move || (view == View::Conflicts && conflicts() > 0).then(|| view! { " "<span class="badge hatch mono">{format::group(&conflicts().to_string())}</span> })}
                {move || (view == View::Import && imports.waiting() > 0).then(|| view! { " "<span class="badge mono">{imports.waiting().to_string()}</span> })}
            </button>
        }
    };
    view! {
        <nav class="middle-tabs" aria-label="Views">
            {tab(View::Map, "Map")}{tab(View::Conflicts, "Conflicts")}{tab(View::Compliance, "Compliance")}{tab(View::Compare, "Compare")}{tab(View::Import, "Import")}{tab(View::Apply, "Apply")}
        </nav>
    }
}

/// The map, with what it asks of the engine and what it does to the rest of the page.
#[component]
fn MapPlace() -> impl IntoView {
    let (nav, engine, drafted) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Drafted>(),
    );
    let version = engine.version();
    let place = RwSignal::new(nav.route.with_untracked(|r| r.at.clone()));
    Effect::new(move |_| {
        let at = place.get();
        if nav.route.with_untracked(|r| r.at != at) {
            nav.route.update(|r| r.at = at);
        }
    });
    let fetch = move |ask: MapAsk| async move {
        let question = Question::Map {
            space: ask.space.to_string(),
            family: ask.family,
            first: ask.first.to_string(),
            last: ask.last.to_string(),
            width_px: ask.width_px,
        };
        engine
            .map(question)
            .await
            .map(|frame| frame.columns)
            .map_err(|problem| problem.detail)
    };
    let names = move |ids: Vec<ClaimId>| async move {
        let mut named = Vec::new();
        for id in ids {
            if let Ok(details) = engine
                .read::<ClaimDetails>(Request::Claim { claim: id.into() })
                .await
                && !details.row.name.is_empty()
            {
                named.push((id, details.row.name));
            }
        }
        named
    };
    view! {
        <Map
            fetch=fetch
            names=names
            space=Signal::derive(move || nav.space.with(|s| s.as_ref().map(|s| s.space.id)))
            extent=Signal::derive(move || nav.space.with(|s| s.as_ref().map(|s| s.extent.clone()).unwrap_or_default()))
            revision=Signal::derive(move || version.get())
            selected=nav.selected
            drafted=Signal::derive(move || Arc::new(drafted.0.get()))
            on_select=Callback::new(move |id: ClaimId| nav.select(id))
            on_allocate=Callback::new(move |block: Cidr| allocate_block(nav, engine, block))
            reveal=Signal::derive(move || nav.details.value().filter(|d| nav.selected.get() == Some(d.row.id)).and_then(|d| d.row.prefixes.first().copied()))
            place=place
        />
    }
}

/// Allocates a block of free space from the innermost pool (or network) that holds it, or makes it a pool.
fn allocate_block(nav: Nav, engine: Engine, block: Cidr) {
    let space = nav
        .space
        .with_untracked(|s| s.as_ref().map(|s| Reference::from(s.space.id)));
    spawn_local(async move {
        let found = engine
            .read::<SearchAnswer>(Request::Search {
                q: block.to_string(),
                space,
                limit: None,
            })
            .await;
        let holder = found.ok().and_then(|f| {
            f.rows.into_iter().rev().find(|r| {
                matches!(r.kind.as_str(), "pool" | "network" | "subnet")
                    && r.prefixes.iter().any(|p| p.contains(&block))
            })
        });
        match holder {
            Some(row) => {
                nav.select(row.id);
                nav.begin(Task::Allocate, &block.to_string());
            }
            None => nav.begin(Task::NewRootPool, &block.to_string()),
        }
    });
}

/// What must be known at once: a broken engine, a plan that is not saved, a refused token.
#[component]
fn Notices() -> impl IntoView {
    let (nav, engine, toasts) = (
        expect_context::<Nav>(),
        expect_context::<Engine>(),
        expect_context::<Toasts>(),
    );
    move || {
        if let Some(problem) = engine.broken.get() {
            return Some(view! {
                <div class="notice trouble" role="alert">
                    <ProblemView problem/>
                    <p class="actions"><button type="button" class="primary" on:click=move |_| { let _ = window().location().reload(); }>"Reload the page"</button></p>
                </div>
            }.into_any());
        }
        let status = engine.status.get()?;
        match status.saving {
            Saving::Failed(why) => return Some(view! {
                <div class="notice trouble" role="alert">
                    <p><strong>"Your work is not saved in this browser."</strong>" "<span>{sentence(&why)}</span>" "<button type="button" on:click=move |_| save_plan(engine, toasts)>"Save the plan as a file"</button></p>
                </div>
            }.into_any()),
            Saving::Damaged(what) => return Some(view! {
                <div class="notice" role="alert"><p><strong>"Part of the saved work could not be read."</strong>" "<span>{sentence(&what)}</span></p></div>
            }.into_any()),
            Saving::Elsewhere => return Some(view! {
                <div class="notice" role="alert"><p>"This tab only reads: your work is open in another tab of this browser. Close that one to go on here."</p></div>
            }.into_any()),
            Saving::Saved | Saving::Saving => {}
        }
        match status.source {
            Source::Edge { link: Link::Unauthorized, workspace, .. } => Some(view! {
                <div class="notice" role="status"><p>{format!("{workspace} does not accept the token any more. Your draft is safe here. ")}<button type="button" on:click=move |_| nav.begin(Task::Connect, "")>"Give another token"</button></p></div>
            }.into_any()),
            Source::Edge { .. } | Source::Local => None,
        }
    }
}

/// Whether the selection can do it, and the first step.
fn on_selection(nav: Nav, toasts: Toasts, task: Task) {
    let details = nav
        .details
        .answer
        .with_untracked(|a| a.as_ref().and_then(|a| a.as_ref().ok().cloned()));
    let fits = match (&details, task) {
        (None, _) => false,
        (Some(details), Task::Allocate | Task::Reserve) => source_of(details).is_some(),
        (Some(_), _) => true,
    };
    if fits {
        nav.begin(task, "");
    } else {
        toasts.say("Select a pool or a network first");
        focus_pane(nav, Pane::Tree, "tree");
    }
}

fn perform(
    action: Action,
    nav: Nav,
    engine: Engine,
    toasts: Toasts,
    commands: RwSignal<bool>,
    sheet: RwSignal<bool>,
) {
    match action {
        Action::Search => browser::focus("search"),
        Action::Commands => commands.set(true),
        Action::NewPool => {
            let pool = nav
                .details
                .answer
                .with_untracked(|a| a.as_ref().is_some_and(std::result::Result::is_ok));
            nav.begin(
                if pool && nav.selected.get_untracked().is_some() {
                    Task::NewPool
                } else {
                    Task::NewRootPool
                },
                "",
            );
        }
        Action::Allocate => on_selection(nav, toasts, Task::Allocate),
        Action::Reserve => on_selection(nav, toasts, Task::Reserve),
        Action::Split => on_selection(nav, toasts, Task::Split),
        Action::Merge => on_selection(nav, toasts, Task::Merge),
        Action::Edit => on_selection(nav, toasts, Task::Edit),
        Action::Release => on_selection(nav, toasts, Task::Release),
        Action::Undo => step(engine, toasts, false),
        Action::Redo => step(engine, toasts, true),
        Action::GoMap => {
            nav.show(View::Map);
            browser::focus_soon("middle");
        }
        Action::GoTree => focus_pane(nav, Pane::Tree, "tree"),
        Action::GoConflicts => {
            nav.show(View::Conflicts);
            browser::focus_soon("middle");
        }
        Action::GoCompliance => {
            nav.show(View::Compliance);
            browser::focus_soon("middle");
        }
        Action::GoCompare => {
            nav.show(View::Compare);
            browser::focus_soon("middle");
        }
        Action::Sheet => sheet.set(true),
    }
}

/// Every command of the palette.
fn entries<A>(act: A, nav: Nav, engine: Engine, toasts: Toasts) -> Vec<Entry>
where
    A: Fn(Action) + Copy + Send + Sync + 'static,
{
    let keyed = SHEET.iter().filter_map(|s| {
        let action = s.action.filter(|a| *a != Action::Commands)?;
        Some(Entry {
            label: s.what.to_owned(),
            keys: s.keys,
            run: Arc::new(move || act(action)),
        })
    });
    fn entry(label: &str, run: impl Fn() + Send + Sync + 'static) -> Entry {
        Entry {
            label: label.to_owned(),
            keys: "",
            run: Arc::new(run),
        }
    }
    let export = move |format: &'static str| {
        move || {
            spawn_local(async move {
                match engine
                    .read::<Export>(Request::Export {
                        format: format.to_owned(),
                    })
                    .await
                {
                    Ok(file) => {
                        browser::save_file(&file.file_name, &file.media_type, &file.text);
                        toasts.say(format!("Saved {}", file.file_name));
                    }
                    Err(problem) => toasts.fail(&problem),
                }
            });
        }
    };
    let mut list: Vec<Entry> = keyed.collect();
    list.extend([
        entry("New pool at the top of the space", move || {
            nav.begin(Task::NewRootPool, "");
        }),
        entry("New space", move || nav.begin(Task::NewSpace, "")),
        entry("Edit this space", move || nav.begin(Task::EditSpace, "")),
        entry("Remove this space", move || nav.begin(Task::RemoveSpace, "")),
        entry("Resource of the selection", move || {
            on_selection(nav, toasts, Task::Resource);
        }),
        entry("Associate the selection with a pool", move || {
            on_selection(nav, toasts, Task::Associate);
        }),
        entry("Import files", move || nav.show(View::Import)),
        entry("Export everything as CSV", export("csv")),
        entry("Export everything as JSON", export("json")),
        entry("Save the plan as a file", move || save_plan(engine, toasts)),
        entry("Apply the plan", move || nav.show(View::Apply)),
        entry("Connect to a workspace", move || nav.begin(Task::Connect, "")),
        entry("Open the sample company", move || {
            open_sample(nav, engine, toasts);
        }),
    ]);
    list
}

fn listen_to_keys<A>(act: A, nav: Nav)
where
    A: Fn(Action) + Copy + Send + Sync + 'static,
{
    let before = StoredValue::new(None::<(String, u64)>);
    let listener = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() || event.is_composing() {
            return;
        }
        // Asked of the document: a dialog that was just closed says so only later.
        let dialog_open = document()
            .query_selector("dialog[open]")
            .is_ok_and(|d| d.is_some());
        if event.key() == "Escape" && !dialog_open && nav.task.get_untracked() != Task::Look {
            nav.end();
            browser::focus("tree");
            return;
        }
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        let key = Key {
            key: event.key(),
            ctrl: event.ctrl_key() || event.meta_key(),
            shift: event.shift_key(),
            alt: event.alt_key(),
            in_field: browser::is_field(target),
        };
        let first = before
            .get_value()
            .filter(|(_, at)| browser::now_ms().saturating_sub(*at) < SECOND_KEY_MS)
            .map(|(key, _)| key);
        let (action, waits) = keys::action(first.as_deref(), &key);
        before.set_value(waits.then(|| (key.key.clone(), browser::now_ms())));
        if let Some(action) = action.filter(|_| !dialog_open) {
            event.prevent_default();
            act(action);
        }
    });
    on_cleanup(move || listener.remove());
}

/// Files dropped anywhere and tables pasted outside of fields are looked at. True while something hangs over the page.
fn listen_to_drops(imports: Imports) -> RwSignal<bool> {
    let over = RwSignal::new(false);
    let holds_files = |event: &ev::DragEvent| {
        event.data_transfer().is_some_and(|d| {
            d.types()
                .iter()
                .any(|t| t.as_string().as_deref() == Some("Files"))
        })
    };
    let dragged = window_event_listener(ev::dragover, move |event| {
        if holds_files(&event) {
            event.prevent_default();
            over.set(true);
        }
    });
    let left = window_event_listener(ev::dragleave, move |event| {
        if event.related_target().is_none() {
            over.set(false);
        }
    });
    let dropped = window_event_listener(ev::drop, move |event| {
        over.set(false);
        if let Some(list) = event
            .data_transfer()
            .and_then(|d| d.files())
            .filter(|l| l.length() > 0)
        {
            event.prevent_default();
            imports.take(browser::files(&list));
        }
    });
    let pasted = window_event_listener(ev::paste, move |event| {
        let target = event.target().and_then(|t| t.dyn_into::<Element>().ok());
        if browser::is_field(target) {
            return;
        }
        let Some(data) = event
            .dyn_ref::<web_sys::ClipboardEvent>()
            .and_then(web_sys::ClipboardEvent::clipboard_data)
        else {
            return;
        };
        if let Some(list) = data.files().filter(|l| l.length() > 0) {
            imports.take(browser::files(&list));
        } else if let Ok(text) = data.get_data("text/plain")
            && !text.trim().is_empty()
        {
            imports.take_read(ReadFile {
                name: "pasted".into(),
                bytes: text.into_bytes(),
            });
        }
    });
    on_cleanup(move || {
        dragged.remove();
        left.remove();
        dropped.remove();
        pasted.remove();
    });
    over
}
