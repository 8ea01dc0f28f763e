//! Stored forms of version 1, read only: every field written in order, nothing that could be left out. What was stored in
//! them keeps its digests.

use serde::Deserialize;

use crate::{
    Change, ChangeSet, Cidr, Claim, ClaimId, ClaimKind, Description, Fingerprint, Name, Policy, Resource,
    ResourceId, Space, SpaceId, SpaceKind, Strategy, Tags, Timestamp,
};

#[derive(Deserialize)]
pub(crate) struct Space1 {
    id: SpaceId,
    name: Name,
    kind: SpaceKind,
    description: Description,
}

impl From<Space1> for Space {
    fn from(old: Space1) -> Self {
        Self {
            kind: old.kind,
            description: old.description,
            ..Self::new(old.id, old.name)
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Resource1 {
    id: ResourceId,
    name: Name,
    kind: Name,
    provider: Option<Name>,
    external_id: Description,
    tenant: Option<Name>,
    tags: Tags,
}

impl From<Resource1> for Resource {
    fn from(old: Resource1) -> Self {
        Self {
            provider: old.provider,
            external_id: old.external_id,
            tenant: old.tenant,
            tags: old.tags,
            ..Self::new(old.id, old.name, old.kind)
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Policy1 {
    shortest_len: Option<u8>,
    longest_len: Option<u8>,
    default_len: Option<u8>,
    strategy: Option<Strategy>,
}

impl From<Policy1> for Policy {
    fn from(old: Policy1) -> Self {
        Self {
            shortest_len: old.shortest_len,
            longest_len: old.longest_len,
            default_len: old.default_len,
            strategy: old.strategy,
            ..Self::default()
        }
    }
}

/// A kind, with a holder as a change set (by identity) or a snapshot (by index) writes it.
#[derive(Deserialize)]
pub(crate) enum Kind1<H> {
    Pool(Policy1),
    Network(Option<H>),
    Subnet,
    Static,
    External,
    Reservation(Option<Timestamp>),
}

impl<H> Kind1<H> {
    pub(crate) fn with_holder(self, holder: impl FnOnce(H) -> Option<ResourceId>) -> ClaimKind {
        match self {
            Self::Pool(policy) => ClaimKind::pool(policy.into()),
            Self::Network(of) => ClaimKind::Network {
                holder: of.and_then(holder),
            },
            Self::Subnet => ClaimKind::Subnet,
            Self::Static => ClaimKind::Static,
            Self::External => ClaimKind::External,
            Self::Reservation(expires_at) => ClaimKind::Reservation { expires_at },
        }
    }
}

#[derive(Deserialize)]
struct Claim1 {
    id: ClaimId,
    space: SpaceId,
    parent: Option<ClaimId>,
    kind: Kind1<ResourceId>,
    name: Option<Name>,
    prefixes: Vec<Cidr>,
    observed: bool,
    tags: Tags,
    description: Description,
    request: Fingerprint,
}

impl From<Claim1> for Claim {
    fn from(old: Claim1) -> Self {
        Self {
            parent: old.parent,
            name: old.name,
            observed: old.observed,
            tags: old.tags,
            description: old.description,
            ..Self::new(
                old.id,
                old.space,
                old.kind.with_holder(Some),
                old.prefixes,
                old.request,
            )
        }
    }
}

#[derive(Deserialize)]
enum Change1 {
    SpacePut(Space1),
    SpaceRemoved(SpaceId),
    ResourcePut(Resource1),
    ResourceRemoved(ResourceId),
    ClaimPut(Claim1),
    ClaimRemoved(ClaimId),
}

#[derive(Deserialize)]
pub(crate) struct ChangeSet1 {
    changes: Vec<Change1>,
}

impl From<ChangeSet1> for ChangeSet {
    fn from(old: ChangeSet1) -> Self {
        let changes = old.changes.into_iter().map(|change| match change {
            Change1::SpacePut(space) => Change::SpacePut(space.into()),
            Change1::SpaceRemoved(id) => Change::SpaceRemoved(id),
            Change1::ResourcePut(resource) => Change::ResourcePut(resource.into()),
            Change1::ResourceRemoved(id) => Change::ResourceRemoved(id),
            Change1::ClaimPut(claim) => Change::ClaimPut(claim.into()),
            Change1::ClaimRemoved(id) => Change::ClaimRemoved(id),
        });
        Self {
            changes: changes.collect(),
        }
    }
}

/// The body of a snapshot: claims refer to spaces, resources and earlier claims by index.
#[derive(Deserialize)]
pub(crate) struct Body1 {
    pub(crate) spaces: Vec<Space1>,
    pub(crate) resources: Vec<Resource1>,
    pub(crate) claims: Vec<Record1>,
}

#[derive(Deserialize)]
pub(crate) struct Record1 {
    pub(crate) id: ClaimId,
    pub(crate) space: u32,
    pub(crate) parent: Option<u32>,
    pub(crate) kind: Kind1<u32>,
    pub(crate) name: Option<Name>,
    pub(crate) prefixes: Vec<Cidr>,
    pub(crate) observed: bool,
    pub(crate) tags: Tags,
    pub(crate) description: Description,
    pub(crate) request: Fingerprint,
}
