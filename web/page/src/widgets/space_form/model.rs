//! From what the form holds to a new space, or the changes to one.

use plat_api::{EditSpaceRequest, Reference, Request, SpaceRequest};
use plat_domain::{Description, Isolation, Name, Space, SpaceId, SpaceKind};

/// What the form holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) kind: String,
    /// The identity of the provider space, for a customer space.
    pub(crate) provider: String,
    pub(crate) isolation: String,
}

pub(crate) const KINDS: [(&str, SpaceKind, &str); 3] = [
    ("fabric", SpaceKind::Fabric, "Fabric: the physical network"),
    ("provider", SpaceKind::Provider, "Provider: of a logical network"),
    (
        "customer",
        SpaceKind::Customer,
        "Customer: a tenant's, within a provider space",
    ),
];

pub(crate) const ISOLATIONS: [(&str, Isolation, &str); 5] = [
    ("none", Isolation::None, "None"),
    ("nvgre", Isolation::Nvgre, "NVGRE"),
    ("ipRewrite", Isolation::IpRewrite, "IP rewrite"),
    ("vlan", Isolation::Vlan, "VLAN"),
    ("vxlan", Isolation::Vxlan, "VXLAN"),
];

fn word<T: PartialEq>(list: &[(&'static str, T, &str)], value: &T) -> &'static str {
    list.iter()
        .find(|(_, v, _)| v == value)
        .map_or("", |(w, _, _)| *w)
}

fn meant<T: Copy>(list: &[(&str, T, &str)], text: &str) -> Option<T> {
    list.iter().find(|(w, _, _)| *w == text).map(|(_, v, _)| *v)
}

impl Form {
    /// What the form holds for a space.
    pub(crate) fn of(space: &Space) -> Self {
        Self {
            name: space.name.to_string(),
            description: space.description.as_str().to_owned(),
            kind: word(&KINDS, &space.kind).to_owned(),
            provider: space.provider.map(|p| p.to_string()).unwrap_or_default(),
            isolation: space
                .isolation
                .map(|i| word(&ISOLATIONS, &i))
                .unwrap_or_default()
                .to_owned(),
        }
    }

    fn customer(&self) -> bool {
        self.kind == "customer"
    }

    fn name(&self) -> Result<Name, String> {
        Name::new(&self.name).map_err(|e| format!("Name: {e}"))
    }

    fn description(&self) -> Result<Description, String> {
        Description::new(&self.description).map_err(|e| format!("Description: {e}"))
    }

    fn provider(&self) -> Option<SpaceId> {
        self.provider.parse().ok().filter(|_| self.customer())
    }

    fn isolation(&self) -> Option<Isolation> {
        meant(&ISOLATIONS, &self.isolation).filter(|_| self.customer())
    }

    /// The request for a new space; nothing before it has a name.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(crate) fn create(&self, id: SpaceId) -> Result<Option<Request>, String> {
        if self.name.trim().is_empty() {
            return Ok(None);
        }
        Ok(Some(Request::CreateSpace(SpaceRequest {
            id: Some(id),
            name: self.name()?,
            kind: meant(&KINDS, &self.kind).unwrap_or_default(),
            provider: self.provider().map(Reference::from),
            isolation: self.isolation(),
            description: self.description()?,
        })))
    }

    /// The request that makes `space` what the form holds; none where nothing differs.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub(crate) fn edit(&self, space: &Space) -> Result<Option<Request>, String> {
        let request = EditSpaceRequest {
            space: space.id.into(),
            name: Some(self.name()?).filter(|name| *name != space.name),
            description: Some(self.description()?).filter(|text| *text != space.description),
            provider: self
                .provider()
                .filter(|p| Some(*p) != space.provider)
                .map(Reference::from),
            isolation: self.isolation().filter(|i| Some(*i) != space.isolation),
        };
        let differs = request.name.is_some()
            || request.description.is_some()
            || request.provider.is_some()
            || request.isolation.is_some();
        Ok(differs.then_some(Request::EditSpace(request)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_customer_space_names_a_provider() {
        let provider = SpaceId::derived(&["p"]);
        let mut form = Form {
            name: "red".into(),
            kind: "customer".into(),
            provider: provider.to_string(),
            isolation: "vxlan".into(),
            ..Form::default()
        };
        let create = |form: &Form| match form.create(SpaceId::derived(&["s"])) {
            Ok(Some(Request::CreateSpace(space))) => space,
            other => panic!("{other:?}"),
        };
        let customer = create(&form);
        assert_eq!(customer.provider, Some(provider.into()));
        assert_eq!(customer.isolation, Some(Isolation::Vxlan));
        form.kind = "fabric".into();
        let fabric = create(&form);
        assert_eq!((fabric.provider, fabric.isolation), (None, None));
        assert_eq!(Form::default().create(provider), Ok(None));
    }

    #[test]
    fn an_edit_asks_for_what_differs() {
        let space = Space {
            kind: SpaceKind::Customer,
            provider: Some(SpaceId::derived(&["p"])),
            isolation: Some(Isolation::Vlan),
            ..Space::new(SpaceId::derived(&["s"]), Name::new("red").unwrap())
        };
        let form = Form::of(&space);
        assert_eq!(form.edit(&space), Ok(None));
        let Ok(Some(Request::EditSpace(edit))) = (Form {
            isolation: "nvgre".into(),
            ..form
        })
        .edit(&space) else {
            panic!("an edit")
        };
        assert_eq!(
            (edit.name, edit.provider, edit.isolation),
            (None, None, Some(Isolation::Nvgre))
        );
    }
}
