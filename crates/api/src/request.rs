//! What can be asked.

use plat_domain::query::{Compliance, Cursor, Part};
use plat_domain::{
    Cidr, ClaimId, Command, Count, Description, Digest, Isolation, Name, Plan, Policy, Resource, ResourceId,
    SpaceId, SpaceKind, Span, Strategy, Tags, Timestamp,
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
impl From<ResourceId> for Reference {
    fn from(id: ResourceId) -> Self {
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
    /// The prefixes of one part of a pool.
    Prefixes {
        /// Which pool, network, subnet or range.
        pool: Reference,
        /// Which part.
        part: Part,
        /// The last prefix of the page before.
        after: Option<Cidr>,
        /// Prefixes at most; [`crate::PAGE_DEFAULT`] if unset.
        limit: Option<usize>,
    },
    /// The resources that have space of a pool.
    Resources {
        /// Which pool.
        pool: Reference,
        /// Where the page before ended.
        after: Option<Cursor>,
        /// Networks at most; [`crate::PAGE_DEFAULT`] if unset.
        limit: Option<usize>,
    },
    /// One resource with what it holds.
    Resource {
        /// Which, by identity.
        resource: Reference,
    },
    /// Where an unmanaged claim belongs.
    Recommend {
        /// Which.
        claim: Reference,
    },
    /// Claims by how they stand to the rules.
    Compliance(ComplianceRequest),
    /// The releases that would remove a claim with all that lies in it, as a plan to look at.
    PlanRelease {
        /// Which.
        claim: Reference,
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
        /// True to hand it out again at once, whatever the pool's cool-down.
        #[serde(default)]
        at_once: bool,
    },
    /// Make several claims of one.
    Split(SplitRequest),
    /// Make one claim of several.
    Merge(MergeRequest),
    /// Record a resource, with space from pools for it.
    PutResource(ResourceRequest),
    /// Remove a resource and release its networks.
    RemoveResource {
        /// Which, by identity.
        resource: Reference,
    },
    /// Put networks that exist into a pool.
    Associate(AssociateRequest),
    /// Make a space.
    CreateSpace(SpaceRequest),
    /// Change a space.
    EditSpace(EditSpaceRequest),
    /// Remove an empty space.
    RemoveSpace {
        /// Which.
        space: Reference,
    },
    /// Accept that two claims overlap.
    AcceptConflict {
        /// One of the two.
        left: Reference,
        /// The other.
        right: Reference,
        /// Why.
        reason: Description,
        /// When it counts as a conflict again; never, if unset.
        #[serde(default)]
        expires_at: Option<Timestamp>,
    },
    /// Take an acceptance back.
    ReopenConflict {
        /// One of the two.
        left: Reference,
        /// The other.
        right: Reference,
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
    /// How many prefixes of the parent may make it up; one contiguous prefix if unset.
    #[serde(default)]
    pub max_prefixes: Option<u16>,
    /// Prefixes of the parent not to be taken.
    #[serde(default)]
    pub excluded: Vec<Cidr>,
    /// The only addresses of the parent that may be taken.
    #[serde(default)]
    pub within: Option<Span>,
    /// True to become the parent of what lies whole within its prefixes already: networks that were there before anybody
    /// made a pool for them.
    #[serde(default)]
    pub absorb: bool,
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
    /// Addresses from one to another in a network or subnet.
    Range,
    /// One address in a network, subnet or range.
    Address,
}

/// Space to take from a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AllocationRequest {
    /// Identity; made by the host if unset. With one, a retry is safe.
    #[serde(default)]
    pub id: Option<ClaimId>,
    /// The pool (or the network or subnet, for what lies in those).
    pub pool: Reference,
    /// Pools to try, in order, where the first cannot give it: for want of room, or by its sizes, tags or quotas.
    #[serde(default)]
    pub or_pools: Vec<Reference>,
    /// What it is for.
    #[serde(default)]
    pub kind: AllocationKind,
    /// A prefix of this length, in bits.
    #[serde(default)]
    pub prefix_length: Option<u8>,
    /// A prefix that holds this many addresses.
    #[serde(default)]
    pub addresses: Option<Count>,
    /// This prefix, or this address.
    #[serde(default)]
    pub cidr: Option<Cidr>,
    /// These addresses, for a range: `10.0.0.10-10.0.0.99`.
    #[serde(default)]
    pub range: Option<Span>,
    /// How many prefixes may make it up: 144 addresses in two are a /25 and a /28. One contiguous prefix if unset.
    #[serde(default)]
    pub max_prefixes: Option<u16>,
    /// Prefixes not to be taken; a chosen one among them is refused.
    #[serde(default)]
    pub excluded: Vec<Cidr>,
    /// The only addresses that may be taken: `10.0.0.10-10.0.0.99`, or a prefix.
    #[serde(default)]
    pub within: Option<Span>,
    /// True if a range or an address is really in use.
    #[serde(default)]
    pub in_use: bool,
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
    /// New holder, for a network: a resource that is recorded.
    #[serde(default)]
    pub holder: Option<ResourceId>,
    /// Whether a range or an address is really in use.
    #[serde(default)]
    pub in_use: Option<bool>,
    /// When a reservation ends.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// Why it is left out of compliance; empty to take it in again.
    #[serde(default)]
    pub ignored: Option<Description>,
    /// True to hand out again at once what it gives up, whatever the pool's cool-down.
    #[serde(default)]
    pub at_once: bool,
}

/// A claim to be split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SplitRequest {
    /// Which: an id, or a pool's name.
    pub claim: Reference,
    /// What becomes claims of their own. The claim keeps the rest.
    pub parts: Vec<PartRequest>,
}

/// A part of a claim to become a claim of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PartRequest {
    /// Identity; made by the host if unset.
    #[serde(default)]
    pub id: Option<ClaimId>,
    /// Its name; needed for a pool, the claim's own for others if unset.
    #[serde(default)]
    pub name: Option<Name>,
    /// Its prefixes, within the claim's.
    pub prefixes: Vec<Cidr>,
}

