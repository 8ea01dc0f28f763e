//! The page's end of the line to the engine in its Web Worker: questions out, answers and status in.
//!
//! **Invariant**: every question is answered once, by the engine or, where the engine stops, by a problem
//! `engine-restarted`. A trap starts a new engine, which restores the saved work.

use std::collections::HashMap;

use futures_channel::oneshot;
use js_sys::{Function, Reflect, Uint32Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use plat_api::{Committed, Problem, Request};
use plat_web_protocol::{Ask, Question, Status, View};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Event, MessageEvent, Worker};

/// Starts in a row, without a moment in between in which all that was asked was answered, after which the engine counts as
/// broken. A question that traps is asked again after each start: the answers to others are no sign that it runs.
const STARTS_MAX: u32 = 3;

/// What the engine drew of a map: columns as `plat_service::map_columns` lays them out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MapFrame {
    /// The revision shown.
    pub(crate) revision: u64,
    /// Numbers, a fixed stride a block.
    pub(crate) columns: Vec<u32>,
}

/// `plat_web_protocol::Tell` with the answer left as text, so that it is parsed once, into the type that was asked for.
/// (That also halves what serde makes of every type: there is no second way, through a tree of values.)
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Heard {
    Answer { id: u64, value: Box<RawValue> },
    Refusal { id: u64, problem: Problem },
    Status(Box<Status>),
}

enum Waiting {
    Value(oneshot::Sender<Result<Box<RawValue>, Problem>>),
    Map(oneshot::Sender<Result<MapFrame, Problem>>),
}

struct Line {
    worker: Option<Worker>,
    waiting: HashMap<u64, Waiting>,
    next_id: u64,
    starts: u32,
    on_message: Option<Closure<dyn FnMut(MessageEvent)>>,
    on_error: Option<Closure<dyn FnMut(Event)>>,
}

/// A handle on the engine; copies are the same engine.
#[derive(Clone, Copy)]
pub(crate) struct Engine {
    line: StoredValue<Line, LocalStorage>,
    /// The work and the connection, as last said; none before the first word.
    pub(crate) status: RwSignal<Option<Status>>,
    /// How often it was started again after a trap.
    pub(crate) restarts: RwSignal<u32>,
    /// Why it does not run, where it does not.
    pub(crate) broken: RwSignal<Option<Problem>>,
}

fn stopped() -> Problem {
    Problem::new(
        "engine-restarted",
        500,
        "the engine stopped and was started again from what is saved: try again",
    )
}

impl Engine {
    /// Takes over the engine that the loader started and restores the saved work.
    pub(crate) fn start() -> Self {
        let line = Line {
            worker: None,
            waiting: HashMap::new(),
            next_id: 1,
            starts: 0,
            on_message: None,
            on_error: None,
        };
        let engine = Self {
            line: StoredValue::new_local(line),
            status: RwSignal::new(None),
            restarts: RwSignal::new(0),
            broken: RwSignal::new(None),
        };
        engine.connect();
        engine
    }

