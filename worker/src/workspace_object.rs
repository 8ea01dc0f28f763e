//! The single writer of a workspace: a Durable Object.
//!
//! A request's body is read first; that is the last await before its turn. The turn itself is one piece of code without an
//! await: parse, look for a kept answer, decide, write, have it in memory. Whatever goes wrong in it, what is in memory is
//! dropped and read back from the database when it is needed next.

use std::cell::{Cell, RefCell};

use plat_api::Problem;
use plat_domain::Timestamp;
use wasm_bindgen::JsValue;
use worker::{
    Date, DurableObject, Env, Request, Response, Result, ScheduledTime, State, console_error, durable_object,
};

use crate::gate;
use crate::http::{self, Answer};
use crate::ledger::{Fault, Ledger};
use crate::workspace::Workspace;
use crate::{OBJECT_PREFIX, limits, publish, testing};

/// Holds one workspace; everything it must keep is in its SQLite database.
#[durable_object(alarm)]
pub struct WorkspaceObject {
    state: State,
    env: Env,
    live: RefCell<Live>,
    /// When the alarm was last set to ring; none if that is not known.
    armed_ms: Cell<Option<u64>>,
}

/// What is in memory. Only borrowed within a turn, never across an await.
enum Live {
    /// Nothing: it is read when it is needed.
    Cold,
    Open(Box<Workspace>),
    /// The database holds what no version of this engine wrote. Nothing is written on top of it.
    Damaged(String),
}

fn clock() -> Timestamp {
    Timestamp::from_ms(Date::now().as_millis())
}

impl WorkspaceObject {
    async fn answer(&self, request: &mut Request) -> std::result::Result<Answer, Problem> {
        let passed = gate::pass(request, &self.env)?;
        let body = if passed.route.verb.has_body() {
            http::body_within(request, passed.route.resource.body_bytes()).await?
        } else {
            Vec::new()
        };
        if let (Some(rung), Some(name)) = (passed.controls.alarm, self.name()) {
            self.keep_up(&name, rung).await?;
            let kept = self.ledger().kept_count().map_err(|e| http::fault(&e))?;
            return Ok(Answer::json(200, &serde_json::json!({ "kept": kept }), None));
        }
        self.turn(|live| {
            if passed.controls.forget || passed.controls.damage {
                *live = Live::Cold;
            }
            if passed.controls.damage {
                self.ledger().damage()?;
            }
            if let Some(before) = &passed.controls.before {
                *live = Live::Cold;
                self.ledger().age(before)?;
            }
            self.opened(live)?.answer(&passed, &body, clock())
        })
    }

    fn ledger(&self) -> Ledger {
        Ledger::new(self.state.storage())
    }

    /// Runs one turn; after a fault, memory is not what the database is, so it goes.
    fn turn<T>(
        &self,
        work: impl FnOnce(&mut Live) -> std::result::Result<T, Fault>,
    ) -> std::result::Result<T, Problem> {
        let mut live = self.live.borrow_mut();
        work(&mut live).map_err(|fault| {
            let problem = Problem::from(&fault);
            *live = match fault {
                Fault::Damaged(what) => {
                    console_error!("{what}");
                    Live::Damaged(what)
                }
                Fault::Host(_) => Live::Cold,
            };
            problem
        })
    }

    fn opened<'a>(&self, live: &'a mut Live) -> std::result::Result<&'a mut Workspace, Fault> {
        if let Live::Cold = live {
            *live = Live::Open(Box::new(Workspace::open(self.ledger(), clock())?));
        }
        match live {
            Live::Open(workspace) => Ok(workspace),
            Live::Damaged(what) => Err(Fault::Damaged(what.clone())),
            Live::Cold => Err(Fault::Damaged("nothing was opened".to_owned())),
        }
    }

    /// Sets the alarm if it is to ring earlier than it would. Asked after every request: an alarm that was lost (it is, after
    /// six failures) is set again by the next one. The call reaches the storage within the turn that makes it.
    async fn arm(&self) {
        let now = clock();
        let wanted = match &*self.live.borrow() {
            Live::Open(workspace) => workspace.wake_at_ms(now),
            Live::Cold | Live::Damaged(_) => None,
        };
        let Some(wanted_ms) = wanted else { return };
        let lost = |armed_ms: u64| armed_ms + 2 * limits::ALARM_NET_MS < now.ms();
        if self
            .armed_ms
            .get()
            .is_none_or(|armed_ms| wanted_ms < armed_ms || lost(armed_ms))
        {
            self.ring_at(wanted_ms).await;
        }
    }

    async fn ring_at(&self, at_ms: u64) {
        self.armed_ms.set(Some(at_ms));
        let at = js_sys::Date::new(&JsValue::from_f64(at_ms as f64));
        if let Err(error) = self.state.storage().set_alarm(ScheduledTime::new(at)).await {
            console_error!("the alarm cannot be set: {error}");
            self.armed_ms.set(None);
        }
    }

    /// The workspace's name, which is in the name by which the object was found.
    fn name(&self) -> Option<String> {
        Some(self.state.id().name()?.strip_prefix(OBJECT_PREFIX)?.to_owned())
    }

    /// Everything that is due. What KV refuses is tried again later; nothing else waits for it.
    async fn keep_up(&self, name: &str, rung: Timestamp) -> std::result::Result<(), Problem> {
        let publication = self.turn(|live| self.opened(live)?.upkeep(rung))?;
        if let Some(publication) = publication {
            match publication.write(&self.env, name).await {
                Ok(copy) => self.turn(|live| self.opened(live)?.note_published(copy))?,
                Err(error) => return self.leave_kv_alone(&error),
            }
        }
        for copy in self.turn(|live| Ok(self.opened(live)?.deletable(rung)))? {
            match publish::delete(&self.env, name, &copy).await {
                Ok(()) => self.turn(|live| self.opened(live)?.note_deleted(copy.revision))?,
                Err(error) => return self.leave_kv_alone(&error),
            }
        }
        Ok(())
    }

    fn leave_kv_alone(&self, error: &worker::Error) -> std::result::Result<(), Problem> {
        console_error!("KV failed and is left alone for a while: {error}");
        self.turn(|live| {
            self.opened(live)?.kv_not_before_ms = clock().ms() + limits::ALARM_NET_MS;
            Ok(())
        })
    }
}

impl DurableObject for WorkspaceObject {
    fn new(state: State, env: Env) -> Self {
        Self {
            state,
            env,
            live: RefCell::new(Live::Cold),
            armed_ms: Cell::new(None),
        }
    }

    async fn fetch(&self, mut request: Request) -> Result<Response> {
        if testing::is_test_path(&request.path()) && testing::allowed(&self.env) {
            return testing::visited(&request, &self.state.storage().sql(), &self.env).await;
        }
        let answer = self.answer(&mut request).await.unwrap_or_else(Answer::from);
        self.arm().await;
        answer.into_response()
    }

    /// Rings again whatever happens: first of all it is set to ring a while later, in a turn of its own.
    async fn alarm(&self) -> Result<Response> {
        self.ring_at(clock().ms() + limits::ALARM_NET_MS).await;
        if let Some(name) = self.name()
            && let Err(problem) = self.keep_up(&name, clock()).await
        {
            console_error!("upkeep of {name}: {}", problem.detail);
        }
        // What fails keeps failing for a while; then the later ring stands.
        self.arm().await;
        Response::empty()
    }
}