/// Claims to be merged. What they have in common is kept; where they differ, say what is to be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MergeRequest {
    /// The claim that remains: an id, or a pool's name.
    pub claim: Reference,
    /// Those that become part of it.
    pub from: Vec<Reference>,
    /// The name, where claims other than pools differ.
    #[serde(default)]
    pub name: Option<Name>,
    /// The description, where they differ.
    #[serde(default)]
    pub description: Option<Description>,
    /// The labels, where they differ.
    #[serde(default)]
    pub tags: Option<Tags>,
    /// The policy, where pools differ.
    #[serde(default)]
    pub policy: Option<Policy>,
    /// The holder, where networks differ.
    #[serde(default)]
    pub holder: Option<ResourceId>,
}

/// A resource to record, with what it is to hold: all or nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceRequest {
    /// The resource as it is to be.
    pub resource: Resource,
    /// Networks for it, from one or several pools: one IPv4 and one IPv6 for dual stack. Their `resource` is this one.
    #[serde(default)]
    pub allocations: Vec<AllocationRequest>,
}

/// Networks that exist, to be put into a pool. Those that are there already stay: association is a set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssociateRequest {
    /// The pool.
    pub pool: Reference,
    /// Resources, each of whose networks within the pool's prefixes is meant; at most
    /// [`plat_domain::limits::ASSOCIATIONS_PER_REQUEST`].
    #[serde(default)]
    pub resources: Vec<ResourceId>,
    /// Single networks.
    #[serde(default)]
    pub networks: Vec<ClaimId>,
}

/// A space to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SpaceRequest {
    /// Identity; made by the host if unset.
    #[serde(default)]
    pub id: Option<SpaceId>,
    /// Unique among the spaces.
    pub name: Name,
    /// Routing domain kind.
    #[serde(default)]
    pub kind: SpaceKind,
    /// The provider space of a customer space.
    #[serde(default)]
    pub provider: Option<Reference>,
    /// How a customer space is isolated.
    #[serde(default)]
    pub isolation: Option<Isolation>,
    /// Free text.
    #[serde(default)]
    pub description: Description,
}

/// Changes to a space. What is left out stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EditSpaceRequest {
    /// Which: an id or a name.
    pub space: Reference,
    /// New name.
    #[serde(default)]
    pub name: Option<Name>,
    /// New free text.
    #[serde(default)]
    pub description: Option<Description>,
    /// New provider space of a customer space.
    #[serde(default)]
    pub provider: Option<Reference>,
    /// New isolation of a customer space.
    #[serde(default)]
    pub isolation: Option<Isolation>,
}

