//! A workspace at one revision. Cloning is a what-if branch: all that is large is shared until changed.

mod commit;
pub(crate) mod cover;
pub(crate) mod free;
mod index;
mod marks;
mod read;

use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};

use crate::{
    Acceptance, Cidr, Claim, ClaimId, Digest, Name, Pair, Resource, ResourceId, Space, SpaceId, Timestamp,
};
use cover::Layer;
pub(crate) use marks::{Mark, Marked};

/// Where a claim sits in memory. Never stored, never shown, never compared for order that people see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot(pub(crate) u32);

/// A level of the tree: the top of a space, or the inside of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Space(SpaceId),
    Claim(Slot),
}

/// Orders the children of a level as listings show them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ChildKey {
    pub(crate) level: Level,
    pub(crate) first: Cidr,
    pub(crate) id: ClaimId,
}

/// What ends by itself at a stated time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ending {
    /// A reservation, or what is resting.
    Claim(ClaimId),
    /// The acceptance of a conflict.
    Acceptance(Pair),
}

/// A workspace at one revision: every claim, and the indexes that follow from the claims.
///
/// Only [`State::commit`] changes it. Two states with the same digest hold the same facts.
#[derive(Clone, Debug)]
pub struct State {
    revision: u64,
    digest: Digest,
    spaces: OrdMap<SpaceId, Arc<Space>>,
    space_names: OrdMap<Name, SpaceId>,
    resources: OrdMap<ResourceId, Arc<Resource>>,
    /// Networks of each resource.
    held: OrdSet<(ResourceId, ClaimId)>,
    claims: Vector<Option<Arc<Claim>>>,
    vacant: Vector<Slot>,
    by_id: OrdMap<ClaimId, Slot>,
    pool_names: OrdMap<SpaceId, OrdMap<Name, ClaimId>>,
    children: OrdSet<ChildKey>,
    layers: OrdMap<Level, Layer>,
    /// Both directions of every pair of claims that share addresses without one being declared the other's ancestor.
    conflicts: OrdSet<(ClaimId, ClaimId)>,
    /// Conflicts that somebody accepted; each is one of `conflicts`.
    accepted: OrdMap<Pair, Arc<Acceptance>>,
    marks: OrdMap<Mark, Marked>,
    ending: OrdSet<(Timestamp, Ending)>,
}

impl Default for State {
    fn default() -> Self {
        Self::new()
    }
}

impl State {
    /// A workspace before its first revision: no spaces, no claims, revision 0.
    #[must_use]
    pub fn new() -> Self {
        Self {
            revision: 0,
            digest: Digest::default(),
            spaces: OrdMap::new(),
            space_names: OrdMap::new(),
            resources: OrdMap::new(),
            held: OrdSet::new(),
            claims: Vector::new(),
            vacant: Vector::new(),
            by_id: OrdMap::new(),
            pool_names: OrdMap::new(),
            children: OrdSet::new(),
            layers: OrdMap::new(),
            conflicts: OrdSet::new(),
            accepted: OrdMap::new(),
            marks: OrdMap::new(),
            ending: OrdSet::new(),
        }
    }

    /// How many change sets were committed.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The chained digest of this revision.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }
}

impl State {
    /// The same facts, known to be those of this revision: for reading a snapshot.
    pub(crate) fn at_revision(mut self, revision: u64, digest: Digest) -> Self {
        self.revision = revision;
        self.digest = digest;
        self
    }
}
