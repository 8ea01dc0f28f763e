use serde::{Deserialize, Serialize};

use crate::state::Ending;
use crate::{Change, Context, Rejection, State};

/// Ends what is due: reservations, space that has rested long enough, acceptances of conflicts. Sent by an alarm at the
/// edge; a planner states its `as_of`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExpireDue {}

impl ExpireDue {
    /// No rejections: nothing due is as wished.
    pub(super) fn decide(self, state: &State, context: &Context) -> Result<Vec<Change>, Rejection> {
        let ended = state.ended(context.now).map(|ending| match ending {
            Ending::Claim(id) => Change::ClaimRemoved(id),
            Ending::Acceptance(pair) => Change::AcceptanceEnded(pair),
        });
        Ok(ended.collect())
    }
}
