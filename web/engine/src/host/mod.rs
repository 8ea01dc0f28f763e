//! The queue between the page and the work: questions in order, reads past a slow edge, answers once saved.
//!
//! **Invariant**: no borrow of the work is held across an await, and whatever is decided after one is decided on the work
//! as it is then. Questions that change the work are done one at a time, so the work is still the same.

mod connection;
mod database;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use js_sys::{Array, Date, Object, Promise, Reflect, Uint32Array};
use plat_api::{Problem, Request};
use plat_domain::{Plan, State};
use plat_web_protocol::{Ask, Link, Question, Rebase, Saving, Status, Tell, View};
use serde_json::Value;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

use crate::answer::{self, Window, json};
use crate::desk::{Desk, Fresh, context_at, genesis};
use crate::edge;
use crate::history;
use crate::record::Origin;
use crate::sheet::Sheet;
use crate::storage::Storage;

/// How often a shown page asks the edge whether it has moved.
const POLL_MS: i32 = 10_000;
/// How often to look whether a poll that was on its way already has ended.
const POLL_WAIT_MS: i32 = 50;
const ELSEWHERE: &str = "the work is open in another tab of this browser: close it to go on here";

/// What is to be done.
enum Job {
    Ask(Ask),
    /// The edge's newest state, for a draft without steps.
    Follow(Origin, State),
    /// The other tab has closed.
    TakeOver,
}

/// An answer on its way to the page.
enum Said {
    Value(Value),
    Map { revision: u64, columns: Vec<u32> },
}

/// The engine. There is one a Web Worker.
pub(crate) struct Host {
    scope: DedicatedWorkerGlobalScope,
    jobs: RefCell<VecDeque<Job>>,
    working: Cell<bool>,
    /// True while the job at hand waits for an edge.
    at_edge: Cell<bool>,
    desk: RefCell<Option<Desk>>,
    storage: RefCell<Option<Rc<Storage>>>,
    may_write: Cell<bool>,
    lock_asked: Cell<bool>,
    /// True once opening no longer waits for the lock.
    lock_waited: Cell<bool>,
    saving: RefCell<Saving>,
    shown: Cell<bool>,
    polling: Cell<bool>,
    /// The newest state that was read of an edge.
    newest: RefCell<Option<(Origin, State)>>,
}

fn now_ms() -> u64 {
    // A clock before 1970 counts as 1970; the cast saturates.
    Date::now() as u64
}

/// A time-ordered identity (UUID version 7, RFC 9562). Without entropy it still follows from the time; a clash is refused.
fn fresh_bytes() -> [u8; 16] {
    let mut random = [0; 10];
    let _ = getrandom::fill(&mut random);
    uuid::Builder::from_unix_timestamp_millis(now_ms(), &random)
        .into_uuid()
        .into_bytes()
}

fn fresh() -> Fresh {
    Fresh {
        id: uuid::Uuid::from_bytes(fresh_bytes()).to_string(),
        now_ms: now_ms(),
    }
}

fn identified(mut request: Request) -> Request {
    request.fill_ids(fresh_bytes);
    request
}

fn elsewhere() -> Problem {
    Problem::new("open-elsewhere", 409, ELSEWHERE)
}

fn not_open() -> Problem {
    Problem::new("fault", 500, "the work is not open")
}

impl Host {
    pub(crate) fn new(scope: DedicatedWorkerGlobalScope) -> Rc<Self> {
        Rc::new(Self {
            scope,
            jobs: RefCell::default(),
            working: Cell::new(false),
            at_edge: Cell::new(false),
            desk: RefCell::default(),
            storage: RefCell::default(),
            may_write: Cell::new(false),
            lock_asked: Cell::new(false),
            lock_waited: Cell::new(false),
            saving: RefCell::new(Saving::Saved),
            shown: Cell::new(true),
            polling: Cell::new(false),
            newest: RefCell::default(),
        })
    }

