//! What can be asked.

use plat_domain::query::Cursor;
use plat_domain::{
    Cidr, ClaimId, Command, Count, Description, Digest, Name, Plan, Policy, Resource, SpaceId, Strategy,
    Tags, Timestamp,
};
use serde::{Deserialize, Serialize};

/// A thing by identity (a UUID) or by name. A pool's name may be written `space/name` where it is not in the
/// default space.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Reference(pub String);

impl From<ClaimId> for Reference {
    fn from(id: ClaimId) -> Self {
        Self(id.to_string())
    }
}
impl From<SpaceId> for Reference {
    fn from(id: SpaceId) -> Self {
        Self(id.to_string())
    }
}
impl From<&str> for Reference {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Everything that can be asked of a workspace, at the edge and of the engine in the browser alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Request {
    /// Revision, digest, spaces and totals.
    Workspace,
    /// Rows of one level of the tree.
    Tree(TreeRequest),
    /// One claim with its surroundings.
    Claim {
        /// Which: an id, or a pool's name.
        claim: Reference,
    },
    /// How full a pool is.
    Usage {
        /// Which.
        pool: Reference,
    },
    /// What is free in a pool.
    Free {
        /// Which.
        pool: Reference,
        /// Blocks listed at most; [`crate::PAGE_DEFAULT`] if unset.
        limit: Option<usize>,
    },
    /// Claims by text, address or prefix.
    Search {
        /// What a person types: `10.1.2.3`, `10.1.0.0/16`, `web`.
        q: String,
        /// Only in this space.
        space: Option<Reference>,
        /// Rows at most; [`crate::PAGE_DEFAULT`] if unset.
        limit: Option<usize>,
    },
    /// Pairs of claims that overlap.
    Conflicts {
        /// Only in this space.
        space: Option<Reference>,
        /// How many to skip.
        skip: Option<usize>,
        /// Pairs at most; [`crate::PAGE_DEFAULT`] if unset.
        limit: Option<usize>,
    },
    /// What a command would do, without doing it.
    Preview {
        /// The command.
        command: Box<Command>,
    },
    /// Commands decided on the workspace as it is, as a plan.
    Simulate(SimulateRequest),
    /// A file's rows and what importing them would do, without doing it.
    PreviewImport(ImportRequest),
    /// Everything as a file.
    Export {
        /// `csv` or `json`.
        format: String,
    },
    /// Make a pool.
    CreatePool(PoolRequest),
    /// Take space from a pool.
    Allocate(AllocationRequest),
    /// Change a claim.
    Edit(EditRequest),
    /// Give a claim's space back.
    Release {
        /// Which: an id, or a pool's name.
        claim: Reference,
    },
    /// A command as the domain has it.
    Command(Box<Command>),
    /// Import a file's rows, all or nothing.
    Import(ImportRequest),
    /// Apply a plan.
    Apply(Box<ApplyRequest>),
}

/// Which level of the tree, and which page of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TreeRequest {
    /// The space; the default space if unset.
    #[serde(default)]
    pub space: Option<Reference>,
    /// The claim whose children are listed; the top of the space if unset.
    #[serde(default)]
    pub parent: Option<Reference>,
    /// Where the page before ended.
    #[serde(default)]
    pub after: Option<Cursor>,
    /// Rows at most; [`crate::PAGE_DEFAULT`] if unset, [`crate::PAGE_MAX`] at most.
    #[serde(default)]
    pub limit: Option<usize>,
}

/// A pool to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PoolRequest {
    /// Identity; made by the host if unset.
    #[serde(default)]
    pub id: Option<ClaimId>,
    /// Unique among the pools of the space.
    pub name: Name,
    /// The space, for a pool at its top; the default space if unset.
    #[serde(default)]
    pub space: Option<Reference>,
    /// The pool to lie in; none for the top of the space.
    #[serde(default)]
    pub parent: Option<Reference>,
    /// A prefix of this length of the parent, in bits.
    #[serde(default)]
    pub prefix_length: Option<u8>,
    /// A prefix of the parent that holds this many addresses.
    #[serde(default)]
    pub addresses: Option<Count>,
    /// These prefixes.
    #[serde(default)]
    pub prefixes: Vec<Cidr>,
    /// Where in the parent.
    #[serde(default)]
    pub strategy: Option<Strategy>,
    /// What may be allocated from it.
    #[serde(default)]
    pub policy: Policy,
    /// Labels.
    #[serde(default)]
    pub tags: Tags,
    /// Free text.
    #[serde(default)]
    pub description: Description,
}

/// What an allocation is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum AllocationKind {
    /// A network, held by a resource or planned.
    #[default]
    Network,
    /// A part of a network.
    Subnet,
    /// In use by something not managed here.
    Static,
    /// Elsewhere, never handed out.
    External,
    /// Held back.
    Reservation,
}

