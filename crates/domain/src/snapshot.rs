//! A whole state as bytes: compact, versioned, the same on every machine.
//!
//! `PLAT` · version (u16, big-endian) · revision (u64, big-endian) · chained digest (32 bytes) · body · digest of all that
//! comes before (32 bytes), so that a damaged copy is refused whatever was damaged. The body lists
//! spaces and resources by identity and claims parents first in listing order, so that each refers to those before it
//! by index. [`State::content_digest`] covers the body, which is why it can be recomputed in an audit.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    Change, Cidr, Claim, ClaimId, ClaimKind, Corrupt, Description, Digest, Fingerprint, Name, Policy,
    Resource, ResourceId, Space, State, Tags, Timestamp,
};

/// The version of the written form.
pub const SNAPSHOT_VERSION: u16 = 1;

const MAGIC: &[u8; 4] = b"PLAT";
const HEADER_BYTES: usize = 4 + 2 + 8 + 32;
const SEAL: &str = "plat/snapshot/1";
const SEAL_BYTES: usize = 32;

#[derive(Serialize, Deserialize)]
struct Body {
    spaces: Vec<Space>,
    resources: Vec<Resource>,
    claims: Vec<Record>,
}

/// A claim with indexes into the lists of the body in place of identities.
#[derive(Serialize, Deserialize)]
struct Record {
    id: ClaimId,
    space: u32,
    parent: Option<u32>,
    kind: Kind,
    name: Option<Name>,
    prefixes: Vec<Cidr>,
    observed: bool,
    tags: Tags,
    description: Description,
    request: Fingerprint,
}

/// The order of the variants is part of the stored form: add at the end only.
#[derive(Serialize, Deserialize)]
enum Kind {
    Pool(Policy),
    Network(Option<u32>),
    Subnet,
    Static,
    External,
    Reservation(Option<Timestamp>),
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
        })
        .unwrap_or_default()
    }

    /// Reads a snapshot.
    ///
    /// # Errors
    /// [`Corrupt`] where the bytes are not what [`State::to_snapshot`] wrote, naming what is wrong.
    pub fn from_snapshot(bytes: &[u8]) -> Result<Self, Corrupt> {
        let corrupt = |what: &str| Corrupt(format!("snapshot: {what}"));
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
        if version != SNAPSHOT_VERSION {
            return Err(Corrupt(format!(
                "snapshot: version {version}, this engine reads {SNAPSHOT_VERSION}"
            )));
        }
        if Digest::of(SEAL, bytes).to_bytes() != seal {
            return Err(corrupt("its seal is broken: fetch or restore it again"));
        }
        let mut revision = [0u8; 8];
        revision.copy_from_slice(&header[6..14]);
        let mut digest = [0u8; 32];
        digest.copy_from_slice(&header[14..]);
        let (body, rest): (Body, _) = postcard::take_from_bytes(body).map_err(|e| corrupt(&e.to_string()))?;
        if !rest.is_empty() {
            return Err(corrupt("bytes left over"));
        }
        let mut state = Self::new();
        for space in &body.spaces {
            state.apply(&Change::SpacePut(space.clone()))?;
        }
        for resource in &body.resources {
            state.apply(&Change::ResourcePut(resource.clone()))?;
        }
        let mut ids: Vec<ClaimId> = Vec::with_capacity(body.claims.len());
        for record in body.claims {
            let space = body
                .spaces
                .get(record.space as usize)
                .ok_or_else(|| corrupt("unknown space"))?
                .id;
            let parent = match record.parent {
                None => None,
                Some(i) => Some(*ids.get(i as usize).ok_or_else(|| corrupt("unknown parent"))?),
            };
            let kind = match record.kind {
                Kind::Pool(policy) => ClaimKind::Pool(policy),
                Kind::Network(None) => ClaimKind::Network { holder: None },
                Kind::Network(Some(i)) => {
                    let holder = body
                        .resources
                        .get(i as usize)
                        .ok_or_else(|| corrupt("unknown resource"))?;
                    ClaimKind::Network {
                        holder: Some(holder.id),
                    }
                }
                Kind::Subnet => ClaimKind::Subnet,
                Kind::Static => ClaimKind::Static,
                Kind::External => ClaimKind::External,
                Kind::Reservation(expires_at) => ClaimKind::Reservation { expires_at },
            };
            ids.push(record.id);
            state.apply(&Change::ClaimPut(Claim {
                id: record.id,
                space,
                parent,
                kind,
                name: record.name,
                prefixes: record.prefixes,
                observed: record.observed,
                tags: record.tags,
                description: record.description,
                request: record.request,
            }))?;
        }
        Ok(state.at_revision(u64::from_be_bytes(revision), Digest::from_bytes(digest)))
    }
}

fn record(claim: &Claim, space: u32, parent: Option<u32>, holders: &BTreeMap<ResourceId, u32>) -> Record {
    let kind = match claim.kind {
        ClaimKind::Pool(policy) => Kind::Pool(policy),
        ClaimKind::Network { holder } => Kind::Network(holder.and_then(|h| holders.get(&h).copied())),
        ClaimKind::Subnet => Kind::Subnet,
        ClaimKind::Static => Kind::Static,
        ClaimKind::External => Kind::External,
        ClaimKind::Reservation { expires_at } => Kind::Reservation(expires_at),
    };
    Record {
        id: claim.id,
        space,
        parent,
        kind,
        name: claim.name.clone(),
        prefixes: claim.prefixes.clone(),
        observed: claim.observed,
        tags: claim.tags.clone(),
        description: claim.description.clone(),
        request: claim.request,
    }
}
