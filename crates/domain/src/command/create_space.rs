use serde::{Deserialize, Serialize};

use crate::{Change, Rejection, Space, State, limits};

/// Makes an address space: a routing domain with its own, complete address space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateSpace {
    /// The space as it is to be.
    pub space: Space,
}

impl CreateSpace {
    /// Rejections: `limit-exceeded`, `id-in-use`, `name-in-use`.
    pub(super) fn decide(&self, state: &State) -> Result<Vec<Change>, Rejection> {
        if let Some(existing) = state.space(self.space.id) {
            return if *existing == self.space {
                Ok(Vec::new())
            } else {
                Err(Rejection::IdInUse {
                    id: self.space.id.to_string(),
                })
            };
        }
        if state.space_count() >= limits::SPACES {
            return Err(Rejection::limit("spaces", limits::SPACES));
        }
        if state.space_named(&self.space.name).is_some() {
            return Err(Rejection::NameInUse {
                name: self.space.name.clone(),
                by: "another space".into(),
            });
        }
        Ok(vec![Change::SpacePut(self.space.clone())])
    }
}
