//! Questions that an edge answers, and polls beside the queue.

use std::rc::Rc;

use plat_api::{Applied, ApplyRequest, HistoryPage, Problem, Workspace};
use plat_domain::{Cidr, Digest, SpaceId, State};
use plat_web_protocol::{Link, Rebase};
use serde_json::Value;
use wasm_bindgen_futures::spawn_local;

use super::{Host, Job, now_ms};
use crate::answer::json;
use crate::desk::context_at;
use crate::edge::{self, Call, Reply, Unreachable};
use crate::http;
use crate::record::{EdgeRecord, Origin};

impl Host {
    /// Sends a request that the job at hand waits for: meanwhile reads are answered.
    async fn send(&self, call: &Call) -> Result<Reply, Unreachable> {
        self.at_edge.set(true);
        let reply = http::send(call).await;
        self.at_edge.set(false);
        reply
    }

    pub(super) async fn connect(&self, mut edge: EdgeRecord) -> Result<Value, Problem> {
        self.save_rest().await?;
        let own = http::own_origin();
        let origin = Origin::edge(&edge.url, &edge.workspace);
        let reply = self.send(&edge.ask_head(&own)).await;
        let link = edge::link(&reply);
        let head = edge::answer::<Workspace>(reply);
        let known = self.with(|desk| {
            Ok(desk
                .known_edge(&origin)
                .map(|edge| edge.head_revision)
                .zip(desk.choice(&origin)))
        })?;
        let (sheet, mut writes) = match (head, known) {
            (Ok(head), _) => {
                edge.head_revision = head.revision;
                let saved = self.with(|desk| Ok(desk.choice(&origin)))?;
                let saved = match saved {
                    Some(saved) => self.restore(&saved).await.ok(),
                    None => None,
                };
                match saved {
                    Some(sheet) if !sheet.is_blank() || sheet.draft().base().revision() >= head.revision => {
                        (sheet, Vec::new())
                    }
                    Some(sheet) => (
                        sheet.emptied(self.newest_of(&edge, &own, &head).await?),
                        Vec::new(),
                    ),
                    None => {
                        self.any_sheet(&origin, self.newest_of(&edge, &own, &head).await?)
                            .await?
                    }
                }
            }
            (Err(_), Some((head_revision, saved))) if link == Link::Offline => {
                edge.head_revision = head_revision;
                (self.restore(&saved).await?, Vec::new())
            }
            (Err(problem), _) => return Err(problem),
        };
        writes.extend(self.change(|desk| {
            let mut writes = vec![desk.put_edge(edge)];
            writes.extend(desk.put(sheet));
            desk.link = link;
            Ok(writes)
        })?);
        self.saved_status(writes).await
    }

    /// The edge's newest state, read once a revision.
    async fn newest_of(&self, edge: &EdgeRecord, own: &str, head: &Workspace) -> Result<State, Problem> {
        let origin = Origin::edge(&edge.url, &edge.workspace);
        let kept = self.newest.borrow().clone();
        if let Some((_, state)) =
            kept.filter(|(from, state)| *from == origin && state.digest() == head.digest)
        {
            return Ok(state);
        }
        let reply = self.send(&edge.ask_snapshot(own, head.revision)).await;
        self.set_link(edge::link(&reply));
        let state = edge::snapshot(reply, head)?;
        *self.newest.borrow_mut() = Some((origin, state.clone()));
        Ok(state)
    }

    fn connected(&self) -> Result<EdgeRecord, Problem> {
        let problem = || {
            Problem::new(
                "not-connected",
                409,
                "this is a plan without an edge: connect to a workspace first",
            )
        };
        self.with(|desk| desk.edge().cloned().ok_or_else(problem))
    }

    pub(super) async fn rebase(&self, keep: bool) -> Result<Value, Problem> {
        let edge = self.connected()?;
        let own = http::own_origin();
        let reply = self.send(&edge.ask_head(&own)).await;
        self.set_link(edge::link(&reply));
        let head: Workspace = edge::answer(reply)?;
        let origin = Origin::edge(&edge.url, &edge.workspace);
        self.heard(&origin, head.revision)?;
        if self.with(|desk| Ok(desk.base().digest() == head.digest))? {
            let digest = self.with(|desk| Ok(desk.head().digest()))?;
            return json(&Rebase {
                base_revision: head.revision,
                moved: Vec::new(),
                digest,
                kept: keep,
            });
        }
        let newest = self.newest_of(&edge, &own, &head).await?;
        let (rebase, writes) = self.change(|desk| {
            let plan = desk.sheet.draft().plan();
            let rebased = plan
                .rebase(&newest, &context_at(now_ms())?)
                .map_err(|e| Problem::plan_error(&e))?;
            let rebase = Rebase {
                base_revision: newest.revision(),
                moved: rebased.moved,
                digest: rebased.plan.digest,
                kept: keep,
            };
            if !keep {
                return Ok((rebase, None));
            }
            desk.sheet = desk.sheet.moved_to(newest, &rebased.plan)?;
            Ok((rebase, Some(desk.writes())))
        })?;
        if let Some(writes) = writes {
            self.save(writes).await;
        }
        self.tell_status();
        json(&rebase)
    }

