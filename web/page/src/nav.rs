//! Where the person is and what they are about to do: one selection everywhere, kept in the address bar.

use std::collections::BTreeSet;

use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{ClaimDetails, Reference, Request, SearchAnswer, SpaceSummary, Workspace};
use plat_domain::{ClaimId, Diff};
use plat_web_protocol::{Question, Source};
use wasm_bindgen::JsValue;
use wasm_bindgen::closure::Closure;

use crate::browser;
use crate::engine::{Engine, Loaded, load, read};
use crate::url::{Route, View};

/// What the details panel is about to do with the selection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Task {
    /// Nothing: it shows.
    #[default]
    Look,
    Allocate,
    /// Allocate, beginning with a reservation.
    Reserve,
    /// A pool in the selected one.
    NewPool,
    /// A pool at the top of the space.
    NewRootPool,
    NewSpace,
    /// Change the space shown.
    EditSpace,
    /// Remove the space shown.
    RemoveSpace,
    Edit,
    Split,
    Merge,
    /// Record a resource for the selection, or change the one that holds it.
    Resource,
    /// Put networks that exist into a pool.
    Associate,
    Release,
    /// Open a workspace at an edge.
    Connect,
}

/// Which part a narrow screen shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Pane {
    #[default]
    Tree,
    Middle,
    Details,
    Plan,
}

/// The signals of navigation; copies are the same.
#[derive(Clone, Copy)]
pub(crate) struct Nav {
    pub(crate) route: RwSignal<Route>,
    pub(crate) selected: RwSignal<Option<ClaimId>>,
    pub(crate) task: RwSignal<Task>,
    pub(crate) pane: RwSignal<Pane>,
    /// Text that the next form begins with.
    pub(crate) seed: RwSignal<String>,
    pub(crate) workspace: Loaded<Workspace>,
    /// The space shown.
    pub(crate) space: Memo<Option<SpaceSummary>>,
    /// The selection with its surroundings.
    pub(crate) details: Loaded<ClaimDetails>,
}

impl Nav {
    /// Reads the address bar and keeps it in step from then on.
    pub(crate) fn start(engine: Engine) -> Self {
        let location = window().location();
        let route = Route::read(
            &location.pathname().unwrap_or_default(),
            &location.search().unwrap_or_default(),
        );
        let route = RwSignal::new(route);
        let selected = RwSignal::new(id_in_history());
        let workspace = load::<Workspace, _>(engine, || Some(read(Request::Workspace)));
        let details = load::<ClaimDetails, _>(engine, move || {
            selected.get().map(|id| read(Request::Claim { claim: id.into() }))
        });
        let named = Memo::new(move |_| route.with(|r| r.space.clone()));
        // A space that is not there yet (it was just made or renamed) leaves the one shown where it is.
        let space = Memo::new(move |shown: Option<&Option<SpaceSummary>>| {
            let shown = shown.and_then(Option::as_ref).map(|s| s.space.id);
            let name = named.get();
            let spaces = workspace.value()?.spaces;
            let by_name = |name: &str| spaces.iter().find(|s| s.space.name.as_str() == name).cloned();
            by_name(&name)
                .or_else(|| spaces.iter().find(|s| Some(s.space.id) == shown).cloned())
                .or_else(|| by_name("default"))
                .or_else(|| spaces.first().cloned())
        });
        let nav = Self {
            route,
            selected,
            task: RwSignal::new(Task::Look),
            pane: RwSignal::new(Pane::Tree),
            seed: RwSignal::new(String::new()),
            workspace,
            space,
            details,
        };
        nav.follow_links(engine);
        nav.keep_address(engine);
        nav
    }

    /// Selects a claim, wherever it was named.
    pub(crate) fn select(self, id: ClaimId) {
        self.task.set(Task::Look);
        self.selected.set(Some(id));
    }

    /// Selects a claim and, on a narrow screen, shows its details.
    pub(crate) fn open(self, id: ClaimId) {
        self.select(id);
        self.pane.set(Pane::Details);
    }

    /// Shows a view in the middle.
    pub(crate) fn show(self, view: View) {
        self.route.update(|r| r.view = view);
        self.pane.set(Pane::Middle);
    }

    /// Begins a task in the details panel, its first field filled with `seed`.
    pub(crate) fn begin(self, task: Task, seed: &str) {
        self.seed.set(seed.to_owned());
        self.task.set(Task::Look);
        self.task.set(task);
        self.pane.set(Pane::Details);
    }

    /// Ends the task.
    pub(crate) fn end(self) {
        self.task.set(Task::Look);
        self.seed.set(String::new());
    }

    /// Shows another space.
    pub(crate) fn enter(self, space: &str) {
        self.selected.set(None);
        self.task.set(Task::Look);
        self.route.update(|r| {
            space.clone_into(&mut r.space);
            r.sel.clear();
        });
    }