/// Which claims to list by how they stand to the rules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ComplianceRequest {
    /// The space; the default space if unset.
    #[serde(default)]
    pub space: Option<Reference>,
    /// Only what lies in this pool.
    #[serde(default)]
    pub within: Option<Reference>,
    /// Only these; all if none is named.
    #[serde(default)]
    pub status: Vec<Compliance>,
    /// Where the page before ended.
    #[serde(default)]
    pub after: Option<Cursor>,
    /// Claims at most; [`crate::PAGE_DEFAULT`] if unset.
    #[serde(default)]
    pub limit: Option<usize>,
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

impl AllocationRequest {
    /// A request with nothing but the pool: what else is wanted is set on it.
    #[must_use]
    pub fn from_pool(pool: Reference) -> Self {
        Self {
            id: None,
            pool,
            or_pools: Vec::new(),
            kind: AllocationKind::Network,
            prefix_length: None,
            addresses: None,
            cidr: None,
            range: None,
            max_prefixes: None,
            excluded: Vec::new(),
            within: None,
            in_use: false,
            strategy: None,
            name: None,
            resource: None,
            expires_at: None,
            tags: Tags::default(),
            description: Description::default(),
        }
    }
}

impl PoolRequest {
    /// A request with nothing but the name: what else is wanted is set on it.
    #[must_use]
    pub fn named(name: Name) -> Self {
        Self {
            id: None,
            name,
            space: None,
            parent: None,
            prefix_length: None,
            addresses: None,
            prefixes: Vec::new(),
            absorb: false,
            max_prefixes: None,
            excluded: Vec::new(),
            within: None,
            strategy: None,
            policy: Policy::default(),
            tags: Tags::default(),
            description: Description::default(),
        }
    }
}

impl EditRequest {
    /// A request that changes nothing yet.
    #[must_use]
    pub const fn of(claim: Reference) -> Self {
        Self {
            claim,
            name: None,
            description: None,
            tags: None,
            prefixes: None,
            space: None,
            parent: None,
            policy: None,
            holder: None,
            in_use: None,
            expires_at: None,
            ignored: None,
            at_once: false,
        }
    }
}

impl Request {
    /// Gives an identity to everything in the request that the caller left without one.
    pub fn fill_ids(&mut self, mut fresh: impl FnMut() -> [u8; 16]) {
        let mut claim = || ClaimId::from_bytes(fresh());
        match self {
            Self::CreatePool(pool) => drop(pool.id.get_or_insert_with(claim)),
            Self::Allocate(allocation) => drop(allocation.id.get_or_insert_with(claim)),
            Self::PutResource(put) => {
                for allocation in &mut put.allocations {
                    allocation.id.get_or_insert_with(&mut claim);
                }
            }
            Self::Split(split) => {
                for part in &mut split.parts {
                    part.id.get_or_insert_with(&mut claim);
                }
            }
            Self::CreateSpace(space) => {
                space.id.get_or_insert_with(|| SpaceId::from_bytes(fresh()));
            }
            _ => {}
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
            | Self::Split(_)
            | Self::Merge(_)
            | Self::PutResource(_)
            | Self::RemoveResource { .. }
            | Self::Associate(_)
            | Self::CreateSpace(_)
            | Self::EditSpace(_)
            | Self::RemoveSpace { .. }
            | Self::AcceptConflict { .. }
            | Self::ReopenConflict { .. }
            | Self::Command(_)
            | Self::Import(_)
            | Self::Apply(_) => true,
            Self::Workspace
            | Self::Tree(_)
            | Self::Claim { .. }
            | Self::Usage { .. }
            | Self::Free { .. }
            | Self::Prefixes { .. }
            | Self::Resources { .. }
            | Self::Resource { .. }
            | Self::Recommend { .. }
            | Self::Compliance(_)
            | Self::PlanRelease { .. }
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
        matches!(
            self,
            Self::Edit(_) | Self::Split(_) | Self::Merge(_) | Self::EditSpace(_) | Self::Import(_)
        )
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
