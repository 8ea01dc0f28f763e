use plat_allocator::Strategy;
use serde::{Deserialize, Serialize};

use super::placement::{self, Place, Wanted};
use crate::{
    Change, Claim, ClaimId, ClaimKind, Context, Description, Fingerprint, Name, Rejection, State, Tags,
};

/// Takes space: a network, a static, external or reserved block from a pool, or a subnet from a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Allocate {
    /// Identity, made by the caller: a retry with the same id and the same request gets the same answer.
    pub id: ClaimId,
    /// Where.
    pub place: Place,
    /// What it is for. Not a pool: that is [`super::CreatePool`].
    pub kind: ClaimKind,
    /// How much, or exactly which.
    pub wanted: Wanted,
    /// Where in the pool; the pool's strategy if unset.
    #[serde(default)]
    pub strategy: Option<Strategy>,
    /// Display name.
    #[serde(default)]
    pub name: Option<Name>,
    /// Labels.
    #[serde(default)]
    pub tags: Tags,
    /// Free text.
    #[serde(default)]
    pub description: Description,
}

impl Allocate {
    /// Rejections, in precedence order: `invalid`, `limit-exceeded`, `not-found`, `id-in-use`, `wrong-parent`,
    /// `too-deep`, `wrong-family`, `outside-parent`, `size-not-allowed`, `overlap`, `pool-exhausted`.
    pub(super) fn decide(
        &self,
        state: &State,
        context: &Context,
        request: Fingerprint,
    ) -> Result<Vec<Change>, Rejection> {
        if self.kind.is_pool() {
            return Err(Rejection::invalid("kind", "a pool is created, not allocated"));
        }
        if let Some(existing) = state.claim(self.id) {
            return placement::retried(existing, request);
        }
        if let Some(at) = self.kind.expires_at()
            && at <= context.now
        {
            return Err(Rejection::invalid(
                "expiresAt",
                format!("{at} is not after {}", context.now),
            ));
        }
        let given: &[_] = if let Wanted::Prefixes(prefixes) = &self.wanted {
            prefixes
        } else {
            &[]
        };
        let spot = placement::resolve(state, &self.place, &self.kind, given)?;
        let prefixes = placement::choose(state, spot.parent, &self.kind, &self.wanted, self.strategy)?;
        let mut claim = Claim {
            id: self.id,
            space: spot.space,
            parent: spot.parent.map(|p| p.id),
            kind: self.kind,
            name: self.name.clone(),
            prefixes,
            observed: false,
            tags: self.tags.clone(),
            description: self.description.clone(),
            request,
        };
        placement::check(state, &mut claim)?;
        Ok(vec![Change::ClaimPut(claim)])
    }
}
