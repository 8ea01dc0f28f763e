//! A workspace in memory, with the ledger beneath it. Everything here is done within one turn: nothing is awaited, so no other
//! request of the object runs in between, and what is written becomes durable together, before the answer leaves.
//!
//! That is also why an `Idempotency-Key` is never "still in flight": a second request with the key finds the first one's answer,
//! or nothing of it.

use plat_api::{Problem, Request};
use plat_domain::{Actor, Context, Digest, Name, ResourceId, Role, State, Timestamp, decide};
use plat_service::{Call, Entry, Kept, Outcome, Replay, genesis, handle, replay};
use serde_json::{Value, json};
use worker::console_error;

use crate::gate::Passed;
use crate::http::{self, Answer, Body, Match};
use crate::ledger::{Fault, Keep, Ledger, Published, Stamp, Tail};
use crate::limits;
use crate::requests::{request, written_cursor};
use crate::routes::{Resource, Verb};
use crate::testing::Sabotage;

/// Who makes revisions that nobody asked for: the first one, and expiries at their time.
const NOBODY: &str = "plat";

/// A workspace as of its last revision.
pub(crate) struct Workspace {
    pub(crate) ledger: Ledger,
    pub(crate) state: State,
    /// The time of the last revision: time never goes back from here, whatever the clock does.
    pub(crate) committed_at: Timestamp,
    pub(crate) tail: Tail,
    /// Copies in KV, oldest first.
    pub(crate) published: Vec<Published>,
    /// When kept answers are to be looked at next.
    pub(crate) prune_at_ms: Option<u64>,
    /// KV is left alone before this: it failed a moment ago.
    pub(crate) kv_not_before_ms: u64,
}

impl Workspace {
    /// Reads the workspace from its ledger; a new one gets its first revision.
    pub(crate) fn open(ledger: Ledger, clock: Timestamp) -> Result<Self, Fault> {
        let loaded = ledger.load()?;
        let published = ledger.published()?;
        let prune_at_ms = ledger.oldest_kept()?.map(|at_ms| at_ms + limits::KEPT_MS);
        let mut workspace = Self {
            ledger,
            state: loaded.state,
            committed_at: loaded.committed_at,
            tail: loaded.tail,
            published,
            prune_at_ms,
            kv_not_before_ms: 0,
        };
        if workspace.state.revision() == 0 {
            workspace.begin(clock)?;
        }
        Ok(workspace)
    }

    fn begin(&mut self, clock: Timestamp) -> Result<(), Fault> {
        let bug = |what: &dyn std::fmt::Display| Fault::Damaged(format!("the first revision: {what}"));
        let command = genesis().ok_or_else(|| bug(&"there is none"))?;
        let context = Self::as_nobody(clock).ok_or_else(|| bug(&"nobody has no name"))?;
        let changes = decide(&self.state, &command, &context).map_err(|e| bug(&e))?;
        let next = self.state.clone().commit(&changes).map_err(|e| bug(&e))?;
        let entry = Entry {
            revision: next.revision(),
            digest: next.digest(),
            changes,
            word: command.word(),
        };
        self.commit(
            &[entry],
            next,
            &Stamp {
                actor: NOBODY,
                at: clock,
                base: None,
            },
            None,
            None,
        )
        .map_err(Fault::Host)
    }

    /// The context of what nobody asked for.
    pub(crate) fn as_nobody(now: Timestamp) -> Option<Context> {
        let name = Name::new(NOBODY).ok()?;
        Some(Context {
            actor: Actor {
                name,
                role: Role::Owner,
            },
            now,
        })
    }

    /// The time to decide at.
    pub(crate) fn now(&self, clock: Timestamp) -> Timestamp {
        clock.max(self.committed_at)
    }

    /// Answers a request. An error of the ledger is a [`Fault`]: what is in memory must then be dropped.
    pub(crate) fn answer(&mut self, passed: &Passed, body: &[u8], clock: Timestamp) -> Result<Answer, Fault> {
        let now = self.now(passed.controls.now.unwrap_or(clock));
        let revision = self.state.revision();
        if passed.route.verb == Verb::Get && http::has_already(passed.none_match.as_deref(), revision) {
            return Ok(Answer {
                status: 304,
                body: Body::Nothing,
                revision: Some(revision),
                headers: Vec::new(),
            });
        }
        let mut asked = match request(
            &passed.route.resource,
            passed.route.verb,
            &passed.parameters,
            body,
        ) {
            Ok(Some(asked)) => asked,
            Ok(None) => return self.answer_from_ledger(passed),
            Err(problem) => return Ok(self.refusal(problem)),
        };
        let made = Made::of(&asked);
        let key = passed.key.as_deref().filter(|_| asked.is_change());
        let kept_request = key.map(|key| (key, digest_of(passed, body)));
        if let Some((key, request)) = kept_request
            && let Some((kept, revision)) = self.ledger.kept(passed.actor.name.as_str(), key, now)?
        {
            return Ok(match replay(&kept, request) {
                Replay::Same { status, body } => {
                    let answer = serde_json::from_str(&body).unwrap_or_default();
                    let location = location(status, &answer, passed, made.resource);
                    Answer {
                        status,
                        body: Body::Json(body.into_bytes()),
                        revision: Some(revision),
                        headers: location,
                    }
                }
                Replay::Reused(problem) => self.refusal(problem),
            });
        }
        let mut starved = false;
        asked.fill_ids(|| {
            let id = fresh_id(now);
            starved |= id.is_none();
            id.unwrap_or_default()
        });
        if starved {
            return Ok(self.refusal(http::fault(&"no randomness")));
        }
        let base = match passed.base {
            Match::Absent => None,
            // Whatever the revision is, it is this one: nothing can come between.
            Match::Any => Some(revision),
            Match::Revision(base) => Some(base),
        };
        let context = Context {
            actor: passed.actor.clone(),
            now,
        };
        let outcome = handle(&self.state, Call { request: asked, base }, &context);
        self.conclude(passed, outcome, kept_request, made, now)
    }