/// Space to take from a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationRequest {
    /// Identity; made by the host if unset. With one, a retry is safe.
    #[serde(default)]
    pub id: Option<ClaimId>,
    /// The pool (or the network, for a subnet).
    pub pool: Reference,
    /// What it is for.
    #[serde(default)]
    pub kind: AllocationKind,
    /// A prefix of this length, in bits.
    #[serde(default)]
    pub prefix_length: Option<u8>,
    /// A prefix that holds this many addresses.
    #[serde(default)]
    pub addresses: Option<Count>,
    /// This prefix.
    #[serde(default)]
    pub cidr: Option<Cidr>,
    /// Where in the pool.
    #[serde(default)]
    pub strategy: Option<Strategy>,
    /// Display name.
    #[serde(default)]
    pub name: Option<Name>,
    /// The holder of a network: recorded with it if it is new.
    #[serde(default)]
    pub resource: Option<Resource>,
    /// When a reservation ends.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Labels.
    #[serde(default)]
    pub tags: Tags,
    /// Free text.
    #[serde(default)]
    pub description: Description,
}

/// Changes to a claim. What is left out stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EditRequest {
    /// Which: an id, or a pool's name.
    pub claim: Reference,
    /// New display name.
    #[serde(default)]
    pub name: Option<Name>,
    /// New free text.
    #[serde(default)]
    pub description: Option<Description>,
    /// New labels, in place of all the old.
    #[serde(default)]
    pub tags: Option<Tags>,
    /// New prefixes.
    #[serde(default)]
    pub prefixes: Option<Vec<Cidr>>,
    /// Another space, where it goes into the innermost pool that holds it.
    #[serde(default)]
    pub space: Option<Reference>,
    /// Another pool to lie in.
    #[serde(default)]
    pub parent: Option<Reference>,
    /// New policy, for a pool.
    #[serde(default)]
    pub policy: Option<Policy>,
}

/// Commands to decide as a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SimulateRequest {
    /// What the plan is called.
    pub name: Name,
    /// What is asked, in order.
    pub commands: Vec<Command>,
}

/// A plan to apply.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApplyRequest {
    /// The plan, as simulated on its base.
    pub plan: Plan,
    /// The digest of the rebased plan that the caller has seen and agrees to, where claims moved.
    #[serde(default)]
    pub confirm: Option<Digest>,
}

/// A file to import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImportRequest {
    /// Its name, for messages.
    pub name: String,
    /// Its bytes.
    #[serde(with = "bytes_as_base64")]
    pub bytes: Vec<u8>,
    /// Where rows without a space go; the default space if unset.
    #[serde(default)]
    pub space: Option<Reference>,
    /// True to make the spaces (VRFs) that rows name and the workspace lacks.
    #[serde(default)]
    pub create_spaces: bool,
    /// True to clear host bits that rows have set.
    #[serde(default)]
    pub clear_host_bits: bool,
    /// Lines left out by choice.
    #[serde(default)]
    pub leave_out: Vec<u64>,
}

impl Request {
    /// Gives an identity to everything in the request that the caller left without one.
    pub fn fill_ids(&mut self, mut fresh: impl FnMut() -> [u8; 16]) {
        match self {
            Self::CreatePool(pool) => {
                pool.id.get_or_insert_with(|| ClaimId::from_bytes(fresh()));
            }
            Self::Allocate(allocation) => {
                allocation.id.get_or_insert_with(|| ClaimId::from_bytes(fresh()));
            }
            Self::Workspace
            | Self::Tree(_)
            | Self::Claim { .. }
            | Self::Usage { .. }
            | Self::Free { .. }
            | Self::Search { .. }
            | Self::Conflicts { .. }
            | Self::Preview { .. }
            | Self::Simulate(_)
            | Self::PreviewImport(_)
            | Self::Export { .. }
            | Self::Edit(_)
            | Self::Release { .. }
            | Self::Command(_)
            | Self::Import(_)
            | Self::Apply(_) => {}
        }
    }

    /// True if the request changes the workspace.
    #[must_use]
    pub const fn is_change(&self) -> bool {
        match self {
            Self::CreatePool(_)
            | Self::Allocate(_)
            | Self::Edit(_)
            | Self::Release { .. }
            | Self::Command(_)
            | Self::Import(_)
            | Self::Apply(_) => true,
            Self::Workspace
            | Self::Tree(_)
            | Self::Claim { .. }
            | Self::Usage { .. }
            | Self::Free { .. }
            | Self::Search { .. }
            | Self::Conflicts { .. }
            | Self::Preview { .. }
            | Self::Simulate(_)
            | Self::PreviewImport(_)
            | Self::Export { .. } => false,
        }
    }

    /// True if the request rests on what its caller saw, so that it must name the revision (`If-Match`).
    #[must_use]
    pub const fn needs_base(&self) -> bool {
        matches!(self, Self::Edit(_) | Self::Import(_))
    }
}

/// Bytes as base64 (RFC 4648 §4) in JSON: a third larger, where an array of numbers is four times.
mod bytes_as_base64 {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Vec<u8>, D::Error> {
        STANDARD
            .decode(String::deserialize(d)?)
            .map_err(de::Error::custom)
    }
}
