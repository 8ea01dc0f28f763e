//! Records whose stored form can grow: what every record has, then a list of those parts that are set.
//!
//! A part that is as if never given is not written, in bytes or in JSON. So a part added later changes nothing about the
//! bytes, digests and fingerprints of records without it, and what was stored before it existed still reads.

/// True for a part that need not be written.
pub(crate) fn is_default<T: Default + PartialEq>(part: &T) -> bool {
    *part == T::default()
}

/// Declares a record: `required` fields, then `parts` that may be left out. The order of each is part of the stored
/// form, and of each part its place is: add parts at the end only, never take one away.
macro_rules! record {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $( $(#[$rmeta:meta])* $rvis:vis $required:ident : $rty:ty, )*
        } parts in $module:ident {
            $( $(#[$pmeta:meta])* $pvis:vis $part:ident as $variant:ident : $pty:ty, )*
        }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
        #[serde(remote = "Self", rename_all = "camelCase", deny_unknown_fields)]
        $vis struct $name {
            $( $(#[$rmeta])* $rvis $required: $rty, )*
            $( $(#[$pmeta])* #[serde(default, skip_serializing_if = "crate::record::is_default")] $pvis $part: $pty, )*
        }

        mod $module {
            #[allow(clippy::wildcard_imports, reason = "the types that the declaration names")]
            use super::*;

            #[derive(serde::Serialize)]
            enum Written<'a> { $( $variant(&'a $pty), )* }

            #[derive(serde::Deserialize)]
            enum Read { $( $variant($pty), )* }

            impl serde::Serialize for $name {
                fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                    if s.is_human_readable() {
                        return Self::serialize(self, s);
                    }
                    let mut parts: Vec<Written<'_>> = Vec::new();
                    $( if !crate::record::is_default(&self.$part) { parts.push(Written::$variant(&self.$part)); } )*
                    serde::Serialize::serialize(&($( &self.$required, )* parts,), s)
                }
            }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                    if d.is_human_readable() {
                        return Self::deserialize(d);
                    }
                    let ($( $required, )* parts,): ($( $rty, )* Vec<Read>,) = serde::Deserialize::deserialize(d)?;
                    let mut read = Self { $( $required, )* $( $part: Default::default(), )* };
                    for part in parts {
                        match part { $( Read::$variant(value) => read.$part = value, )* }
                    }
                    Ok(read)
                }
            }
        }
    };
}
pub(crate) use record;