    /// Makes an outcome durable and gives its answer.
    fn conclude(
        &mut self,
        passed: &Passed,
        mut outcome: Outcome,
        kept_request: Option<(&str, Digest)>,
        made: Made,
        now: Timestamp,
    ) -> Result<Answer, Fault> {
        if passed.route.resource.has_cursor()
            && let Some(next) = outcome.body.get_mut("next").filter(|next| !next.is_null())
        {
            *next = written_cursor(next);
        }
        let is_problem = outcome.is_problem();
        let text = outcome.body.to_string();
        // A refusal is not kept: it had no effect, so asking again is safe, and what was in the way may be gone.
        let keep = kept_request.filter(|_| !is_problem).map(|(key, request)| Keep {
            key,
            revision: outcome.revision,
            kept: Kept {
                request,
                status: outcome.status,
                body: text.clone(),
            },
        });
        let stamp = Stamp {
            actor: passed.actor.name.as_str(),
            at: now,
            base: match passed.base {
                Match::Revision(base) => Some(base),
                // Any revision is none.
                Match::Any | Match::Absent => made.planned_on,
            },
        };
        let next = outcome.next.take().unwrap_or_else(|| self.state.clone());
        self.commit(
            &outcome.entries,
            next,
            &stamp,
            keep.as_ref(),
            passed.controls.sabotage,
        )?;
        Sabotage::before_answer(passed.controls.sabotage);
        if passed.route.resource == Resource::Export && !is_problem {
            return Ok(file(&outcome.body, outcome.revision));
        }
        let body = if is_problem {
            Body::Problem(text.into_bytes())
        } else {
            Body::Json(text.into_bytes())
        };
        let headers = location(outcome.status, &outcome.body, passed, made.resource);
        Ok(Answer {
            status: outcome.status,
            body,
            revision: Some(outcome.revision),
            headers,
        })
    }

    /// Writes revisions with the answer that is kept for them, then has them in memory: the only way to change a workspace.
    pub(crate) fn commit(
        &mut self,
        entries: &[Entry],
        next: State,
        stamp: &Stamp<'_>,
        keep: Option<&Keep<'_>>,
        sabotage: Option<Sabotage>,
    ) -> worker::Result<()> {
        if entries.is_empty() && keep.is_none() {
            return Ok(());
        }
        self.ledger.commit(entries, stamp, keep, sabotage)?;
        if keep.is_some() {
            self.prune_at_ms.get_or_insert(stamp.at.ms() + limits::KEPT_MS);
        }
        if entries.is_empty() {
            return Ok(());
        }
        self.state = next;
        self.committed_at = stamp.at;
        self.tail.revisions += entries.len() as u64;
        self.tail.bytes += entries
            .iter()
            .map(|entry| entry.changes.to_bytes().len() as u64)
            .sum::<u64>();
        if self.tail.is_long(self.state.claim_count(), limits::TAIL_PATIENCE)
            && let Err(error) = self.shorten_tail()
        {
            // The revisions are written; a snapshot only makes the next start faster.
            console_error!("no snapshot of revision {}: {error}", self.state.revision());
        }
        Ok(())
    }

    /// Writes a snapshot of the last revision, so that a cold start replays nothing.
    pub(crate) fn shorten_tail(&mut self) -> worker::Result<()> {
        let bytes = self.state.to_snapshot();
        self.ledger.put_snapshot(self.state.revision(), &bytes)?;
        self.tail = Tail {
            revisions: 0,
            bytes: 0,
            snapshot_bytes: bytes.len() as u64,
        };
        Ok(())
    }

    fn refusal(&self, problem: Problem) -> Answer {
        Answer {
            revision: Some(self.state.revision()),
            ..Answer::from(problem)
        }
    }

