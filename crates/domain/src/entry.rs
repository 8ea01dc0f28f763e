//! What a workspace holds: spaces, resources and claims, as plain records.

use serde::{Deserialize, Serialize};

use crate::record::record;
use crate::{Cidr, ClaimId, ClaimKind, Description, Fingerprint, Name, ResourceId, SpaceId, Tags, Timestamp};

/// What kind of routing domain a space is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SpaceKind {
    /// The physical network; the default.
    #[default]
    Fabric,
    /// A VMM logical network's provider space.
    Provider,
    /// A tenant's virtual network, within one provider space.
    Customer,
}

/// How a customer space is kept apart from others on the same provider space, in the words of System Center VMM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Isolation {
    /// It is not.
    None,
    /// Network Virtualization using Generic Routing Encapsulation (RFC 7637).
    Nvgre,
    /// Rewriting of addresses.
    IpRewrite,
    /// IEEE 802.1Q.
    Vlan,
    /// Virtual eXtensible LAN (RFC 7348).
    Vxlan,
}

record! {
    /// One routing domain (VRF). The same CIDR may exist in two spaces, never twice in one.
    pub struct Space {
        /// Identity.
        pub id: SpaceId,
        /// Unique among the workspace's spaces.
        pub name: Name,
    } parts in space_parts {
        /// Routing domain kind.
        pub kind as Kind: SpaceKind,
        /// Free text.
        pub description as Description: Description,
        /// The provider space that a customer space lies in; a customer space has one, others have none.
        pub provider as Provider: Option<SpaceId>,
        /// How a customer space is isolated; likewise.
        pub isolation as Isolation: Option<Isolation>,
    }
}

impl Space {
    /// A fabric space.
    #[must_use]
    pub fn new(id: SpaceId, name: Name) -> Self {
        Self {
            id,
            name,
            kind: SpaceKind::Fabric,
            description: Description::default(),
            provider: None,
            isolation: None,
        }
    }
}

record! {
    /// What holds networks: a virtual network, a VM network, a site. Its networks end with it.
    pub struct Resource {
        /// Identity.
        pub id: ResourceId,
        /// Display name.
        pub name: Name,
        /// The provider's word for it: `virtualNetwork`, `vpc`, `site`, `prefix`.
        pub kind: Name,
    } parts in resource_parts {
        /// Who runs it: `azure`, `aws`, `netbox`; none for a resource made here.
        pub provider as Provider: Option<Name>,
        /// The provider's own identity, such as an Azure resource id; empty where it has none.
        pub external_id as ExternalId: Description,
        /// The organisation it belongs to; none for the workspace's own.
        pub tenant as Tenant: Option<Name>,
        /// Labels.
        pub tags as Tags: Tags,
    }
}

impl Resource {
    /// A resource made here.
    #[must_use]
    pub fn new(id: ResourceId, name: Name, kind: Name) -> Self {
        Self {
            id,
            name,
            kind,
            provider: None,
            external_id: Description::default(),
            tenant: None,
            tags: Tags::default(),
        }
    }
}

record! {
    /// Anything that occupies addresses in a space.
    pub struct Claim {
        /// Identity.
        pub id: ClaimId,
        /// The space it lies in.
        pub space: SpaceId,
        /// Why the addresses are occupied.
        pub kind: ClaimKind,
        /// Disjoint prefixes of one family, in order; at least one.
        pub prefixes: Vec<Cidr>,
        /// Fingerprint of the command that made it, so that a retry is told from another request with the same id.
        pub request: Fingerprint,
    } parts in claim_parts {
        /// The claim it was declared to lie in; none at the top of the space.
        pub parent as Parent: Option<ClaimId>,
        /// Display name. A pool always has one, unique among the pools of its space.
        pub name as Name: Option<Name>,
        /// True if it was found to exist (import, sync) rather than allocated here, so it may overlap.
        pub observed as Observed: bool,
        /// Labels.
        pub tags as Tags: Tags,
        /// Free text.
        pub description as Description: Description,
        /// Why it is left out of compliance, if it is.
        pub ignored as Ignored: Option<Description>,
    }
}

impl Claim {
    /// A claim that was asked for, without any of the parts that may be left out.
    #[must_use]
    pub fn new(
        id: ClaimId,
        space: SpaceId,
        kind: ClaimKind,
        prefixes: Vec<Cidr>,
        request: Fingerprint,
    ) -> Self {
        Self {
            id,
            space,
            kind,
            prefixes,
            request,
            parent: None,
            name: None,
            observed: false,
            tags: Tags::default(),
            description: Description::default(),
            ignored: None,
        }
    }

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

    /// True if every address of `other` is in this claim.
    #[must_use]
    pub fn holds(&self, other: &Self) -> bool {
        other.prefixes.iter().all(|p| self.contains(p))
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

/// Two claims that share addresses, identified whichever way round they are named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Pair {
    /// The claim with the lower identity.
    pub left: ClaimId,
    /// The other.
    pub right: ClaimId,
}

impl Pair {
    /// The pair of two claims.
    #[must_use]
    pub fn of(a: ClaimId, b: ClaimId) -> Self {
        Self {
            left: a.min(b),
            right: a.max(b),
        }
    }
}

record! {
    /// A conflict that somebody has looked at and lives with, for a stated reason, until a stated time if any. Who did is in
    /// the audit trail: like every fact, this one is the same whoever states it.
    pub struct Acceptance {
        /// The two claims.
        pub pair: Pair,
        /// Why it is accepted.
        pub reason: Description,
    } parts in acceptance_parts {
        /// When it counts as a conflict again; never, if none.
        pub expires_at as ExpiresAt: Option<Timestamp>,
    }
}
