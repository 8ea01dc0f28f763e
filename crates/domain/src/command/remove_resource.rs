use serde::{Deserialize, Serialize};

use super::release;
use crate::{Change, ClaimId, Rejection, ResourceId, State};

/// Removes a resource. Its networks, with their subnets, end with it (SEMANTICS 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveResource {
    /// Which.
    pub id: ResourceId,
}

impl RemoveResource {
    /// No rejections: a resource that is not there is as wished.
    pub(super) fn decide(&self, state: &State) -> Result<Vec<Change>, Rejection> {
        if state.resource(self.id).is_none() {
            return Ok(Vec::new());
        }
        let networks: Vec<ClaimId> = state.networks_of(self.id).map(|c| c.id).collect();
        let mut changes = Vec::new();
        for network in networks {
            release::with_contents(state, network, &mut changes);
        }
        changes.push(Change::ResourceRemoved(self.id));
        Ok(changes)
    }
}
