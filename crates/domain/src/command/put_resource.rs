use serde::{Deserialize, Serialize};

use crate::{Change, Rejection, Resource, State, limits};

/// Records a resource, or changes what is recorded of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PutResource {
    /// The resource as it is to be.
    pub resource: Resource,
}

impl PutResource {
    /// Rejections: `limit-exceeded`.
    pub(super) fn decide(&self, state: &State) -> Result<Vec<Change>, Rejection> {
        match state.resource(self.resource.id) {
            Some(existing) if *existing == self.resource => Ok(Vec::new()),
            None if state.resource_count() >= limits::RESOURCES => {
                Err(Rejection::limit("resources", limits::RESOURCES))
            }
            Some(_) | None => Ok(vec![Change::ResourcePut(self.resource.clone())]),
        }
    }
}
