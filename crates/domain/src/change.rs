//! Facts: what a decided command changes. Stored and sent as they are; never decided again.

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

use crate::legacy::ChangeSet1;
use crate::{Acceptance, Claim, ClaimId, Pair, Resource, ResourceId, Space, SpaceId};

/// The version of the stored form of change sets. Version 1 is still read.
pub const STORED_FORM: u16 = 2;

/// One fact. The order of the variants is part of the stored form: add at the end only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// A space exists from now on, or has these new attributes.
    SpacePut(Space),
    /// A space is gone. It was empty.
    SpaceRemoved(SpaceId),
    /// A resource exists from now on, or has these new attributes.
    ResourcePut(Resource),
    /// A resource is gone. It held nothing.
    ResourceRemoved(ResourceId),
    /// A claim exists from now on, or has these new attributes, prefixes, parent or space.
    ClaimPut(Claim),
    /// A claim is gone. Nothing was in it.
    ClaimRemoved(ClaimId),
    /// A conflict is accepted from now on, or in this way.
    ConflictAccepted(Acceptance),
    /// A conflict is not accepted any more, or is none any more.
    AcceptanceEnded(Pair),
}

/// The facts of one revision, in the order in which they become true.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeSet {
    /// The facts.
    pub changes: Vec<Change>,
}

impl ChangeSet {
    /// True if nothing changes: a retry, or a command whose wish is already so. It makes no revision.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// The canonical bytes: what is stored, and what the digest covers.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Serialising to memory can fail only for types that postcard cannot write; ours are pinned by goldens.
        postcard::to_allocvec(self).unwrap_or_default()
    }

    /// Reads canonical bytes.
    ///
    /// # Errors
    /// [`Corrupt`] where they are not what [`ChangeSet::to_bytes`] wrote.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Corrupt> {
        Self::read::<Self>(bytes)
    }

    /// Reads bytes that were stored in a form of this version: 1 or [`STORED_FORM`].
    ///
    /// # Errors
    /// [`Corrupt`] where they are not of that form, or the form is not known.
    pub fn from_stored(form: u16, bytes: &[u8]) -> Result<Self, Corrupt> {
        match form {
            1 => Self::read::<ChangeSet1>(bytes),
            STORED_FORM => Self::read::<Self>(bytes),
            other => Err(Corrupt(format!(
                "change set: form {other}, this engine reads 1 to {STORED_FORM}"
            ))),
        }
    }

    fn read<'a, S: Deserialize<'a> + Into<Self>>(bytes: &'a [u8]) -> Result<Self, Corrupt> {
        let (set, rest): (S, _) =
            postcard::take_from_bytes(bytes).map_err(|e| Corrupt(format!("change set: {e}")))?;
        if rest.is_empty() {
            Ok(set.into())
        } else {
            Err(Corrupt("change set: bytes left over".into()))
        }
    }
}

/// Stored data that is not what this engine writes: a fault of the environment, never of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Corrupt(pub String);

impl fmt::Display for Corrupt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "stored data is damaged: {}", self.0)
    }
}
impl std::error::Error for Corrupt {}

/// SHA-256 over a chain of change sets, or over a whole state; written as 64 hexadecimal digits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }

    /// The digest of bytes, for a stated purpose, so that one purpose's digest is never another's.
    #[must_use]
    pub fn of(purpose: &str, bytes: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(purpose.as_bytes());
        hash.update([0]);
        hash.update(bytes);
        Self(hash.finalize().into())
    }

    /// The digest of the revision that adds these canonical bytes of a change set to the revision with this digest.
    #[must_use]
    pub fn chain(&self, changes: &[u8]) -> Self {
        let mut hash = Sha256::new();
        hash.update(b"plat/revision/1\0");
        hash.update(self.0);
        hash.update(changes);
        Self(hash.finalize().into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text that is not 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidDigest;

impl fmt::Display for InvalidDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a digest is 64 hexadecimal digits")
    }
}
impl std::error::Error for InvalidDigest {}

impl FromStr for Digest {
    type Err = InvalidDigest;
    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let digits: Vec<u32> = text
            .chars()
            .map(|c| c.to_digit(16).ok_or(InvalidDigest))
            .collect::<Result<_, _>>()?;
        if digits.len() != 64 {
            return Err(InvalidDigest);
        }
        let mut bytes = [0u8; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = u8::try_from(pair[0] * 16 + pair[1]).map_err(|_| InvalidDigest)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            s.collect_str(self)
        } else {
            self.0.serialize(s)
        }
    }
}
impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        if d.is_human_readable() {
            String::deserialize(d)?.parse().map_err(de::Error::custom)
        } else {
            <[u8; 32]>::deserialize(d).map(Self)
        }
    }
}

/// The first eight bytes of a command's digest: tells a retry from another request with the same id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint([u8; 8]);

impl Fingerprint {
    /// The fingerprint of a command's canonical bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut short = [0u8; 8];
        short.copy_from_slice(&Digest::of("plat/command/1", bytes).0[..8]);
        Self(short)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        if s.is_human_readable() {
            s.serialize_str(&format!("{:016x}", u64::from_be_bytes(self.0)))
        } else {
            self.0.serialize(s)
        }
    }
}
impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        if d.is_human_readable() {
            let text = String::deserialize(d)?;
            u64::from_str_radix(&text, 16)
                .map(|n| Self(n.to_be_bytes()))
                .map_err(de::Error::custom)
        } else {
            <[u8; 8]>::deserialize(d).map(Self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_round_trip_and_chain_over_content() {
        let genesis = Digest::default();
        let removed = ChangeSet {
            changes: vec![Change::ClaimRemoved(ClaimId::derived(&["a"]))],
        };
        let one = genesis.chain(&removed.to_bytes());
        assert_eq!(one.to_string().parse(), Ok(one));
        assert_ne!(one, genesis.chain(&ChangeSet::default().to_bytes()));
        assert!("zz".parse::<Digest>().is_err());
        assert_eq!(ChangeSet::from_bytes(&removed.to_bytes()), Ok(removed.clone()));
        let mut longer = removed.to_bytes();
        longer.push(0);
        assert!(ChangeSet::from_bytes(&longer).is_err());
    }
}
