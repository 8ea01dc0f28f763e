//! A whole state as bytes: compact, versioned, the same on every machine.
//!
//! `PLAT` · version (u16, big-endian) · revision (u64, big-endian) · chained digest (32 bytes) · body · digest of all that
//! comes before (32 bytes), so that a damaged copy is refused whatever was damaged. The body lists
//! spaces and resources by identity and claims parents first in listing order, so that each refers to those before it
//! by index. [`State::content_digest`] covers the body, which is why it can be recomputed in an audit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::legacy::{Body1, Record1};
use crate::record::record;
use crate::{
    Acceptance, Change, Cidr, Claim, ClaimId, ClaimKind, Corrupt, Description, Digest, Fingerprint, Name,
    Policy, Resource, ResourceId, Space, State, Tags, Timestamp,
};

/// The version of the written form. Version 1 is still read.
pub const SNAPSHOT_VERSION: u16 = 2;

const MAGIC: &[u8; 4] = b"PLAT";
const HEADER_BYTES: usize = 4 + 2 + 8 + 32;
const SEAL: &str = "plat/snapshot/1";
const SEAL_BYTES: usize = 32;

#[derive(Serialize, Deserialize)]
struct Body {
    spaces: Vec<Space>,
    resources: Vec<Resource>,
    claims: Vec<Record>,
    acceptances: Vec<Acceptance>,
}

record! {
    /// A claim with indexes into the lists of the body in place of identities.
    struct Record {
        id: ClaimId,
        space: u32,
        kind: Kind,
        prefixes: Vec<Cidr>,
        request: Fingerprint,
    } parts in snapshot_parts {
        parent as Parent: Option<u32>,
        name as Name: Option<Name>,
        observed as Observed: bool,
        tags as Tags: Tags,
        description as Description: Description,
        ignored as Ignored: Option<Description>,
    }
}

/// The order of the variants is part of the stored form: add at the end only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
enum Kind {
    Pool(Policy),
    Network(Option<u32>),
    Subnet,
    Static,
    External,
    Reservation(Option<Timestamp>),
    Cooling(Timestamp),
    Range(bool),
    Address(bool),
}

impl State {
    /// The state as bytes, for [`State::from_snapshot`].
    #[must_use]
    pub fn to_snapshot(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES + 64 * self.claim_count());
        bytes.extend_from_slice(MAGIC);
        bytes.extend_from_slice(&SNAPSHOT_VERSION.to_be_bytes());
        bytes.extend_from_slice(&self.revision().to_be_bytes());
        bytes.extend_from_slice(&self.digest().to_bytes());
        bytes.extend_from_slice(&self.body_bytes());
        let seal = Digest::of(SEAL, &bytes);
        bytes.extend_from_slice(&seal.to_bytes());
        bytes
    }

    /// The digest of everything the state holds, however it came to be. Recomputed each time: O(n).
    #[must_use]
    pub fn content_digest(&self) -> Digest {
        Digest::of("plat/state/1", &self.body_bytes())
    }

    fn body_bytes(&self) -> Vec<u8> {
        let spaces: Vec<Space> = {
            let mut all: Vec<Space> = self.spaces().cloned().collect();
            all.sort_by_key(|s| s.id);
            all
        };
        let resources: Vec<Resource> = self.resources().cloned().collect();
        let holders: BTreeMap<ResourceId, u32> = (0..).zip(&resources).map(|(i, r)| (r.id, i)).collect();
        let mut claims = Vec::with_capacity(self.claim_count());
        for (space, index) in spaces.iter().zip(0..) {
            let mut stack: Vec<(&Claim, Option<u32>)> = self.roots(space.id).map(|c| (c, None)).collect();
            stack.reverse();
            while let Some((claim, parent)) = stack.pop() {
                let own = u32::try_from(claims.len()).unwrap_or(u32::MAX);
                claims.push(record(claim, index, parent, &holders));
                let at = stack.len();
                stack.extend(self.children(claim.id).map(|c| (c, Some(own))));
                stack[at..].reverse();
            }
        }
        postcard::to_allocvec(&Body {
            spaces,
            resources,
            claims,
            acceptances: self.acceptances().cloned().collect(),
        })
        .unwrap_or_default()
    }

    /// Reads a snapshot.
    ///
    /// # Errors
    /// [`Corrupt`] where the bytes are not what [`State::to_snapshot`] wrote, naming what is wrong.
    pub fn from_snapshot(bytes: &[u8]) -> Result<Self, Corrupt> {
        let sealed = bytes
            .len()
            .checked_sub(SEAL_BYTES)
            .ok_or_else(|| corrupt("too short"))?;
        let (bytes, seal) = bytes.split_at(sealed);
        let (header, body) = bytes
            .split_at_checked(HEADER_BYTES)
            .ok_or_else(|| corrupt("too short"))?;
        if &header[..4] != MAGIC {
            return Err(corrupt("not a Plat snapshot"));
        }
        let version = u16::from_be_bytes([header[4], header[5]]);
        if !(1..=SNAPSHOT_VERSION).contains(&version) {
            return Err(Corrupt(format!(
                "snapshot: version {version}, this engine reads 1 to {SNAPSHOT_VERSION}"
            )));
        }
        if Digest::of(SEAL, bytes).to_bytes() != seal {
            return Err(corrupt("its seal is broken: fetch or restore it again"));
        }
        let mut revision = [0u8; 8];
        revision.copy_from_slice(&header[6..14]);
        let mut digest = [0u8; 32];
        digest.copy_from_slice(&header[14..]);
        let mut state = if version == 1 {
            read_body(body, Self::of_body1)?
        } else {
            read_body(body, Self::of_body)?
        };
        state = state.at_revision(u64::from_be_bytes(revision), Digest::from_bytes(digest));
        Ok(state)
    }

    fn of_body(body: Body) -> Result<Self, Corrupt> {
        let mut reader = Reader::new(body.spaces, body.resources)?;
        for record in body.claims {
            let kind = match record.kind {
                Kind::Pool(policy) => ClaimKind::pool(policy),
                Kind::Network(holder) => ClaimKind::Network {
                    holder: holder.map(|i| reader.holder(i)).transpose()?,
                },
                Kind::Subnet => ClaimKind::Subnet,
                Kind::Static => ClaimKind::Static,
                Kind::External => ClaimKind::External,
                Kind::Reservation(expires_at) => ClaimKind::Reservation { expires_at },
                Kind::Cooling(until) => ClaimKind::Cooling { until },
                Kind::Range(in_use) => ClaimKind::Range { in_use },
                Kind::Address(in_use) => ClaimKind::Address { in_use },
            };
            reader.put(Claim {
                id: record.id,
                space: reader.space(record.space)?,
                kind,
                prefixes: record.prefixes,
                request: record.request,
                parent: record.parent.map(|i| reader.parent(i)).transpose()?,
                name: record.name,
                observed: record.observed,
                tags: record.tags,
                description: record.description,
                ignored: record.ignored,
            })?;
        }
        for acceptance in body.acceptances {
            reader.state.apply(&Change::ConflictAccepted(acceptance))?;
        }
        Ok(reader.state)
    }

    fn of_body1(body: Body1) -> Result<Self, Corrupt> {
        let spaces = body.spaces.into_iter().map(Into::into).collect();
        let resources = body.resources.into_iter().map(Into::into).collect();
        let mut reader = Reader::new(spaces, resources)?;
        for record in body.claims {
            let Record1 {
                id,
                prefixes,
                request,
                ..
            } = record;
            let kind = record.kind.with_holder(|i| reader.holder(i).ok());
            let claim = Claim {
                parent: record.parent.map(|i| reader.parent(i)).transpose()?,
                name: record.name,
                observed: record.observed,
                tags: record.tags,
                description: record.description,
                ..Claim::new(id, reader.space(record.space)?, kind, prefixes, request)
            };
            reader.put(claim)?;
        }
        Ok(reader.state)
    }
}

