use serde::{Deserialize, Serialize};

use crate::{Change, Rejection, Resource, State, limits, rules};

/// Records a resource, or changes what is recorded of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PutResource {
    /// The resource as it is to be.
    pub resource: Resource,
}

impl PutResource {
    /// Rejections, in precedence order: `limit-exceeded`; `tags-required` and `quota-exceeded`, where the networks that it
    /// holds would newly break a pool's rule.
    pub(super) fn decide(&self, state: &State) -> Result<Vec<Change>, Rejection> {
        let change = Change::ResourcePut(self.resource.clone());
        match state.resource(self.resource.id) {
            Some(existing) if *existing == self.resource => return Ok(Vec::new()),
            Some(existing)
                if existing.tags != self.resource.tags || existing.tenant != self.resource.tenant =>
            {
                self.check_networks(state, &change)?;
            }
            Some(_) => {}
            None if state.resource_count() >= limits::RESOURCES => {
                return Err(Rejection::limit("resources", limits::RESOURCES));
            }
            None => {}
        }
        Ok(vec![change])
    }

    fn check_networks(&self, state: &State, change: &Change) -> Result<(), Rejection> {
        let mut after = state.clone();
        after
            .apply(change)
            .map_err(|e| Rejection::invalid("resource", e))?;
        for network in state.networks_of(self.resource.id).filter(|n| !n.observed) {
            if rules::tags_rule(state, network).is_ok() {
                rules::tags_rule(&after, network)?;
            }
            rules::quota_rule(Some(state), &after, network)?;
        }
        Ok(())
    }
}
