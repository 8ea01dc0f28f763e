use serde::{Deserialize, Serialize};

use super::release;
use super::resting::rest;
use crate::{Change, Context, Rejection, ResourceId, State};

/// Removes a resource. Its networks, with all that lies in them, end with it (SEMANTICS 10).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveResource {
    /// Which.
    pub id: ResourceId,
}

impl RemoveResource {
    /// No rejections: a resource that is not there is as wished.
    pub(super) fn decide(self, state: &State, context: &Context) -> Result<Vec<Change>, Rejection> {
        if state.resource(self.id).is_none() {
            return Ok(Vec::new());
        }
        let (mut after, mut changes) = (state.clone(), Vec::new());
        for network in state.networks_of(self.id) {
            // Of two that overlap the one that goes last gives up what both had.
            let mut gone = Vec::new();
            release::with_contents(&after, network, &mut gone);
            gone.extend(rest(&after, network, &network.prefixes, context));
            for change in &gone {
                after
                    .apply(change)
                    .map_err(|e| Rejection::invalid("resource", e))?;
            }
            changes.extend(gone);
        }
        changes.push(Change::ResourceRemoved(self.id));
        Ok(changes)
    }
}
