//! What can be asked of a workspace. Each command has its file: its fields, its authorisation, its decision.

mod accept_conflict;
mod adopt;
mod allocate;
mod batch;
mod check;
mod choose;
mod create_pool;
mod create_space;
mod edit;
mod edit_space;
mod expire_due;
mod merge;
mod place;
mod put_resource;
mod release;
mod remove_resource;
mod remove_space;
mod resting;
mod restore;
mod split;

use serde::{Deserialize, Serialize};

pub use accept_conflict::{AcceptConflict, ReopenConflict, RestoreAcceptance};
pub use adopt::Adopt;
pub use allocate::Allocate;
pub use batch::Batch;
pub use choose::Wanted;
pub use create_pool::CreatePool;
pub use create_space::CreateSpace;
pub use edit::Edit;
pub use edit_space::EditSpace;
pub use expire_due::ExpireDue;
pub use merge::Merge;
pub use place::Place;
pub use put_resource::PutResource;
pub use release::{Release, cascade};
pub use remove_resource::RemoveResource;
pub use remove_space::RemoveSpace;
pub use restore::Restore;
pub use split::{Split, SplitPart};

use crate::{Actor, Change, ChangeSet, Context, Fingerprint, Rejection, Role, State};

/// A request to change a workspace. The order of the variants is part of the stored form: add at the end only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Command {
    /// Make an address space.
    CreateSpace(CreateSpace),
    /// Remove an empty address space.
    RemoveSpace(RemoveSpace),
    /// Record a resource, or change what is recorded of it.
    PutResource(PutResource),
    /// Remove a resource and release its networks.
    RemoveResource(RemoveResource),
    /// Make a pool, at the top of a space or in another pool.
    CreatePool(CreatePool),
    /// Take space from a pool, or a part of a network.
    Allocate(Allocate),
    /// Record what exists, even where it overlaps.
    Adopt(Adopt),
    /// Change a claim: its name, labels, policy, prefixes, place.
    Edit(Edit),
    /// Give a claim's space back.
    Release(Release),
    /// End what is due: reservations, rests, acceptances.
    ExpireDue(ExpireDue),
    /// Several commands as one, all or nothing.
    Batch(Batch),
    /// Record a claim exactly as an export wrote it.
    Restore(Restore),
    /// Make several claims of one.
    Split(Split),
    /// Make one claim of several.
    Merge(Merge),
    /// Change a space: its name, its provider space, its isolation.
    EditSpace(EditSpace),
    /// Accept that two claims overlap.
    AcceptConflict(AcceptConflict),
    /// Take an acceptance back.
    ReopenConflict(ReopenConflict),
    /// Record an acceptance exactly as an export wrote it.
    RestoreAcceptance(RestoreAcceptance),
}

impl Command {
    /// The word for this command in the audit trail and the API.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::CreateSpace(_) => "createSpace",
            Self::RemoveSpace(_) => "removeSpace",
            Self::PutResource(_) => "putResource",
            Self::RemoveResource(_) => "removeResource",
            Self::CreatePool(_) => "createPool",
            Self::Allocate(_) => "allocate",
            Self::Adopt(_) => "adopt",
            Self::Edit(_) => "edit",
            Self::Release(_) => "release",
            Self::ExpireDue(_) => "expireDue",
            Self::Batch(_) => "batch",
            Self::Restore(_) => "restore",
            Self::Split(_) => "split",
            Self::Merge(_) => "merge",
            Self::EditSpace(_) => "editSpace",
            Self::AcceptConflict(_) => "acceptConflict",
            Self::ReopenConflict(_) => "reopenConflict",
            Self::RestoreAcceptance(_) => "restoreAcceptance",
        }
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&postcard::to_allocvec(self).unwrap_or_default())
    }
}

