//! From what the form holds to the request for a pool.

use plat_api::{PoolRequest, Reference, Request};
use plat_domain::{ClaimId, Description, Name, Policy, SpaceId};

use crate::tags;
use crate::typed::Typed;

/// What the form holds.
#[derive(Clone, Debug)]
pub(crate) struct Form {
    pub(crate) id: ClaimId,
    pub(crate) space: SpaceId,
    /// None for the top of the space.
    pub(crate) parent: Option<ClaimId>,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) policy: Policy,
    /// As lines.
    pub(crate) tags: String,
    /// Take in what lies there already.
    pub(crate) absorb: bool,
}

/// The name that a pool gets where none is given: its first prefix.
pub(crate) fn default_name(typed: &Typed) -> Option<String> {
    match typed {
        Typed::Cidrs(list) => list.first().map(ToString::to_string),
        Typed::Length { .. } | Typed::Addresses { .. } => None,
    }
}

/// The request, or what is missing in words.
///
/// # Errors
/// What to fill in.
pub(crate) fn request(form: &Form, typed: &Typed) -> Result<Request, String> {
    let name = if form.name.trim().is_empty() {
        default_name(typed).ok_or("Give the pool a name")?
    } else {
        form.name.clone()
    };
    let mut pool = PoolRequest {
        id: Some(form.id),
        space: form.parent.is_none().then(|| Reference::from(form.space)),
        parent: form.parent.map(Reference::from),
        absorb: form.absorb,
        tags: tags::from_text(&form.tags)?,
        policy: form.policy.clone(),
        description: Description::new(&form.description).map_err(|e| format!("Description: {e}"))?,
        ..PoolRequest::named(Name::new(&name).map_err(|e| format!("Name: {e}"))?)
    };
    match typed {
        Typed::Cidrs(list) => pool.prefixes.clone_from(list),
        Typed::Length { times, .. } | Typed::Addresses { times, .. } if *times > 1 => {
            return Err("One pool at a time".to_owned());
        }
        Typed::Length { .. } | Typed::Addresses { .. } if form.parent.is_none() => {
            return Err("At the top of a space a pool needs its prefixes, such as 10.0.0.0/8".to_owned());
        }
        Typed::Length { len, .. } => pool.prefix_length = Some(*len),
        Typed::Addresses { count, .. } => pool.addresses = Some(*count),
    }
    Ok(Request::CreatePool(pool))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(parent: bool, name: &str) -> Form {
        Form {
            id: ClaimId::derived(&["x"]),
            space: SpaceId::derived(&["s"]),
            parent: parent.then(|| ClaimId::derived(&["p"])),
            name: name.into(),
            description: String::new(),
            policy: Policy::default(),
            tags: "env = prod".into(),
            absorb: true,
        }
    }

    #[test]
    fn a_root_pool_needs_prefixes_and_names_itself() {
        let ten = Typed::Cidrs(vec!["10.0.0.0/8".parse().unwrap()]);
        let Ok(Request::CreatePool(pool)) = request(&form(false, ""), &ten) else {
            panic!("a pool")
        };
        assert_eq!(pool.name.as_str(), "10.0.0.0/8");
        assert!(pool.absorb && pool.tags.get("env") == Some("prod"));
        assert!(request(&form(false, "emea"), &Typed::Length { len: 16, times: 1 }).is_err());
        assert!(request(&form(true, ""), &Typed::Length { len: 16, times: 1 }).is_err());
        assert!(request(&form(true, "emea"), &Typed::Length { len: 16, times: 1 }).is_ok());
    }
}
