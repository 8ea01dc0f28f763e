use serde::{Deserialize, Serialize};

use crate::{Change, Context, Rejection, State};

/// Ends the reservations whose time has come. Sent by an alarm at the edge; a planner states its `as_of`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpireDue {}

impl ExpireDue {
    /// No rejections: nothing due is as wished.
    pub(super) fn decide(self, state: &State, context: &Context) -> Result<Vec<Change>, Rejection> {
        Ok(state.expired(context.now).map(Change::ClaimRemoved).collect())
    }
}
