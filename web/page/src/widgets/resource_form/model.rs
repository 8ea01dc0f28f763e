//! From what the form holds to a resource, and to the request that records it.

use plat_api::{AllocationRequest, EditRequest, Request, ResourceRequest};
use plat_domain::command::{Batch, Edit, PutResource};
use plat_domain::{ClaimId, Command, Description, Name, Resource, ResourceId};

use crate::tags;
use crate::typed::{self, Typed};

/// What the form holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) provider: String,
    pub(crate) tenant: String,
    pub(crate) external_id: String,
    pub(crate) tags: String,
}

/// Space to be taken for it: how much, as it is typed, and from which pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Space {
    pub(crate) id: ClaimId,
    pub(crate) pool: ClaimId,
    pub(crate) text: String,
}

fn optional(text: &str, label: &str) -> Result<Option<Name>, String> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    Name::new(text).map(Some).map_err(|e| format!("{label}: {e}"))
}

impl Form {
    /// What the form holds for a resource.
    pub(crate) fn of(resource: &Resource) -> Self {
        let text = |name: &Option<Name>| name.as_ref().map(ToString::to_string).unwrap_or_default();
        Self {
            name: resource.name.to_string(),
            kind: resource.kind.to_string(),
            provider: text(&resource.provider),
            tenant: text(&resource.tenant),
            external_id: resource.external_id.as_str().to_owned(),
            tags: tags::as_text(&resource.tags),
        }
    }

    /// The resource; none before it has a name.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(crate) fn resource(&self, id: ResourceId) -> Result<Option<Resource>, String> {
        let Some(name) = optional(&self.name, "Name")? else {
            return Ok(None);
        };
        let kind = optional(&self.kind, "Kind")?.ok_or("Kind: say what it is, such as virtualNetwork")?;
        Ok(Some(Resource {
            provider: optional(&self.provider, "Provider")?,
            tenant: optional(&self.tenant, "Tenant")?,
            external_id: Description::new(&self.external_id).map_err(|e| format!("Its own id: {e}"))?,
            tags: tags::from_text(&self.tags)?,
            ..Resource::new(id, name, kind)
        }))
    }
}

/// A new resource with space for it, or an old one as it is to be.
///
/// # Errors
/// What is wrong, in words.
pub(crate) fn put(resource: Resource, spaces: &[Space]) -> Result<Request, String> {
    let mut allocations = Vec::new();
    for space in spaces {
        let mut wanted = AllocationRequest {
            id: Some(space.id),
            name: Some(resource.name.clone()),
            ..AllocationRequest::from_pool(space.pool.into())
        };
        match typed::read(&space.text).map_err(|e| format!("Space: {}", e.in_words()))? {
            None => continue,
            Some(Typed::Length { len, times: 1 }) => wanted.prefix_length = Some(len),
            Some(Typed::Addresses { count, times: 1 }) => wanted.addresses = Some(count),
            Some(Typed::Cidrs(list)) if list.len() == 1 => wanted.cidr = list.first().copied(),
            Some(_) => return Err("Space: one block of each pool, such as /24".to_owned()),
        }
        allocations.push(wanted);
    }
    Ok(Request::PutResource(ResourceRequest {
        resource,
        allocations,
    }))
}

/// A new resource that holds a network which exists.
pub(crate) fn hold(resource: Resource, network: ClaimId) -> Request {
    let held = Edit {
        holder: Some(resource.id),
        ..Edit::of(network)
    };
    Request::Command(Box::new(Command::Batch(Batch {
        commands: vec![
            Command::PutResource(PutResource { resource }),
            Command::Edit(held),
        ],
    })))
}

/// A resource that is recorded holds a network which exists.
pub(crate) fn hand_to(holder: ResourceId, network: ClaimId) -> Request {
    Request::Edit(EditRequest {
        holder: Some(holder),
        ..EditRequest::of(network.into())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form() -> Form {
        Form {
            name: "hub".into(),
            kind: "virtualNetwork".into(),
            provider: "azure".into(),
            tags: "env = prod".into(),
            ..Form::default()
        }
    }

    #[test]
    fn a_resource_goes_there_and_back() {
        let id = ResourceId::derived(&["r"]);
        let resource = form().resource(id).unwrap().unwrap();
        assert_eq!(Form::of(&resource), form());
        assert_eq!(
            Form {
                name: " ".into(),
                ..form()
            }
            .resource(id),
            Ok(None)
        );
        assert!(
            Form {
                kind: String::new(),
                ..form()
            }
            .resource(id)
            .is_err()
        );
    }

    #[test]
    fn space_is_one_block_of_each_pool() {
        let resource = form().resource(ResourceId::derived(&["r"])).unwrap().unwrap();
        let space = |text: &str| Space {
            id: ClaimId::derived(&["c", text]),
            pool: ClaimId::derived(&["p"]),
            text: text.into(),
        };
        let asked = put(
            resource.clone(),
            &[space("/24"), space(""), space("2001:db8::/64")],
        )
        .unwrap();
        let Request::PutResource(asked) = asked else {
            panic!("a resource")
        };
        let sizes: Vec<_> = asked
            .allocations
            .iter()
            .map(|a| (a.prefix_length, a.cidr.is_some()))
            .collect();
        assert_eq!(sizes, [(Some(24), false), (None, true)]);
        assert!(put(resource, &[space("/24 x 2")]).is_err());
    }
}
