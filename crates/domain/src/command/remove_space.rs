use serde::{Deserialize, Serialize};

use crate::rejection::name_some;
use crate::{Change, ClaimId, Name, Rejection, SpaceId, State, limits};

/// Removes an address space with nothing in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveSpace {
    /// Which.
    pub id: SpaceId,
}

impl RemoveSpace {
    /// Rejections, in precedence order: `not-empty`, `space-in-use`. A space that is not there is as wished.
    pub(super) fn decide(&self, state: &State) -> Result<Vec<Change>, Rejection> {
        let Some(space) = state.space(self.id) else {
            return Ok(Vec::new());
        };
        let roots: Vec<ClaimId> = state.roots(self.id).map(|c| c.id).collect();
        if !roots.is_empty() {
            let (blockers, blockers_total) = name_some(state, &roots);
            return Err(Rejection::NotEmpty {
                id: space.name.to_string(),
                blockers,
                blockers_total,
            });
        }
        let by: Vec<Name> = state
            .spaces()
            .filter(|other| other.provider == Some(self.id))
            .map(|other| other.name.clone())
            .take(limits::BLOCKERS_NAMED)
            .collect();
        if !by.is_empty() {
            return Err(Rejection::SpaceInUse {
                space: space.name.clone(),
                by,
            });
        }
        Ok(vec![Change::SpaceRemoved(self.id)])
    }
}
