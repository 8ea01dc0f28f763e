//! Requests that change the workspace.

use std::collections::BTreeSet;

use plat_api::{Committed, PAGE_MAX, Problem, Reference, Request};
use plat_domain::command::{
    AcceptConflict, Batch, ExpireDue, Release, RemoveResource, RemoveSpace, ReopenConflict,
};
use plat_domain::query::{Row, row};
use plat_domain::{
    Change, ChangeSet, ClaimId, Command, Context, Rejection, ResourceId, SpaceId, State, decide, diff, limits,
};
use serde_json::Value;

use crate::outcome::{Call, Entry, Outcome};
use crate::{apply, import, read, resolve};

/// A state on its way: what was decided so far in this request, and what is to be persisted for it.
pub(crate) struct Progress {
    pub(crate) state: State,
    pub(crate) entries: Vec<Entry>,
}

impl Progress {
    /// Commits decided changes as one revision, unless there are none.
    pub(crate) fn commit(&mut self, changes: ChangeSet, word: &'static str) -> Result<(), Problem> {
        if changes.is_empty() {
            return Ok(());
        }
        self.state = std::mem::take(&mut self.state).commit(&changes)?;
        let (revision, digest) = (self.state.revision(), self.state.digest());
        self.entries.push(Entry {
            revision,
            digest,
            changes,
            word,
        });
        Ok(())
    }
}

pub(crate) fn handle(state: &State, call: Call, context: &Context) -> Outcome {
    if let Err(problem) = check_base(state, &call) {
        return Outcome::problem(&problem, state);
    }
    let mut progress = Progress {
        state: state.clone(),
        entries: Vec::new(),
    };
    let due = if is_expiry(&call.request) {
        Ok(())
    } else {
        expire(&mut progress, context)
    };
    let answer = due.and_then(|()| {
        let expired = progress.entries.len();
        run(&mut progress, call.request, context).inspect_err(|_| {
            // What expired has expired, whatever became of the request.
            progress.entries.truncate(expired);
        })
    });
    match answer {
        Ok((status, body)) => {
            let revision = progress.state.revision();
            let next = (!progress.entries.is_empty()).then_some(progress.state);
            Outcome {
                status,
                body,
                revision,
                entries: progress.entries,
                next,
            }
        }
        Err(problem) => after_refusal(state, &progress.entries, &problem),
    }
}

/// A refusal, with the expiries that came before it.
fn after_refusal(state: &State, expired: &[Entry], problem: &Problem) -> Outcome {
    let mut outcome = Outcome::problem(problem, state);
    let next = expired
        .iter()
        .try_fold(state.clone(), |s, entry| s.commit(&entry.changes));
    if let (Ok(next), false) = (next, expired.is_empty()) {
        outcome.revision = next.revision();
        outcome.entries = expired.to_vec();
        outcome.next = Some(next);
    }
    outcome
}

fn check_base(state: &State, call: &Call) -> Result<(), Problem> {
    match call.base {
        None if call.request.needs_base() => {
            let detail =
                "this change rests on what you saw: send If-Match with the revision (the ETag of any answer)";
            Err(Problem::new("base-required", 428, detail).with("revision", state.revision()))
        }
        Some(base) if base != state.revision() => {
            let detail = format!(
                "the workspace is at revision {}, not {base}: read again and decide anew",
                state.revision()
            );
            Err(Problem::new("stale-revision", 412, detail).with("revision", state.revision()))
        }
        Some(_) | None => Ok(()),
    }
}

/// True for the request to expire what is due, which would else find it done.
fn is_expiry(request: &Request) -> bool {
    matches!(request, Request::Command(command) if matches!(**command, Command::ExpireDue(_)))
}

/// True if something has ended and still counts: a reservation, a rest, an acceptance.
pub(crate) fn is_due(state: &State, context: &Context) -> bool {
    state.next_expiry().is_some_and(|at| at <= context.now)
}

fn expire(progress: &mut Progress, context: &Context) -> Result<(), Problem> {
    if is_due(&progress.state, context) {
        let actor = plat_domain::Actor {
            role: plat_domain::Role::Owner,
            ..context.actor.clone()
        };
        let context = Context {
            actor,
            now: context.now,
        };
        let due = decide(&progress.state, &Command::ExpireDue(ExpireDue {}), &context)?;
        progress.commit(due, "expireDue")?;
    }
    Ok(())
}

