use super::create_space::check_space;
use crate::record::record;
use crate::{Change, Description, Isolation, Name, Rejection, SpaceId, State};

record! {
    /// Changes a space. What is left out stays; its kind always does.
    pub struct EditSpace {
        /// Which.
        pub id: SpaceId,
    } parts in edit_space_parts {
        /// New name.
        pub name as Name: Option<Name>,
        /// New free text.
        pub description as Description: Option<Description>,
        /// The provider space that a customer space is to lie in.
        pub provider as Provider: Option<SpaceId>,
        /// How a customer space is to be isolated.
        pub isolation as Isolation: Option<Isolation>,
    }
}

impl EditSpace {
    /// Rejections, in precedence order: `not-found`, then as [`super::CreateSpace`].
    pub(super) fn decide(&self, state: &State) -> Result<Vec<Change>, Rejection> {
        let before = state
            .space(self.id)
            .ok_or_else(|| Rejection::not_found("space", self.id))?;
        let mut space = before.clone();
        if let Some(name) = &self.name {
            space.name = name.clone();
        }
        if let Some(description) = &self.description {
            space.description = description.clone();
        }
        space.provider = self.provider.or(space.provider);
        space.isolation = self.isolation.or(space.isolation);
        check_space(state, &space)?;
        Ok(if space == *before {
            Vec::new()
        } else {
            vec![Change::SpacePut(space)]
        })
    }
}
