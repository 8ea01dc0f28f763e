//! Opening the work and keeping it: the lock, the database, what cannot be read and what cannot be written.

use std::rc::Rc;

use js_sys::Promise;
use plat_api::Problem;
use plat_domain::State;
use plat_web_protocol::Saving;
use serde_json::Value;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::{Host, Job, fresh};
use crate::answer::json;
use crate::desk::{Desk, Shelf, Stored, genesis};
use crate::lock;
use crate::record::{Head, Origin, Write};
use crate::sheet::Sheet;
use crate::storage::Storage;

/// How long opening waits for the lock: a tab that was just reloaded, or an engine just restarted, gives it up within this.
const LOCK_WAIT_MS: i32 = 500;

impl Host {
    /// Opens the work, once.
    pub(super) async fn open(self: &Rc<Self>) -> Result<(), Problem> {
        if self.desk.borrow().is_some() {
            return Ok(());
        }
        self.take_lock().await;
        if self.storage.borrow().is_none() {
            match Storage::open().await {
                Ok(storage) => *self.storage.borrow_mut() = Some(Rc::new(storage)),
                Err(e) => {
                    *self.saving.borrow_mut() =
                        Saving::Failed(format!("this browser keeps nothing for this page: {e}"));
                }
            }
        }
        self.load().await?;
        self.poll_soon();
        Ok(())
    }

    /// Waits a moment for the lock; where another tab has it, it is ours once that tab closes.
    async fn take_lock(self: &Rc<Self>) {
        if self.lock_asked.replace(true) {
            return;
        }
        let host = Rc::clone(self);
        let granted = Promise::new(&mut |done, _| {
            let host = Rc::clone(&host);
            let timer = done.clone();
            let _ = host
                .scope
                .set_timeout_with_callback_and_timeout_and_arguments_0(&timer, LOCK_WAIT_MS);
            let asked = lock::ask({
                let host = Rc::clone(&host);
                move || {
                    if host.lock_waited.get() {
                        host.push(Job::TakeOver);
                    } else {
                        host.may_write.set(true);
                    }
                    let _ = done.call0(&JsValue::UNDEFINED);
                }
            });
            if !asked {
                host.may_write.set(true);
                let _ = timer.call0(&JsValue::UNDEFINED);
            }
        });
        let _ = JsFuture::from(granted).await;
        self.lock_waited.set(true);
    }

    /// Reads the work from the database, or begins it.
    pub(super) async fn load(&self) -> Result<(), Problem> {
        let storage = self.storage.borrow().clone();
        let stored = match &storage {
            Some(storage) => storage.load().await.unwrap_or_else(|e| {
                *self.saving.borrow_mut() =
                    Saving::Failed(format!("this browser's database cannot be read: {e}"));
                Stored::default()
            }),
            None => Stored::default(),
        };
        let (mut shelf, mut writes) = Shelf::read(&stored);
        let (sheet, is_new) = loop {
            let origin = shelf.origin().clone();
            match shelf.choice(&origin) {
                Some(head) => match self.restore(&head).await {
                    Ok(sheet) => break (sheet, false),
                    Err(problem) => writes.push(shelf.give_up(&head, &problem.detail)),
                },
                None if origin.is_local() => break (Desk::first_sheet(origin, genesis()?, fresh())?, true),
                None => shelf.fall_back(),
            }
        };
        let damage = shelf.damage.join("; ");
        let mut desk = shelf.open(sheet);
        if is_new {
            writes.extend(desk.put_first());
        }
        *self.desk.borrow_mut() = Some(desk);
        if self.may_write.get() && !writes.is_empty() {
            self.save(writes).await;
        }
        if !damage.is_empty() && *self.saving.borrow() == Saving::Saved {
            *self.saving.borrow_mut() = Saving::Damaged(damage);
        }
        Ok(())
    }

    pub(super) async fn restore(&self, head: &Head) -> Result<Sheet, Problem> {
        let storage = self.storage.borrow().clone();
        let storage = storage
            .ok_or_else(|| Problem::new("not-saved", 503, "this browser keeps nothing for this page"))?;
        let saved = storage
            .load_draft(head)
            .await
            .map_err(|e| Problem::new("fault", 500, e))?;
        Ok(Sheet::restore(head, saved.base.as_deref(), &saved.steps)?)
    }

    /// A draft on an origin: the one that was open there, else the newest that can be restored, else a first one on `base`.
    pub(super) async fn any_sheet(
        &self,
        origin: &Origin,
        base: State,
    ) -> Result<(Sheet, Vec<Write>), Problem> {
        let mut writes = Vec::new();
        while let Some(head) = self.with(|desk| Ok(desk.choice(origin)))? {
            match self.restore(&head).await {
                Ok(sheet) => return Ok((sheet, writes)),
                Err(_) => writes.extend(self.change(|desk| Ok(desk.set_aside(&head.id)))?),
            }
        }
        Ok((Desk::first_sheet(origin.clone(), base, fresh())?, writes))
    }

    /// Writes what the work lacks in the database. What fails stays to be written with the next.
    pub(super) async fn save(&self, writes: Vec<Write>) {
        if writes.is_empty() {
            return;
        }
        let storage = self.storage.borrow().clone();
        let written = match storage {
            Some(storage) => storage.write(&writes).await,
            None => Err("this browser keeps nothing for this page".to_owned()),
        };
        *self.saving.borrow_mut() = match written {
            Ok(()) => {
                let _ = self.change(|desk| {
                    desk.saved();
                    Ok(())
                });
                Saving::Saved
            }
            Err(e) => Saving::Failed(e),
        };
    }

    pub(super) async fn saved_status(&self, writes: Vec<Write>) -> Result<Value, Problem> {
        self.save(writes).await;
        json(&self.status()?)
    }

    /// Before another draft is opened: what the open one lacks in the database would be lost.
    pub(super) async fn save_rest(&self) -> Result<(), Problem> {
        let writes = self.change(|desk| {
            Ok(if desk.is_unsaved() {
                desk.writes()
            } else {
                Vec::new()
            })
        })?;
        self.save(writes).await;
        if self.with(|desk| Ok(desk.is_unsaved()))? {
            let detail = "the open draft cannot be saved in this browser: export it before you open another";
            return Err(Problem::new("not-saved", 503, detail));
        }
        Ok(())
    }
}