    /// A link names a prefix: find its claim once the engine answers.
    fn follow_links(self, engine: Engine) {
        let version = engine.version();
        let tried = StoredValue::new(String::new());
        Effect::new(move |_| {
            let sel = self.route.with(|r| r.sel.clone());
            let space = self.space.get();
            if version.get().is_empty()
                || sel.is_empty()
                || self.selected.get().is_some()
                || tried.get_value() == sel
            {
                return;
            }
            let Some(space) = space else { return };
            tried.set_value(sel.clone());
            let request = Request::Search {
                q: sel.clone(),
                space: Some(Reference::from(space.space.id)),
                limit: None,
            };
            spawn_local(async move {
                if let Ok(found) = engine.read::<SearchAnswer>(request).await
                    && let Some(row) = found
                        .rows
                        .iter()
                        .find(|r| r.prefixes.first().is_some_and(|p| p.to_string() == sel))
                {
                    self.selected.set(Some(row.id));
                }
            });
        });
        // What is selected may be released, or be in a draft that is not shown any more.
        Effect::new(move |_| {
            if self.details.problem().is_some_and(|p| p.code() == "not-found") {
                self.selected.set(None);
                self.task.set(Task::Look);
            }
        });
    }

    fn keep_address(self, engine: Engine) {
        Effect::new(move |_| {
            let sel = match self.selected.get() {
                None => String::new(),
                Some(id) => match self.details.value() {
                    Some(details) if details.row.id == id => details
                        .row
                        .prefixes
                        .first()
                        .map(ToString::to_string)
                        .unwrap_or_default(),
                    _ => return,
                },
            };
            let link_pending = self.selected.get().is_none() && self.space.with(Option::is_none);
            if !link_pending && self.route.with_untracked(|r| r.sel != sel) {
                self.route.update(|r| r.sel = sel);
            }
        });
        Effect::new(move |_| {
            let workspace = engine.status.with(|s| match s.as_ref().map(|s| &s.source) {
                Some(Source::Edge { workspace, .. }) => workspace.clone(),
                Some(Source::Local) => "local".to_owned(),
                None => String::new(),
            });
            let space = self.space.with(|s| s.as_ref().map(|s| s.space.name.to_string()));
            if let Some(space) = space
                && !workspace.is_empty()
                && self
                    .route
                    .with_untracked(|r| r.workspace != workspace || r.space != space)
            {
                self.route.update(|r| {
                    r.workspace = workspace;
                    r.space = space;
                });
            }
        });
        Effect::new(move |_| {
            let route = self.route.get();
            let text = route.write();
            let ready = self.space.with(Option::is_some);
            let location = window().location();
            let now = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
            if !ready || now == text {
                return;
            }
            let Ok(history) = window().history() else { return };
            let state = self
                .selected
                .get_untracked()
                .map_or(JsValue::NULL, |id| JsValue::from_str(&id.to_string()));
            let was = Route::read(
                &location.pathname().unwrap_or_default(),
                &location.search().unwrap_or_default(),
            );
            // The first address of a visit is tidied, later ones are steps that Back takes back.
            let _ = if now.starts_with("/w/") && route.is_step_from(&was) {
                history.push_state_with_url(&state, "", Some(&text))
            } else {
                history.replace_state_with_url(&state, "", Some(&text))
            };
        });
        let back = Closure::<dyn FnMut()>::new(move || {
            let location = window().location();
            self.selected.set(id_in_history());
            self.route.set(Route::read(
                &location.pathname().unwrap_or_default(),
                &location.search().unwrap_or_default(),
            ));
        });
        use wasm_bindgen::JsCast;
        let _ = window().add_event_listener_with_callback("popstate", back.as_ref().unchecked_ref());
        back.forget();
    }
}

/// Claims that the draft adds or changes, to be outlined. None where there is no base that it differs from.
#[derive(Clone, Copy)]
pub(crate) struct Drafted(pub(crate) Memo<BTreeSet<ClaimId>>);

/// Drafts that touch more claims than this are not outlined: the list alone would be megabytes.
const OUTLINED_MAX: u64 = 2_000;

impl Drafted {
    pub(crate) fn start(engine: Engine) -> Self {
        let wanted = Memo::new(move |_| {
            engine.status.with(|s| {
                s.as_ref().is_some_and(|s| {
                    let touched = s.effect.pools_added + s.effect.claims_added + s.effect.changed;
                    matches!(s.source, Source::Edge { .. }) && touched > 0 && touched <= OUTLINED_MAX
                })
            })
        });
        let diff = load::<Diff, _>(engine, move || wanted.get().then_some(Question::Diff));
        Self(Memo::new(move |_| {
            diff.value()
                .into_iter()
                .flat_map(|d| d.claims)
                .filter_map(|d| d.now.map(|row| row.id))
                .collect()
        }))
    }
}

fn id_in_history() -> Option<ClaimId> {
    window().history().ok()?.state().ok()?.as_string()?.parse().ok()
}

/// Where the focus goes for a view or a pane.
pub(crate) fn focus_pane(nav: Nav, pane: Pane, id: &'static str) {
    nav.pane.set(pane);
    browser::focus_soon(id);
}