    /// What the object answers itself: the state whole, and its history.
    fn answer_from_ledger(&self, passed: &Passed) -> Result<Answer, Fault> {
        let (revision, digest) = (self.state.revision(), self.state.digest());
        if passed.route.resource == Resource::Snapshot {
            let body = Body::Other("application/octet-stream".to_owned(), self.state.to_snapshot());
            let answer = Answer {
                status: 200,
                body,
                revision: Some(revision),
                headers: Vec::new(),
            };
            return Ok(answer
                .with("x-plat-digest", digest.to_string())
                .with("x-plat-source", "object"));
        }
        if passed.route.resource == Resource::History {
            let answer = self.history(&passed.parameters)?;
            return Ok(answer.unwrap_or_else(|problem| self.refusal(problem)));
        }
        let read = || -> Result<(u64, u64), Problem> {
            let limit = passed
                .parameters
                .number("limit")?
                .unwrap_or(plat_api::PAGE_DEFAULT as u64);
            if !(1..=plat_api::PAGE_MAX as u64).contains(&limit) {
                return Err(Problem::bad_request(format!(
                    "limit {limit}: give 1 to {}",
                    plat_api::PAGE_MAX
                )));
            }
            Ok((passed.parameters.number("since")?.unwrap_or(0), limit))
        };
        let (since, limit) = match read() {
            Ok(read) => read,
            Err(problem) => return Ok(self.refusal(problem)),
        };
        let (mut entries, mut page_bytes, mut last) = (Vec::new(), 0, since);
        for line in self.ledger.lines(since, limit)? {
            let line = line?;
            page_bytes += line.stored.len();
            last = line.revision;
            entries.push(json!({
                "revision": line.revision,
                "base": line.base,
                "digest": line.digest,
                "actor": line.actor,
                "at": line.at,
                "word": line.word,
                "changes": line.changes.changes,
            }));
            if page_bytes >= limits::JOURNAL_PAGE_BYTES {
                break;
            }
        }
        let next = (last < revision).then_some(last);
        let body = json!({ "revision": revision, "digest": digest, "entries": entries, "next": next });
        Ok(Answer::json(200, &body, Some(revision)))
    }
}

/// What an `Idempotency-Key` binds: method, path with query, and body, each told apart by its length.
fn digest_of(passed: &Passed, body: &[u8]) -> Digest {
    let (verb, target) = (passed.route.verb.word(), &passed.target);
    let mut bytes = format!("{verb} {} {target} {} ", target.len(), body.len()).into_bytes();
    bytes.extend_from_slice(body);
    Digest::of("plat/http-request/1", &bytes)
}

/// A UUID of version 7 (RFC 9562 §5.7): made one after the other, they sort by time. None where the host has no randomness.
fn fresh_id(now: Timestamp) -> Option<[u8; 16]> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).ok()?;
    bytes[..6].copy_from_slice(&now.ms().to_be_bytes()[2..]);
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    Some(bytes)
}

/// What a request says of itself that its answer does not.
#[derive(Clone, Copy)]
struct Made {
    /// The resource that it records.
    resource: Option<ResourceId>,
    /// The revision that it was planned on.
    planned_on: Option<u64>,
}

impl Made {
    fn of(asked: &Request) -> Self {
        Self {
            resource: match asked {
                Request::PutResource(put) => Some(put.resource.id),
                _ => None,
            },
            planned_on: match asked {
                Request::Apply(apply) => Some(apply.plan.base_revision),
                _ => None,
            },
        }
    }
}

/// Says where what was created is. It follows from the request and the body, so a kept answer gets the same.
fn location(
    status: u16,
    body: &Value,
    passed: &Passed,
    resource: Option<ResourceId>,
) -> Vec<(&'static str, String)> {
    if status != 201 {
        return Vec::new();
    }
    let within = match (resource, body["claim"]["id"].as_str()) {
        (Some(resource), _) => format!("resources/{resource}"),
        (None, Some(claim)) => format!("claims/{claim}"),
        (None, None) => return Vec::new(),
    };
    let at = format!("/api/v1/workspaces/{}/{within}", passed.route.workspace);
    vec![("location", at)]
}

/// An export as the file that it is.
fn file(export: &Value, revision: u64) -> Answer {
    let text = |field: &str| export[field].as_str().unwrap_or_default();
    // The name comes from the service; nothing that could end the quoted string or the header may be in it.
    let safe = |letter: char| {
        if letter.is_ascii_alphanumeric() || "._-".contains(letter) {
            letter
        } else {
            '-'
        }
    };
    let name: String = text("fileName").chars().map(safe).collect();
    let body = Body::Other(text("mediaType").to_owned(), text("text").as_bytes().to_vec());
    Answer {
        status: 200,
        body,
        revision: Some(revision),
        headers: Vec::new(),
    }
    .with("content-disposition", format!("attachment; filename=\"{name}\""))
}
