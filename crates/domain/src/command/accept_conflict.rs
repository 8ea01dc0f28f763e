use serde::{Deserialize, Serialize};

use crate::record::record;
use crate::{Acceptance, Change, ClaimId, Context, Description, Pair, Rejection, State, Timestamp};

record! {
    /// Accepts that two claims overlap, for a stated reason. They stay listed, as accepted; the conflict comes back when the
    /// acceptance lapses, and the acceptance ends when the conflict does.
    pub struct AcceptConflict {
        /// One of the two.
        pub left: ClaimId,
        /// The other.
        pub right: ClaimId,
        /// Why it is accepted; not empty.
        pub reason: Description,
    } parts in accept_conflict_parts {
        /// When it counts as a conflict again; never, if unset.
        pub expires_at as ExpiresAt: Option<Timestamp>,
    }
}

impl AcceptConflict {
    /// Rejections, in precedence order: `invalid`, `not-found` where the two do not conflict.
    pub(super) fn decide(&self, state: &State, context: &Context) -> Result<Vec<Change>, Rejection> {
        if self.reason.as_str().is_empty() {
            return Err(Rejection::invalid("reason", "say why the conflict is accepted"));
        }
        if let Some(at) = self.expires_at
            && at <= context.now
        {
            return Err(Rejection::invalid(
                "expiresAt",
                format!("{at} is not after {}", context.now),
            ));
        }
        let pair = conflict(state, self.left, self.right)?;
        let acceptance = Acceptance {
            pair,
            reason: self.reason.clone(),
            expires_at: self.expires_at,
        };
        Ok(if state.acceptance(pair) == Some(&acceptance) {
            Vec::new()
        } else {
            vec![Change::ConflictAccepted(acceptance)]
        })
    }
}

/// Takes the acceptance of a conflict back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReopenConflict {
    /// One of the two.
    pub left: ClaimId,
    /// The other.
    pub right: ClaimId,
}

impl ReopenConflict {
    /// Rejections: `not-found` where the two do not conflict. One that is not accepted is as wished.
    pub(super) fn decide(self, state: &State) -> Result<Vec<Change>, Rejection> {
        let pair = conflict(state, self.left, self.right)?;
        let accepted = state.acceptance(pair).map(|_| Change::AcceptanceEnded(pair));
        Ok(accepted.into_iter().collect())
    }
}

/// Records the acceptance of a conflict exactly as an export of this tool wrote it, lapsed or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RestoreAcceptance {
    /// The acceptance as it is to be.
    pub acceptance: Acceptance,
}

impl RestoreAcceptance {
    /// Rejections: `not-found` where the two do not conflict.
    pub(super) fn decide(&self, state: &State) -> Result<Vec<Change>, Rejection> {
        let pair = conflict(state, self.acceptance.pair.left, self.acceptance.pair.right)?;
        let acceptance = Acceptance {
            pair,
            ..self.acceptance.clone()
        };
        Ok(if state.acceptance(pair) == Some(&acceptance) {
            Vec::new()
        } else {
            vec![Change::ConflictAccepted(acceptance)]
        })
    }
}

fn conflict(state: &State, left: ClaimId, right: ClaimId) -> Result<Pair, Rejection> {
    let pair = Pair::of(left, right);
    if state.is_conflict(pair) {
        Ok(pair)
    } else {
        Err(Rejection::not_found("conflict", format!("{left} {right}")))
    }
}