    fn connect(self) {
        let Some(worker) = take_worker() else {
            self.broken.set(Some(Problem::new(
                "engine-missing",
                500,
                "this browser did not start the engine's Web Worker: reload the page",
            )));
            return;
        };
        let on_message =
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| self.hear(&event.data()));
        let on_error = Closure::<dyn FnMut(Event)>::new(move |event: Event| {
            event.prevent_default();
            self.restart();
        });
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        self.line.update_value(|line| {
            line.worker = Some(worker);
            line.starts += 1;
            // The closures of an engine that stopped may be running right now: they are kept, a few words each.
            std::mem::forget(line.on_message.replace(on_message));
            std::mem::forget(line.on_error.replace(on_error));
        });
        spawn_local(async move {
            match self.ask::<Status>(Question::Open).await {
                Ok(status) => {
                    self.status.set(Some(status));
                    self.broken.set(None);
                }
                Err(problem) if problem.code() == "engine-restarted" => {}
                Err(problem) => self.broken.set(Some(problem)),
            }
        });
    }

    fn restart(self) {
        let mut waiting = Vec::new();
        let starts = self.line.try_update_value(|line| {
            if let Some(worker) = line.worker.take() {
                worker.set_onmessage(None);
                worker.set_onerror(None);
                worker.terminate();
            }
            waiting.extend(line.waiting.drain().map(|(_, w)| w));
            line.starts
        });
        if starts.unwrap_or(STARTS_MAX) >= STARTS_MAX {
            self.broken.set(Some(Problem::new(
                "engine-missing",
                500,
                "the engine stops as soon as it is started: reload the page; what was saved is still there",
            )));
        } else {
            self.connect();
            self.restarts.update(|n| *n += 1);
        }
        for one in waiting {
            match one {
                Waiting::Value(to) => drop(to.send(Err(stopped()))),
                Waiting::Map(to) => drop(to.send(Err(stopped()))),
            }
        }
    }

    fn hear(self, data: &JsValue) {
        let Some(text) = data.as_string() else {
            self.hear_map(data);
            return;
        };
        match serde_json::from_str::<Heard>(&text) {
            Ok(Heard::Answer { id, value }) => self.settle(id, Ok(value)),
            Ok(Heard::Refusal { id, problem }) => self.settle(id, Err(problem)),
            Ok(Heard::Status(status)) => self.status.set(Some(*status)),
            Err(error) => {
                leptos::logging::error!("the engine said what this page does not understand: {error}");
            }
        }
    }

    fn hear_map(self, data: &JsValue) {
        let field = |name: &str| Reflect::get(data, &JsValue::from_str(name)).ok();
        let number = |name: &str| field(name).and_then(|v| v.as_f64()).unwrap_or(0.0);
        let columns = field("columns")
            .and_then(|c| c.dyn_into::<Uint32Array>().ok())
            .map(|c| c.to_vec())
            .unwrap_or_default();
        // Ids and revisions stay below 2^53, where a double is exact.
        let (id, revision) = (number("id") as u64, number("revision") as u64);
        if let Some(Waiting::Map(to)) = self.take(id) {
            let _ = to.send(Ok(MapFrame { revision, columns }));
        }
    }

    fn take(self, id: u64) -> Option<Waiting> {
        self.line
            .try_update_value(|line| {
                let taken = line.waiting.remove(&id);
                if line.waiting.is_empty() {
                    line.starts = 0;
                }
                taken
            })
            .flatten()
    }

    fn settle(self, id: u64, answer: Result<Box<RawValue>, Problem>) {
        match (self.take(id), answer) {
            (Some(Waiting::Value(to)), answer) => drop(to.send(answer)),
            (Some(Waiting::Map(to)), Err(problem)) => drop(to.send(Err(problem))),
            (Some(Waiting::Map(_)), Ok(_)) | (None, _) => {}
        }
    }

    fn post(self, question: Question, waiting: Waiting) {
        self.line.update_value(|line| {
            let id = line.next_id;
            line.next_id += 1;
            let Ok(text) = serde_json::to_string(&Ask { id, question }) else {
                return;
            };
            let posted = line
                .worker
                .as_ref()
                .map(|worker| worker.post_message(&JsValue::from_str(&text)));
            if matches!(posted, Some(Ok(()))) {
                line.waiting.insert(id, waiting);
            }
            // Otherwise the sender is dropped, which the asker hears as an engine that stopped.
        });
    }

    /// Asks and waits for the answer.
    ///
    /// # Errors
    /// The [`Problem`] that the engine refuses with, or `engine-restarted`.
    pub(crate) async fn ask<T: DeserializeOwned>(self, question: Question) -> Result<T, Problem> {
        let (to, from) = oneshot::channel();
        self.post(question, Waiting::Value(to));
        let value = from.await.map_err(|_| stopped())??;
        serde_json::from_str(value.get()).map_err(|e| {
            Problem::new(
                "fault",
                500,
                format!("the engine's answer is not understood: {e}"),
            )
        })
    }

    /// Asks for a change of the work or the connection, and shows the status that comes back.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub(crate) async fn ask_status(self, question: Question) -> Result<Status, Problem> {
        let status: Status = self.ask(question).await?;
        self.status.set(Some(status.clone()));
        Ok(status)
    }

    /// Reads the draft's state.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub(crate) async fn read<T: DeserializeOwned>(self, request: Request) -> Result<T, Problem> {
        self.ask(Question::Read {
            request,
            view: View::Draft,
        })
        .await
    }

    /// Adds a change to the draft; answered once it is saved.
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub(crate) async fn add(self, request: Request) -> Result<Committed, Problem> {
        self.ask(Question::Add { request }).await
    }

    /// Asks for a map ([`Question::Map`]).
    ///
    /// # Errors
    /// As [`Engine::ask`].
    pub(crate) async fn map(self, question: Question) -> Result<MapFrame, Problem> {
        let (to, from) = oneshot::channel();
        self.post(question, Waiting::Map(to));
        from.await.map_err(|_| stopped())?
    }

    /// Changes whenever what is shown must be read again: with the draft and its digest, and after a restart, which leaves
    /// unanswered what was on its way. Empty before the work is open.
    pub(crate) fn version(self) -> Memo<String> {
        Memo::new(move |_| {
            let restarts = self.restarts.get();
            self.status.with(|s| {
                s.as_ref()
                    .map(|s| format!("{restarts} {} {}", s.draft.id, s.digest))
                    .unwrap_or_default()
            })
        })
    }
}

