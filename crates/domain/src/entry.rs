//! What a workspace holds: spaces, resources and claims, as plain records.

use plat_allocator::Strategy;
use serde::{Deserialize, Serialize};

use crate::{Cidr, ClaimId, Description, Fingerprint, Name, ResourceId, SpaceId, Tags, Timestamp};

/// What kind of routing domain a space is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SpaceKind {
    /// The physical network; the default.
    #[default]
    Fabric,
    /// A VMM logical network's provider space.
    Provider,
    /// A tenant's virtual network.
    Customer,
}

/// One routing domain (VRF). The same CIDR may exist in two spaces, never twice in one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Space {
    /// Identity.
    pub id: SpaceId,
    /// Unique among the workspace's spaces.
    pub name: Name,
    /// Routing domain kind.
    #[serde(default)]
    pub kind: SpaceKind,
    /// Free text.
    #[serde(default)]
    pub description: Description,
}

/// What holds networks: a virtual network, a VM network, a site. Its networks end with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resource {
    /// Identity.
    pub id: ResourceId,
    /// Display name.
    pub name: Name,
    /// The provider's word for it: `virtualNetwork`, `vpc`, `site`, `prefix`.
    pub kind: Name,
    /// Who runs it: `azure`, `aws`, `netbox`; none for a resource made here.
    #[serde(default)]
    pub provider: Option<Name>,
    /// The provider's own identity, such as an Azure resource id; empty where it has none.
    #[serde(default)]
    pub external_id: Description,
    /// The organisation it belongs to; none for the workspace's own.
    #[serde(default)]
    pub tenant: Option<Name>,
    /// Labels.
    #[serde(default)]
    pub tags: Tags,
}

/// What a pool lets be allocated. A longer prefix is a smaller block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Policy {
    /// The shortest prefix (largest block) that may be allocated, in bits, inclusive.
    #[serde(default)]
    pub shortest_len: Option<u8>,
    /// The longest prefix (smallest block) that may be allocated, in bits, inclusive.
    #[serde(default)]
    pub longest_len: Option<u8>,
    /// The length allocated when a request names no size.
    #[serde(default)]
    pub default_len: Option<u8>,
    /// Where new allocations go when the request does not say; first fit if unset.
    #[serde(default)]
    pub strategy: Option<Strategy>,
}

/// Why addresses are occupied.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ClaimKind {
    /// A named set of prefixes to allocate from, root or child of a pool.
    Pool(Policy),
    /// A network, held by a resource or planned (not yet held).
    Network {
        /// The holder; none while the network is only planned.
        holder: Option<ResourceId>,
    },
    /// A part of a network.
    Subnet,
    /// In use by something not managed here.
    Static,
    /// Elsewhere (on-premises, another cloud): recorded, never handed out.
    External,
    /// Held back, until a stated time if any.
    Reservation {
        /// When it becomes available again; never, if none.
        expires_at: Option<Timestamp>,
    },
}

impl ClaimKind {
    /// The kind's name in API and exports.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Pool(_) => "pool",
            Self::Network { .. } => "network",
            Self::Subnet => "subnet",
            Self::Static => "static",
            Self::External => "external",
            Self::Reservation { .. } => "reservation",
        }
    }

    /// True if space claimed so counts as reserved, not allocated (SEMANTICS 4).
    #[must_use]
    pub const fn is_reserved(&self) -> bool {
        matches!(self, Self::Reservation { .. })
    }

    /// True for pools.
    #[must_use]
    pub const fn is_pool(&self) -> bool {
        matches!(self, Self::Pool(_))
    }

    /// True for kinds that other claims may lie in.
    #[must_use]
    pub const fn holds_claims(&self) -> bool {
        matches!(self, Self::Pool(_) | Self::Network { .. })
    }

    /// Whether a claim of kind `child` may lie in one of this kind.
    #[must_use]
    pub const fn may_hold(&self, child: &Self) -> bool {
        match self {
            Self::Pool(_) => !matches!(child, Self::Subnet),
            Self::Network { .. } => matches!(child, Self::Subnet),
            Self::Subnet | Self::Static | Self::External | Self::Reservation { .. } => false,
        }
    }

    /// The holder of a network.
    #[must_use]
    pub const fn holder(&self) -> Option<ResourceId> {
        match self {
            Self::Network { holder } => *holder,
            Self::Pool(_) | Self::Subnet | Self::Static | Self::External | Self::Reservation { .. } => None,
        }
    }

    /// When a reservation ends.
    #[must_use]
    pub const fn expires_at(&self) -> Option<Timestamp> {
        match self {
            Self::Reservation { expires_at } => *expires_at,
            Self::Pool(_) | Self::Network { .. } | Self::Subnet | Self::Static | Self::External => None,
        }
    }
}

/// Anything that occupies addresses in a space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Claim {
    /// Identity.
    pub id: ClaimId,
    /// The space it lies in.
    pub space: SpaceId,
    /// The claim it was declared to lie in; none at the top of the space.
    pub parent: Option<ClaimId>,
    /// Why the addresses are occupied.
    pub kind: ClaimKind,
    /// Display name. A pool always has one, unique among the pools of its space.
    pub name: Option<Name>,
    /// Disjoint prefixes of one family, in order; at least one.
    pub prefixes: Vec<Cidr>,
    /// True if it was found to exist (import, sync) rather than allocated here, so it may overlap.
    pub observed: bool,
    /// Labels.
    pub tags: Tags,
    /// Free text.
    pub description: Description,
    /// Fingerprint of the command that made it, so that a retry is told from another request with the same id.
    pub request: Fingerprint,
}

impl Claim {
    /// The name, or the first prefix where it has none.
    #[must_use]
    pub fn label(&self) -> String {
        match (&self.name, self.prefixes.first()) {
            (Some(name), _) => name.to_string(),
            (None, Some(prefix)) => prefix.to_string(),
            (None, None) => self.id.to_string(),
        }
    }

    /// True if some prefix of this claim contains `cidr`.
    #[must_use]
    pub fn contains(&self, cidr: &Cidr) -> bool {
        self.prefixes.iter().any(|p| p.contains(cidr))
    }

    /// True if some address is in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.intersections(other).next().is_some()
    }

    /// The shared prefixes, in the order of this claim's.
    pub fn intersections<'a>(&'a self, other: &'a Self) -> impl Iterator<Item = Cidr> + 'a {
        self.prefixes
            .iter()
            .flat_map(|a| other.prefixes.iter().filter_map(|b| a.intersection(b)))
    }
}