    pub(super) async fn apply(&self, confirm: Option<Digest>) -> Result<Value, Problem> {
        let edge = self.connected()?;
        let own = http::own_origin();
        let plan = self.with(|desk| Ok(desk.sheet.draft().plan()))?;
        if plan.steps.is_empty() {
            return Err(Problem::bad_request(
                "the draft is empty: there is nothing to apply",
            ));
        }
        let call = edge.ask_apply(&own, &ApplyRequest { plan, confirm })?;
        let reply = self.send(&call).await;
        self.set_link(edge::link(&reply));
        let applied: Applied = edge::answer(reply)?;
        let origin = Origin::edge(&edge.url, &edge.workspace);
        self.heard(&origin, applied.revision)?;
        let here =
            self.with(|desk| Ok((desk.head().digest() == applied.digest).then(|| desk.head().clone())))?;
        let base = match here {
            // What the edge committed is what was decided here, to the bit.
            Some(state) => Ok(state),
            None => self.after_apply(&edge, &own, &applied).await,
        };
        // Applied it is, even if the new base cannot be read now. The draft then stays, and a rebase finds it done.
        if let Ok(base) = base {
            let writes = self.change(|desk| {
                desk.sheet = desk.sheet.emptied(base);
                Ok(desk.writes())
            })?;
            self.save(writes).await;
        }
        self.tell_status();
        json(&applied)
    }

    /// The edge's own history of a prefix; nothing where there is no edge. Nothing of the work waits for it.
    pub(super) async fn journal(&self, space: SpaceId, cidr: Cidr, skip: u64) -> Result<Value, Problem> {
        let edge = self.with(|desk| Ok(desk.edge().cloned()))?;
        let Some(edge) = edge else {
            let revision = self.with(|desk| Ok(desk.base().revision()))?;
            return json(&HistoryPage {
                revision,
                events: Vec::new(),
                next: None,
            });
        };
        let call = edge.ask_history(&http::own_origin(), space, cidr, skip);
        json(&edge::answer::<HistoryPage>(http::send(&call).await)?)
    }

    async fn after_apply(&self, edge: &EdgeRecord, own: &str, applied: &Applied) -> Result<State, Problem> {
        let reply = self.send(&edge.ask_head(own)).await;
        let head: Workspace = edge::answer(reply)?;
        if head.revision < applied.revision {
            return Err(Problem::new(
                "edge-failed",
                502,
                "the edge does not know what it has just applied: refresh",
            ));
        }
        self.newest_of(edge, own, &head).await
    }

    fn heard(&self, origin: &Origin, head_revision: u64) -> Result<(), Problem> {
        self.change(|desk| {
            desk.heard(origin, head_revision);
            Ok(())
        })
    }

    pub(super) fn set_link(&self, link: Link) {
        let changed = self.change(|desk| {
            let changed = desk.edge().is_some() && desk.link != link;
            if changed {
                desk.link = link;
            }
            Ok(changed)
        });
        if matches!(changed, Ok(true)) {
            self.tell_status();
        }
    }

    pub(super) fn poll_soon(self: &Rc<Self>) {
        let host = Rc::clone(self);
        spawn_local(async move { host.poll().await });
    }

    /// Asks the edge for its revision, beside the queue. A draft without steps follows it.
    pub(super) async fn poll(self: &Rc<Self>) {
        let Ok(edge) = self.connected() else { return };
        if self.polling.replace(true) {
            return;
        }
        let own = http::own_origin();
        let origin = Origin::edge(&edge.url, &edge.workspace);
        let reply = http::send(&edge.ask_head(&own)).await;
        let is_same = self
            .connected()
            .is_ok_and(|now| Origin::edge(&now.url, &now.workspace) == origin);
        if is_same {
            let link = edge::link(&reply);
            let head = edge::answer::<Workspace>(reply);
            let behind = self.hear_head(&origin, link, head.as_ref().ok());
            if let (Ok(head), true) = (head, behind) {
                let reply = http::send(&edge.ask_snapshot(&own, head.revision)).await;
                if let Ok(state) = edge::snapshot(reply, &head) {
                    *self.newest.borrow_mut() = Some((origin.clone(), state.clone()));
                    self.push(Job::Follow(origin, state));
                }
            }
        }
        self.polling.set(false);
    }

    /// Notes what a poll heard; true if there is a newer base for a draft that can simply take it.
    fn hear_head(&self, origin: &Origin, link: Link, head: Option<&Workspace>) -> bool {
        let heard = self.change(|desk| {
            let before = (desk.link.clone(), desk.edge().map(|edge| edge.head_revision));
            desk.link = link;
            if let Some(head) = head {
                desk.heard(origin, head.revision);
            }
            let changed = before != (desk.link.clone(), desk.edge().map(|edge| edge.head_revision));
            Ok((changed, desk.is_behind() && desk.sheet.is_blank()))
        });
        let (changed, follow) = heard.unwrap_or_default();
        if changed {
            self.tell_status();
        }
        follow && self.may_write.get()
    }
}
