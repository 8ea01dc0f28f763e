//! Identities: 128-bit, made by the caller so that a retry is safe, written as UUIDs (RFC 9562).

use core::fmt;
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest as _, Sha256};

/// Text that is not a UUID in its 36-character form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidId(pub String);

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a UUID such as 0190f5fe-7c1a-7000-8000-000000000001",
            self.0
        )
    }
}
impl std::error::Error for InvalidId {}

fn format(bytes: &[u8; 16], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (i, byte) in bytes.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            f.write_str("-")?;
        }
        write!(f, "{byte:02x}")?;
    }
    Ok(())
}

fn parse(text: &str) -> Result<[u8; 16], InvalidId> {
    let invalid = || InvalidId(text.chars().take(64).collect());
    let raw = text.as_bytes();
    if raw.len() != 36 || [8, 13, 18, 23].iter().any(|&i| raw[i] != b'-') {
        return Err(invalid());
    }
    let mut out = [0u8; 16];
    let mut digits = raw.iter().filter(|&&c| c != b'-');
    for byte in &mut out {
        let mut nibble = || {
            digits
                .next()
                .and_then(|&c| char::from(c).to_digit(16))
                .ok_or_else(invalid)
        };
        let (high, low) = (nibble()?, nibble()?);
        *byte = u8::try_from(high * 16 + low).map_err(|_| invalid())?;
    }
    if digits.next().is_some() {
        Err(invalid())
    } else {
        Ok(out)
    }
}

/// Names a 128-bit identity type whose values cannot be mistaken for another's.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 16]);

        impl $name {
            /// The identity with these sixteen bytes, most significant first.
            #[must_use]
            pub const fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(bytes)
            }

            /// The sixteen bytes, most significant first.
            #[must_use]
            pub const fn to_bytes(self) -> [u8; 16] {
                self.0
            }

            /// An identity that follows from what is identified (a version 8 UUID, RFC 9562 §5.8):
            /// the same parts give the same identity on every machine, so importing a file twice
            /// names the same things.
            #[must_use]
            pub fn derived(parts: &[&str]) -> Self {
                let mut hash = Sha256::new();
                hash.update(concat!("plat/id/", stringify!($name), "/1").as_bytes());
                for part in parts {
                    hash.update((part.len() as u64).to_be_bytes());
                    hash.update(part.as_bytes());
                }
                let mut bytes = [0u8; 16];
                bytes.copy_from_slice(&hash.finalize()[..16]);
                bytes[6] = 0x80 | (bytes[6] & 0x0f);
                bytes[8] = 0x80 | (bytes[8] & 0x3f);
                Self(bytes)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                format(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                parse(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                if s.is_human_readable() { s.collect_str(self) } else { self.0.serialize(s) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                if d.is_human_readable() {
                    String::deserialize(d)?.parse().map_err(de::Error::custom)
                } else {
                    <[u8; 16]>::deserialize(d).map(Self)
                }
            }
        }
    };
}

id!(
    /// Which address space.
    SpaceId
);
id!(
    /// Which claim: a pool, a network, a static, external or reserved block, a subnet.
    ClaimId
);
id!(
    /// Which resource (a virtual network, a VM network, a site) holds networks.
    ResourceId
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_round_trip_and_refuse_other_text() {
        let id = ClaimId::derived(&["azure", "10.0.0.0/16"]);
        assert_eq!(id.to_string().parse::<ClaimId>(), Ok(id));
        for bad in [
            "",
            "0190f5fe",
            "0190f5fe-7c1a-7000-8000-00000000000g",
            "0190f5fe+7c1a-7000-8000-000000000001",
        ] {
            assert!(bad.parse::<ClaimId>().is_err(), "{bad}");
        }
    }

    #[test]
    fn derived_ids_tell_parts_apart() {
        assert_ne!(ClaimId::derived(&["ab", "c"]), ClaimId::derived(&["a", "bc"]));
        assert_eq!(SpaceId::derived(&["x"]).to_string().as_bytes()[14], b'8');
    }
}