    /// Hears the page and the network from now on.
    pub(crate) fn listen(self: &Rc<Self>) {
        let host = Rc::clone(self);
        let heard =
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| host.hear(&event.data()));
        self.scope.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        heard.forget();
        let host = Rc::clone(self);
        let online = Closure::<dyn FnMut()>::new(move || host.poll_soon());
        self.scope.set_ononline(Some(online.as_ref().unchecked_ref()));
        online.forget();
        let host = Rc::clone(self);
        let offline = Closure::<dyn FnMut()>::new(move || host.set_link(Link::Offline));
        self.scope.set_onoffline(Some(offline.as_ref().unchecked_ref()));
        offline.forget();
        let host = Rc::clone(self);
        spawn_local(async move {
            loop {
                host.pause(POLL_MS).await;
                if host.shown.get() {
                    host.poll().await;
                }
            }
        });
    }

    async fn pause(&self, ms: i32) {
        let promise = Promise::new(&mut |done, _| {
            let _ = self
                .scope
                .set_timeout_with_callback_and_timeout_and_arguments_0(&done, ms);
        });
        let _ = JsFuture::from(promise).await;
    }

    // ---- what is heard and what is said

    fn hear(self: &Rc<Self>, data: &JsValue) {
        let text = data.as_string().unwrap_or_default();
        let ask: Ask = match serde_json::from_str(&text) {
            Ok(ask) => ask,
            Err(e) => {
                let id = serde_json::from_str::<Value>(&text)
                    .ok()
                    .and_then(|v| v.get("id").and_then(Value::as_u64));
                let problem = Problem::bad_request(format!("the question is not understood: {e}"));
                self.tell(&Tell::Refusal {
                    id: id.unwrap_or_default(),
                    problem,
                });
                return;
            }
        };
        // Past an edge that takes its time, unless something that was asked before would change the answer.
        if self.at_edge.get() && self.jobs.borrow().is_empty() && is_read(&ask.question) {
            let answer = self.read(ask.question);
            self.answer(ask.id, answer);
            return;
        }
        self.push(Job::Ask(ask));
    }

    fn push(self: &Rc<Self>, job: Job) {
        self.jobs.borrow_mut().push_back(job);
        if self.working.replace(true) {
            return;
        }
        let host = Rc::clone(self);
        spawn_local(async move {
            loop {
                let job = host.jobs.borrow_mut().pop_front();
                let Some(job) = job else { break };
                host.work(job).await;
            }
            host.working.set(false);
        });
    }

    fn tell(&self, tell: &Tell) {
        // All of it has a JSON form; a page that is gone hears nothing.
        if let Ok(text) = serde_json::to_string(tell) {
            let _ = self.scope.post_message(&JsValue::from_str(&text));
        }
    }

    fn answer(&self, id: u64, answer: Result<Said, Problem>) {
        match answer {
            Ok(Said::Value(value)) => self.tell(&Tell::Answer { id, value }),
            Ok(Said::Map { revision, columns }) => self.post_map(id, revision, &columns),
            Err(problem) => self.tell(&Tell::Refusal { id, problem }),
        }
    }

    fn post_map(&self, id: u64, revision: u64, columns: &[u32]) {
        let columns = Uint32Array::from(columns);
        let message = Object::new();
        // Ids and revisions stay below 2^53, where a double is exact.
        for (name, value) in [
            ("id", JsValue::from_f64(id as f64)),
            ("revision", JsValue::from_f64(revision as f64)),
        ] {
            let _ = Reflect::set(&message, &JsValue::from_str(name), &value);
        }
        let _ = Reflect::set(&message, &JsValue::from_str("columns"), &columns);
        let _ = self
            .scope
            .post_message_with_transfer(&message, &Array::of1(&columns.buffer()));
    }

    fn tell_status(&self) {
        if let Ok(status) = self.status() {
            self.tell(&Tell::Status(Box::new(status)));
        }
    }

    fn status(&self) -> Result<Status, Problem> {
        let saving = if self.may_write.get() {
            self.saving.borrow().clone()
        } else {
            Saving::Elsewhere
        };
        self.with(|desk| Ok(desk.status(saving)))
    }

    fn with<T>(&self, look: impl FnOnce(&Desk) -> Result<T, Problem>) -> Result<T, Problem> {
        self.desk.borrow().as_ref().map_or_else(|| Err(not_open()), look)
    }

    fn change<T>(&self, change: impl FnOnce(&mut Desk) -> Result<T, Problem>) -> Result<T, Problem> {
        self.desk
            .borrow_mut()
            .as_mut()
            .map_or_else(|| Err(not_open()), change)
    }

    async fn work(self: &Rc<Self>, job: Job) {
        match job {
            Job::Ask(Ask {
                id,
                question:
                    Question::History {
                        space,
                        cidr,
                        view: View::Base,
                        skip,
                    },
            }) => {
                let opened = self.open().await;
                let host = Rc::clone(self);
                spawn_local(async move {
                    let answer = match opened {
                        Ok(()) => host.journal(space, cidr, skip).await,
                        Err(problem) => Err(problem),
                    };
                    host.answer(id, answer.map(Said::Value));
                });
            }
            Job::Ask(Ask { id, question }) => {
                let answer = self.ask(question).await;
                self.answer(id, answer);
            }
            Job::Follow(origin, state) => {
                let followed = self.change(|desk| {
                    let blank = desk.sheet.is_blank() && *desk.sheet.origin() == origin;
                    if !blank || state.revision() <= desk.base().revision() {
                        return Ok(None);
                    }
                    desk.sheet = desk.sheet.emptied(state);
                    Ok(Some(desk.writes()))
                });
                if let Ok(Some(writes)) = followed {
                    self.save(writes).await;
                    self.tell_status();
                }
            }
            Job::TakeOver => {
                self.may_write.set(true);
                if self.desk.borrow_mut().take().is_some() && self.load().await.is_ok() {
                    self.tell_status();
                }
            }
        }
    }

    // ---- questions

    async fn ask(self: &Rc<Self>, question: Question) -> Result<Said, Problem> {
        self.open().await?;
        if is_read(&question) {
            return self.read(question);
        }
        let value = match question {
            Question::Open => json(&self.status()?)?,
            Question::Refresh => {
                // Not in the queue: it changes nothing of the work but what is known of the edge.
                self.at_edge.set(true);
                while self.polling.get() {
                    self.pause(POLL_WAIT_MS).await;
                }
                self.poll().await;
                self.at_edge.set(false);
                json(&self.status()?)?
            }
            Question::Shown { visible } => {
                if visible && !self.shown.get() {
                    self.poll_soon();
                }
                self.shown.set(visible);
                json(&self.status()?)?
            }
            question => {
                if !self.may_write.get() {
                    return Err(elsewhere());
                }
                self.ask_change(question).await?
            }
        };
        Ok(Said::Value(value))
    }

    /// A question that changes nothing.
    fn read(&self, question: Question) -> Result<Said, Problem> {
        self.with(|desk| match question {
            Question::Read { request, view } => {
                let state = if view == View::Base {
                    desk.base()
                } else {
                    desk.head()
                };
                answer::read(state, &request, now_ms()).map(Said::Value)
            }
            Question::Preview { request } => {
                answer::preview(desk.head(), identified(request), now_ms()).map(Said::Value)
            }
            Question::Map {
                space,
                family,
                first,
                last,
                width_px,
            } => {
                let window = Window {
                    space: &space,
                    family,
                    first: &first,
                    last: &last,
                    width_px,
                };
                let columns = answer::map(desk.head(), window)?;
                Ok(Said::Map {
                    revision: desk.head().revision(),
                    columns,
                })
            }
            Question::History {
                space, cidr, skip, ..
            } => {
                let page = history::planned(desk.base(), &desk.sheet.draft().plan(), space, cidr, skip)?;
                json(&page).map(Said::Value)
            }
            Question::Standing { space } => json(&history::standing(desk.head(), space)).map(Said::Value),
            Question::Diff => json(&desk.sheet.diff()).map(Said::Value),
            Question::Plan => json(&desk.sheet.draft().plan()).map(Said::Value),
            _ => Err(not_open()),
        })
    }

    /// A question that changes the work.
    async fn ask_change(self: &Rc<Self>, question: Question) -> Result<Value, Problem> {
        match question {
            Question::Add { request } => self.add(identified(request)).await,
            Question::Undo => self.edit(Sheet::undo).await,
            Question::Redo => self.edit(Sheet::redo).await,
            Question::RenameDraft { name } => {
                self.edit(|sheet| {
                    sheet.rename(name);
                    true
                })
                .await
            }
            Question::OpenPlan { plan } => self.open_plan(plan).await,
            Question::NewDraft { name } => {
                self.save_rest().await?;
                let Fresh { id, now_ms } = fresh();
                let newest = self.newest.borrow().clone();
                let writes = self.change(|desk| {
                    let origin = desk.sheet.origin().clone();
                    let newer = newest
                        .filter(|(from, state)| *from == origin && state.revision() > desk.base().revision());
                    let base = newer.map_or_else(|| desk.base().clone(), |(_, state)| state);
                    Ok(desk.put(Sheet::new(id, origin, name, base, now_ms)))
                })?;
                self.saved_status(writes).await
            }
            Question::SwitchDraft { draft } => {
                self.save_rest().await?;
                let head = self.with(|desk| desk.find(&draft))?;
                let sheet = self.restore(&head).await?;
                let writes = self.change(|desk| Ok(desk.put(sheet)))?;
                let answer = self.saved_status(writes).await;
                self.poll_soon();
                answer
            }
            Question::DiscardDraft { draft } => self.discard(&draft).await,
            Question::Connect {
                url,
                token,
                workspace,
            } => self.connect(edge::named(&url, &token, &workspace)?).await,
            Question::Disconnect => {
                self.save_rest().await?;
                let (sheet, mut writes) = self.any_sheet(&Origin::local(), genesis()?).await?;
                writes.extend(self.change(|desk| Ok(desk.put(sheet)))?);
                self.saved_status(writes).await
            }
            Question::Rebase { keep } => self.rebase(keep).await,
            Question::Apply { confirm } => self.apply(confirm).await,
            Question::Open
            | Question::Refresh
            | Question::Shown { .. }
            | Question::Read { .. }
            | Question::Preview { .. }
            | Question::Map { .. }
            | Question::History { .. }
            | Question::Standing { .. }
            | Question::Diff
            | Question::Plan => Err(not_open()),
        }
    }

    async fn add(&self, request: Request) -> Result<Value, Problem> {
        let (committed, writes) = self.change(|desk| {
            let command = plat_service::command_of(desk.head(), request)?;
            let committed = desk.sheet.add(command, &context_at(now_ms())?)?;
            Ok((committed, desk.writes()))
        })?;
        if committed.changed {
            self.save(writes).await;
            self.tell_status();
        }
        json(&committed)
    }

    async fn edit(&self, edit: impl FnOnce(&mut Sheet) -> bool) -> Result<Value, Problem> {
        let writes = self.change(|desk| {
            Ok(if edit(&mut desk.sheet) {
                desk.writes()
            } else {
                Vec::new()
            })
        })?;
        self.saved_status(writes).await
    }

    async fn open_plan(&self, plan: Value) -> Result<Value, Problem> {
        // Through text: a second way to read a plan would be 50 KB more to load.
        let plan: Plan = serde_json::from_str(&plan.to_string())
            .map_err(|e| Problem::bad_request(format!("not a plan file: {e}")))?;
        self.save_rest().await?;
        let (rebase, writes) = self.change(|desk| {
            let (sheet, rebased) = desk.open_plan(&plan, fresh())?;
            let writes = desk.put(sheet);
            let (base_revision, digest) = (desk.base().revision(), desk.head().digest());
            Ok((
                Rebase {
                    base_revision,
                    moved: rebased.moved,
                    digest,
                    kept: true,
                },
                writes,
            ))
        })?;
        self.save(writes).await;
        self.tell_status();
        json(&rebase)
    }

    async fn discard(&self, draft: &str) -> Result<Value, Problem> {
        let is_open = self.with(|desk| desk.find(draft).map(|head| head.id == desk.sheet.id()))?;
        let mut writes = Vec::new();
        if is_open {
            let mut next = None;
            while let Some(head) = self.with(|desk| Ok(desk.next_after(draft)))? {
                match self.restore(&head).await {
                    Ok(sheet) => {
                        next = Some(sheet);
                        break;
                    }
                    Err(_) => writes.extend(self.change(|desk| Ok(desk.set_aside(&head.id)))?),
                }
            }
            writes.extend(self.change(|desk| {
                let sheet = match next {
                    Some(sheet) => sheet,
                    None => Desk::first_sheet(desk.sheet.origin().clone(), desk.base().clone(), fresh())?,
                };
                Ok(desk.put(sheet))
            })?);
        }
        writes.extend(self.change(|desk| Ok(desk.discard(draft)))?);
        self.saved_status(writes).await
    }
}

/// True for what changes nothing and needs only the work as it is.
fn is_read(question: &Question) -> bool {
    match question {
        Question::Read { .. }
        | Question::Preview { .. }
        | Question::Map { .. }
        | Question::Standing { .. }
        | Question::History {
            view: View::Draft, ..
        }
        | Question::Diff
        | Question::Plan => true,
        Question::Open
        | Question::Add { .. }
        | Question::Undo
        | Question::Redo
        | Question::OpenPlan { .. }
        | Question::NewDraft { .. }
        | Question::SwitchDraft { .. }
        | Question::RenameDraft { .. }
        | Question::DiscardDraft { .. }
        | Question::Connect { .. }
        | Question::Disconnect
        | Question::Refresh
        | Question::Shown { .. }
        | Question::Rebase { .. }
        | Question::History { view: View::Base, .. }
        | Question::Apply { .. } => false,
    }
}