/// What `assets/loader.js` offers: `plat.engine()`.
fn take_worker() -> Option<Worker> {
    let plat = Reflect::get(&js_sys::global(), &JsValue::from_str("plat")).ok()?;
    let engine: Function = Reflect::get(&plat, &JsValue::from_str("engine"))
        .ok()?
        .dyn_into()
        .ok()?;
    engine.call0(&plat).ok()?.dyn_into().ok()
}

/// A value read from the engine, again whenever the question or the state changes. It keeps what it had while it reads.
pub(crate) struct Loaded<T: Send + Sync + 'static> {
    /// The last answer; none before the first.
    pub(crate) answer: RwSignal<Option<Result<T, Problem>>>,
    /// True while a newer answer is on its way.
    pub(crate) busy: RwSignal<bool>,
}

impl<T: Send + Sync + 'static> Clone for Loaded<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T: Send + Sync + 'static> Copy for Loaded<T> {}

impl<T: Send + Sync + Clone + 'static> Loaded<T> {
    /// The value, where there is one.
    pub(crate) fn value(self) -> Option<T> {
        self.answer
            .with(|a| a.as_ref().and_then(|a| a.as_ref().ok().cloned()))
    }

    /// True if what is asked now was answered with a problem; false while the answer is on its way.
    pub(crate) fn refused(self) -> bool {
        !self.busy.get() && self.answer.with(|a| matches!(a, Some(Err(_))))
    }

    /// The problem, where there is one.
    pub(crate) fn problem(self) -> Option<Problem> {
        self.answer
            .with(|a| a.as_ref().and_then(|a| a.as_ref().err().cloned()))
    }
}

/// Reads what `request` says whenever it or the state changes; nothing while it says none. Late answers to earlier
/// questions are dropped.
pub(crate) fn load<T, F>(engine: Engine, request: F) -> Loaded<T>
where
    T: DeserializeOwned + Send + Sync + Clone + 'static,
    F: Fn() -> Option<Question> + 'static,
{
    let loaded = Loaded {
        answer: RwSignal::new(None),
        busy: RwSignal::new(false),
    };
    let version = engine.version();
    let latest = StoredValue::new(0u64);
    Effect::new(move |_| {
        let opened = !version.get().is_empty();
        let question = request();
        latest.update_value(|n| *n += 1);
        let mine = latest.get_value();
        let Some(question) = question.filter(|_| opened) else {
            loaded.busy.set(false);
            loaded.answer.set(None);
            return;
        };
        loaded.busy.set(true);
        spawn_local(async move {
            let answer = engine.ask::<T>(question).await;
            if latest.try_get_value() == Some(mine) {
                loaded.busy.set(false);
                loaded.answer.set(Some(answer));
            }
        });
    });
    loaded
}

/// A read of the draft's state, as a question.
pub(crate) fn read(request: Request) -> Question {
    Question::Read {
        request,
        view: View::Draft,
    }
}
