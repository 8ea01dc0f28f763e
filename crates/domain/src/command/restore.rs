use serde::{Deserialize, Serialize};

use super::check;
use crate::{Change, Claim, Rejection, State};

/// Records a claim exactly as an export of this tool wrote it, identity and all. Passes the same check as every claim,
/// as one that had its space before: only what was allocated, not what was observed, is in its way, and size rules that
/// came after it do not undo it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Restore {
    /// The claim as it is to be. Its parent must exist: restore parents first.
    pub claim: Claim,
}

impl Restore {
    /// Rejections: as [`super::Allocate`], and `name-in-use`. A claim that is there already is as wished.
    pub(super) fn decide(&self, state: &State) -> Result<Vec<Change>, Rejection> {
        match state.claim(self.claim.id) {
            Some(existing) if *existing == self.claim => return Ok(Vec::new()),
            Some(_) => {
                return Err(Rejection::IdInUse {
                    id: self.claim.id.to_string(),
                });
            }
            None => {}
        }
        let mut claim = self.claim.clone();
        check::check_as(state, &mut claim, check::Standing::Had)?;
        Ok(vec![Change::ClaimPut(claim)])
    }
}