/// Whether an actor may ask this: binding at the edge, a hint in the planner.
///
/// # Errors
/// [`Rejection::Forbidden`] with what the actor would need.
pub fn authorize(_state: &State, actor: &Actor, _command: &Command) -> Result<(), Rejection> {
    match actor.role {
        Role::Owner => Ok(()),
        Role::Reader => Err(Rejection::Forbidden {
            needs: "the Owner role".into(),
        }),
    }
}

/// Makes every choice that a command asks for and says what would change. Changes nothing.
///
/// The same state, command and context give the same change set on every machine. An empty change set means
/// that the wish is already so (a retry, a second release): it makes no revision.
///
/// # Errors
/// [`Rejection`], by the precedence documented there.
pub fn decide(state: &State, command: &Command, context: &Context) -> Result<ChangeSet, Rejection> {
    authorize(state, &context.actor, command)?;
    let mut changes = changes_of(state, command, context)?;
    // A batch ends them command by command, so that one that ends is not kept by a later overlap of the same two.
    if state.acceptance_count() > 0 && !matches!(command, Command::Batch(_)) {
        let mut after = state.clone();
        apply(&mut after, "command", &changes)?;
        changes.extend(ended_with_their_conflicts(state, &after, &changes));
    }
    Ok(ChangeSet { changes })
}

/// Makes facts true of a state that commands are decided on.
fn apply(state: &mut State, field: &str, changes: &[Change]) -> Result<(), Rejection> {
    changes
        .iter()
        .try_for_each(|change| state.apply(change).map_err(|e| Rejection::invalid(field, e)))
}

/// The acceptances of conflicts that the changes from `before` to `after` end: where there is no conflict any more there is
/// nothing to accept, and a later one between the same two is not excused by it. O(acceptances) where something that was
/// there goes or comes to lie elsewhere, else O(changes).
fn ended_with_their_conflicts(before: &State, after: &State, changes: &[Change]) -> Vec<Change> {
    let frees = |change: &Change| match change {
        Change::ClaimPut(claim) => before.claim(claim.id).is_some_and(|was| {
            (was.space, was.parent, &was.prefixes) != (claim.space, claim.parent, &claim.prefixes)
        }),
        Change::ClaimRemoved(_) => true,
        Change::SpacePut(_)
        | Change::SpaceRemoved(_)
        | Change::ResourcePut(_)
        | Change::ResourceRemoved(_)
        | Change::ConflictAccepted(_)
        | Change::AcceptanceEnded(_) => false,
    };
    if after.acceptance_count() == 0 || !changes.iter().any(frees) {
        return Vec::new();
    }
    let ended = after
        .acceptances()
        .map(|a| a.pair)
        .filter(|pair| !after.is_conflict(*pair));
    ended.map(Change::AcceptanceEnded).collect()
}

fn changes_of(state: &State, command: &Command, context: &Context) -> Result<Vec<Change>, Rejection> {
    match command {
        Command::CreateSpace(c) => c.decide(state),
        Command::RemoveSpace(c) => c.decide(state),
        Command::PutResource(c) => c.decide(state),
        Command::RemoveResource(c) => c.decide(state, context),
        Command::CreatePool(c) => c.decide(state, command.fingerprint()),
        Command::Allocate(c) => c.decide(state, context, command.fingerprint()),
        Command::Adopt(c) => c.decide(state, command.fingerprint()),
        Command::Edit(c) => c.decide(state, context),
        Command::Release(c) => c.decide(state, context),
        Command::ExpireDue(c) => c.decide(state, context),
        Command::Batch(c) => c.decide(state, context),
        Command::Restore(c) => c.decide(state),
        Command::Split(c) => c.decide(state, command.fingerprint()),
        Command::Merge(c) => c.decide(state),
        Command::EditSpace(c) => c.decide(state),
        Command::AcceptConflict(c) => c.decide(state, context),
        Command::ReopenConflict(c) => c.decide(state),
        Command::RestoreAcceptance(c) => c.decide(state),
    }
}
