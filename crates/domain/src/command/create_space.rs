use serde::{Deserialize, Serialize};

use crate::{Change, Rejection, Space, SpaceKind, State, limits};

/// Makes an address space: a routing domain with its own, complete address space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CreateSpace {
    /// The space as it is to be.
    pub space: Space,
}

impl CreateSpace {
    /// Rejections, in precedence order: `invalid`, `limit-exceeded`, `not-found`, `id-in-use`, `name-in-use`.
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
        check_space(state, &self.space)?;
        Ok(vec![Change::SpacePut(self.space.clone())])
    }
}

/// What every space passes, new or edited: a customer space lies within one provider space and says how it is isolated;
/// other spaces lie in none.
pub(super) fn check_space(state: &State, space: &Space) -> Result<(), Rejection> {
    match (space.kind, space.provider, space.isolation) {
        (SpaceKind::Customer, None, _) => {
            return Err(Rejection::invalid(
                "provider",
                "a customer space lies in a provider space: name it",
            ));
        }
        (SpaceKind::Customer, _, None) => {
            return Err(Rejection::invalid(
                "isolation",
                "say how the customer space is isolated: none, nvgre, ipRewrite, vlan or vxlan",
            ));
        }
        (SpaceKind::Customer, Some(provider), Some(_)) => {
            let found = state.space(provider);
            let found = found.ok_or_else(|| Rejection::not_found("space", provider))?;
            if found.kind != SpaceKind::Provider {
                let reason = format!("{} is not a provider space", found.name);
                return Err(Rejection::invalid("provider", reason));
            }
        }
        (SpaceKind::Fabric | SpaceKind::Provider, None, None) => {}
        (SpaceKind::Fabric | SpaceKind::Provider, ..) => {
            return Err(Rejection::invalid(
                "kind",
                "only a customer space lies in a provider space",
            ));
        }
    }
    match state.space_named(&space.name) {
        Some(other) if other.id != space.id => Err(Rejection::NameInUse {
            name: space.name.clone(),
            by: "another space".into(),
        }),
        Some(_) | None => Ok(()),
    }
}