fn corrupt(what: &str) -> Corrupt {
    Corrupt(format!("snapshot: {what}"))
}

fn read_body<'a, B: Deserialize<'a>>(
    bytes: &'a [u8],
    state: impl FnOnce(B) -> Result<State, Corrupt>,
) -> Result<State, Corrupt> {
    let (body, rest) = postcard::take_from_bytes(bytes).map_err(|e| corrupt(&e.to_string()))?;
    if rest.is_empty() {
        state(body)
    } else {
        Err(corrupt("bytes left over"))
    }
}

/// A state on its way out of a body, and what its indexes stand for.
struct Reader {
    state: State,
    spaces: Vec<Space>,
    resources: Vec<Resource>,
    claims: Vec<ClaimId>,
}

impl Reader {
    fn new(spaces: Vec<Space>, resources: Vec<Resource>) -> Result<Self, Corrupt> {
        let mut state = State::new();
        for space in &spaces {
            state.apply(&Change::SpacePut(space.clone()))?;
        }
        for resource in &resources {
            state.apply(&Change::ResourcePut(resource.clone()))?;
        }
        Ok(Self {
            state,
            spaces,
            resources,
            claims: Vec::new(),
        })
    }

    fn space(&self, index: u32) -> Result<crate::SpaceId, Corrupt> {
        let found = self.spaces.get(index as usize).map(|s| s.id);
        found.ok_or_else(|| corrupt("unknown space"))
    }

    fn holder(&self, index: u32) -> Result<ResourceId, Corrupt> {
        let found = self.resources.get(index as usize).map(|r| r.id);
        found.ok_or_else(|| corrupt("unknown resource"))
    }

    fn parent(&self, index: u32) -> Result<ClaimId, Corrupt> {
        let found = self.claims.get(index as usize).copied();
        found.ok_or_else(|| corrupt("unknown parent"))
    }

    fn put(&mut self, claim: Claim) -> Result<(), Corrupt> {
        self.claims.push(claim.id);
        self.state.apply(&Change::ClaimPut(claim))
    }
}

fn record(claim: &Claim, space: u32, parent: Option<u32>, holders: &BTreeMap<ResourceId, u32>) -> Record {
    let kind = match &claim.kind {
        ClaimKind::Pool(policy) => Kind::Pool(policy.as_ref().clone()),
        ClaimKind::Network { holder } => Kind::Network(holder.and_then(|h| holders.get(&h).copied())),
        ClaimKind::Subnet => Kind::Subnet,
        ClaimKind::Static => Kind::Static,
        ClaimKind::External => Kind::External,
        ClaimKind::Reservation { expires_at } => Kind::Reservation(*expires_at),
        ClaimKind::Cooling { until } => Kind::Cooling(*until),
        ClaimKind::Range { in_use } => Kind::Range(*in_use),
        ClaimKind::Address { in_use } => Kind::Address(*in_use),
    };
    Record {
        id: claim.id,
        space,
        kind,
        prefixes: claim.prefixes.clone(),
        request: claim.request,
        parent,
        name: claim.name.clone(),
        observed: claim.observed,
        tags: claim.tags.clone(),
        description: claim.description.clone(),
        ignored: claim.ignored.clone(),
    }
}