fn run(progress: &mut Progress, request: Request, context: &Context) -> Result<(u16, Value), Problem> {
    if !request.is_change() {
        return Ok((200, read::answer(&progress.state, &request, context)?));
    }
    if let Request::Apply(apply) = request {
        return apply::apply(progress, &apply, context).map(|body| (200, body));
    }
    if let Request::Import(file) = request {
        let found = import::preview(&progress.state, &file)?;
        let changes = decide(&progress.state, &import::command(&found)?, context)?;
        let changed = !changes.is_empty();
        progress.commit(changes, "import")?;
        return Ok((
            200,
            to_value(&import::imported(&progress.state, &found, changed))?,
        ));
    }
    let command = command_of(&progress.state, request)?;
    check_allocations(&command)?;
    let changes = decide(&progress.state, &command, context)?;
    let (changed, released) = (!changes.is_empty(), released(&changes));
    let begins = begins(&progress.state, &changes);
    progress.commit(changes, command.word())?;
    let committed = committed(&progress.state, &command, changed, released);
    let shown = committed.claim.is_some() || !committed.claims.is_empty();
    let status = if begins || changed && shown && is_creation(&command) {
        201
    } else {
        200
    };
    Ok((status, to_value(&committed)?))
}

/// One request cannot drain a pool (an import or a plan, which people look at first, may be larger).
fn check_allocations(command: &Command) -> Result<(), Problem> {
    let Command::Batch(Batch { commands }) = command else {
        return Ok(());
    };
    let allocations = commands
        .iter()
        .filter(|c| matches!(c, Command::Allocate(_)))
        .count();
    if allocations > limits::ALLOCATIONS_PER_REQUEST {
        let max = limits::ALLOCATIONS_PER_REQUEST as u64;
        return Err(Rejection::LimitExceeded {
            limit: "allocations in one request".into(),
            max,
        }
        .into());
    }
    Ok(())
}

/// The command that a request to change something comes to: what an engine adds to a draft.
///
/// # Errors
/// The [`Problem`] where a reference names nothing, or the request is a read or a plan.
pub fn command_of(state: &State, request: Request) -> Result<Command, Problem> {
    // An id that is not there was released or removed before: doing it twice succeeds.
    let claim_id = |claim: &Reference| {
        let id = claim.0.parse::<ClaimId>();
        id.or_else(|_| resolve::claim(state, claim).map(|c| c.id))
    };
    match request {
        Request::CreatePool(pool) => resolve::create_pool(state, &pool),
        Request::Allocate(allocation) => resolve::allocate(state, &allocation),
        Request::Edit(edit) => resolve::edit(state, &edit),
        Request::Release { claim, at_once } => Ok(Command::Release(Release {
            at_once,
            ..Release::of(claim_id(&claim)?)
        })),
        Request::Split(split) => resolve::split(state, &split),
        Request::Merge(merge) => resolve::merge(state, &merge),
        Request::PutResource(put) => resolve::put_resource(state, &put),
        Request::RemoveResource { resource } => {
            let id = resource.0.parse::<ResourceId>();
            let id = id.or_else(|_| resolve::resource(state, &resource).map(|r| r.id))?;
            Ok(Command::RemoveResource(RemoveResource { id }))
        }
        Request::Associate(associate) => resolve::associate(state, &associate),
        Request::CreateSpace(space) => resolve::create_space(state, &space),
        Request::EditSpace(edit) => resolve::edit_space(state, &edit),
        Request::RemoveSpace { space } => {
            let id = space.0.parse::<SpaceId>();
            let id = id.or_else(|_| resolve::space(state, Some(&space)).map(|s| s.id))?;
            Ok(Command::RemoveSpace(RemoveSpace { id }))
        }
        Request::AcceptConflict {
            left,
            right,
            reason,
            expires_at,
        } => Ok(Command::AcceptConflict(AcceptConflict {
            left: claim_id(&left)?,
            right: claim_id(&right)?,
            reason,
            expires_at,
        })),
        Request::ReopenConflict { left, right } => Ok(Command::ReopenConflict(ReopenConflict {
            left: claim_id(&left)?,
            right: claim_id(&right)?,
        })),
        Request::Command(command) => Ok(*command),
        Request::Import(file) => import::command(&import::preview(state, &file)?),
        Request::Apply(_) => Err(Problem::bad_request("a plan is applied, not added to a plan")),
        other => Err(Problem::bad_request(format!("{other:?} changes nothing"))),
    }
}

