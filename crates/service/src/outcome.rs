//! What a request comes to, as a value.

use plat_api::{Problem, Request};
use plat_domain::{ChangeSet, Digest, State};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A request with what its caller takes for granted.
#[derive(Clone, Debug)]
pub struct Call {
    /// What is asked.
    pub request: Request,
    /// The revision that the caller saw (`If-Match`).
    pub base: Option<u64>,
}

impl Call {
    /// A request that takes no revision for granted.
    #[must_use]
    pub const fn new(request: Request) -> Self {
        Self { request, base: None }
    }
}

/// One revision to make durable.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The revision that these changes make.
    pub revision: u64,
    /// Its chained digest.
    pub digest: Digest,
    /// The facts.
    pub changes: ChangeSet,
    /// The word of the command, for the audit trail.
    pub word: &'static str,
}

/// The answer, and what must be durable before it is given.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// HTTP status: 200, 201, or a problem's.
    pub status: u16,
    /// The answer, or the problem.
    pub body: Value,
    /// The revision that the answer speaks of.
    pub revision: u64,
    /// Revisions to persist, in order, all or none; empty for reads, refusals and retries.
    pub entries: Vec<Entry>,
    /// The state after them; none where there are none.
    pub next: Option<State>,
}

impl Outcome {
    pub(crate) fn read(body: Value, state: &State) -> Self {
        Self {
            status: 200,
            body,
            revision: state.revision(),
            entries: Vec::new(),
            next: None,
        }
    }

    /// A refusal.
    #[must_use]
    pub fn problem(problem: &Problem, state: &State) -> Self {
        let body = serde_json::to_value(problem).unwrap_or(Value::Null);
        Self {
            status: problem.status,
            body,
            revision: state.revision(),
            entries: Vec::new(),
            next: None,
        }
    }

    /// True if the body is a problem.
    #[must_use]
    pub const fn is_problem(&self) -> bool {
        self.status >= 400
    }
}

/// What an `Idempotency-Key` that was used before means for the request that comes with it now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// The same request: give the same answer, do nothing.
    Same {
        /// Its status.
        status: u16,
        /// Its body, as it was sent.
        body: String,
    },
    /// Another request: refuse it.
    Reused(Problem),
}

/// An answer kept under an `Idempotency-Key`, in the same commit as its effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// Digest of method, path and body.
    pub request: Digest,
    /// The answer's status.
    pub status: u16,
    /// The answer's body.
    pub body: String,
}

/// Compares a request with the one that used its key before.
#[must_use]
pub fn replay(kept: &Kept, request: Digest) -> Replay {
    if kept.request == request {
        Replay::Same {
            status: kept.status,
            body: kept.body.clone(),
        }
    } else {
        let detail = "this Idempotency-Key was used for another request: use a new key";
        Replay::Reused(Problem::new("key-reused", 422, detail))
    }
}
