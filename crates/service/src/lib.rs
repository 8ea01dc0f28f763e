//! Requests answered over a state, as values.
//!
//! [`handle`] takes a state, a request and a context and returns an [`Outcome`]: the answer, and what the host must make
//! durable *before* it gives the answer away. It persists nothing and reads no clock, so authorisation, paging,
//! preconditions and retries are the same behind the Durable Object, in the browser, in the command line and in tests.

mod apply;
mod change;
mod import;
mod map;
mod outcome;
mod read;
mod resolve;

use plat_api::{Problem, Request};
use plat_domain::command::CreateSpace;
use plat_domain::{Command, Context, Name, Space, SpaceId, State};

pub use change::{command_of, preview};
pub use map::{MAP_STRIDE, map_columns};
pub use outcome::{Call, Entry, Kept, Outcome, Replay, replay};

/// The name of the space that every workspace starts with.
pub const DEFAULT_SPACE: &str = "default";

/// The command that every new workspace starts with, so that the edge and a planner that has never seen it agree:
/// the default space, which is the physical network. None never happens: [`DEFAULT_SPACE`] is a valid name.
#[must_use]
pub fn genesis() -> Option<Command> {
    let space = Space::new(SpaceId::derived(&[DEFAULT_SPACE]), Name::new(DEFAULT_SPACE).ok()?);
    Some(Command::CreateSpace(CreateSpace { space }))
}

/// Answers a request over a state.
///
/// What has ended at the context's time (reservations, rests, acceptances) is expired first, as a change of their own, so that space
/// is available at the stated time even if no alarm came, and no answer shows it as taken.
#[must_use]
pub fn handle(state: &State, call: Call, context: &Context) -> Outcome {
    if call.request.is_change() || change::is_due(state, context) {
        change::handle(state, call, context)
    } else {
        match read::answer(state, &call.request, context) {
            Ok(body) => Outcome::read(body, state),
            Err(problem) => Outcome::problem(&problem, state),
        }
    }
}

/// Answers a read as the host's own type, where it needs no JSON.
///
/// # Errors
/// The [`Problem`] where the request cannot be answered.
pub fn read(state: &State, request: &Request, context: &Context) -> Result<serde_json::Value, Problem> {
    read::answer(state, request, context)
}