/// True if a space or a resource exists that did not.
fn begins(before: &State, changes: &ChangeSet) -> bool {
    changes.changes.iter().any(|change| match change {
        Change::SpacePut(space) => before.space(space.id).is_none(),
        Change::ResourcePut(resource) => before.resource(resource.id).is_none(),
        _ => false,
    })
}

fn is_creation(command: &Command) -> bool {
    match command {
        Command::CreatePool(_)
        | Command::Allocate(_)
        | Command::Adopt(_)
        | Command::Restore(_)
        | Command::Batch(_) => true,
        Command::CreateSpace(_)
        | Command::RemoveSpace(_)
        | Command::PutResource(_)
        | Command::RemoveResource(_)
        | Command::Edit(_)
        | Command::Release(_)
        | Command::ExpireDue(_)
        | Command::Split(_)
        | Command::Merge(_)
        | Command::EditSpace(_)
        | Command::AcceptConflict(_)
        | Command::ReopenConflict(_)
        | Command::RestoreAcceptance(_) => false,
    }
}

/// The claims that a command is about, as they will be found afterwards: at most [`PAGE_MAX`].
fn subjects(command: &Command) -> Vec<ClaimId> {
    match command {
        Command::CreatePool(c) => vec![c.id],
        Command::Allocate(c) => vec![c.id],
        Command::Adopt(c) => vec![c.id],
        Command::Restore(c) => vec![c.claim.id],
        Command::Edit(c) => vec![c.id],
        Command::Split(c) => core::iter::once(c.id)
            .chain(c.parts.iter().map(|part| part.id))
            .collect(),
        Command::Merge(c) => vec![c.into],
        Command::Batch(Batch { commands }) => commands.iter().flat_map(subjects).take(PAGE_MAX).collect(),
        Command::CreateSpace(_)
        | Command::RemoveSpace(_)
        | Command::PutResource(_)
        | Command::RemoveResource(_)
        | Command::Release(_)
        | Command::ExpireDue(_)
        | Command::EditSpace(_)
        | Command::AcceptConflict(_)
        | Command::ReopenConflict(_)
        | Command::RestoreAcceptance(_) => Vec::new(),
    }
}

fn released(changes: &ChangeSet) -> Vec<ClaimId> {
    changes
        .changes
        .iter()
        .filter_map(|c| {
            if let Change::ClaimRemoved(id) = c {
                Some(*id)
            } else {
                None
            }
        })
        .collect()
}

fn committed(state: &State, command: &Command, changed: bool, released: Vec<ClaimId>) -> Committed {
    // What a batch is about several times is shown once.
    let mut shown = BTreeSet::new();
    let mut claims: Vec<Row> = subjects(command)
        .into_iter()
        .filter(|id| shown.insert(*id))
        .filter_map(|id| state.claim(id))
        .map(|c| row(state, c))
        .collect();
    let claim = if claims.len() == 1 { claims.pop() } else { None };
    let (space, resource) = match command {
        Command::CreateSpace(c) => (state.space(c.space.id), None),
        Command::EditSpace(c) => (state.space(c.id), None),
        Command::PutResource(c) => (None, state.resource(c.resource.id)),
        Command::Batch(Batch { commands }) => match commands.first() {
            Some(Command::PutResource(c)) => (None, state.resource(c.resource.id)),
            _ => (None, None),
        },
        _ => (None, None),
    };
    Committed {
        revision: state.revision(),
        digest: state.digest(),
        changed,
        claim,
        claims,
        space: space.cloned(),
        resource: resource.cloned(),
        released,
        diff: None,
    }
}

/// What a command would do: the answer that it would get, with the net effect, expiries that come first included.
///
/// # Errors
/// The [`Problem`] that it would get.
pub fn preview(state: &State, command: &Command, context: &Context) -> Result<Committed, Problem> {
    let mut progress = Progress {
        state: state.clone(),
        entries: Vec::new(),
    };
    if !matches!(command, Command::ExpireDue(_)) {
        expire(&mut progress, context)?;
    }
    let changes = decide(&progress.state, command, context)?;
    let (changed, released) = (!changes.is_empty(), released(&changes));
    progress.commit(changes, command.word())?;
    let mut committed = committed(&progress.state, command, changed, released);
    let effect = progress.entries.iter().map(|entry| &entry.changes);
    committed.diff = Some(diff(state, &progress.state, effect));
    Ok(committed)
}

pub(crate) fn to_value(answer: &impl serde::Serialize) -> Result<Value, Problem> {
    serde_json::to_value(answer).map_err(|e| Problem::new("fault", 500, e.to_string()))
}
