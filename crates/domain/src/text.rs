//! Text that people give: names, descriptions and tags, within limits, never control characters.

use core::fmt;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::limits;

/// Why a text was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextError {
    /// Nothing but white space.
    Empty,
    /// More bytes of UTF-8 than allowed.
    TooLong {
        /// Bytes given.
        len_bytes: usize,
        /// Bytes allowed, inclusive.
        max_bytes: usize,
    },
    /// A control character, which would be invisible in a list.
    ControlCharacter,
    /// More tags than allowed.
    TooManyTags {
        /// Tags given.
        count: usize,
    },
}

impl fmt::Display for TextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("empty: give at least one visible character"),
            Self::TooLong { len_bytes, max_bytes } => {
                write!(f, "{len_bytes} bytes long, at most {max_bytes} allowed")
            }
            Self::ControlCharacter => f.write_str("contains a control character"),
            Self::TooManyTags { count } => {
                write!(f, "{count} tags, at most {} allowed", limits::TAGS_PER_ENTRY)
            }
        }
    }
}
impl std::error::Error for TextError {}

fn bounded(text: &str, max_bytes: usize) -> Result<String, TextError> {
    let text = text.trim();
    if text.len() > max_bytes {
        return Err(TextError::TooLong {
            len_bytes: text.len(),
            max_bytes,
        });
    }
    if text.chars().any(char::is_control) {
        return Err(TextError::ControlCharacter);
    }
    Ok(text.to_owned())
}

/// A name: 1 to [`limits::NAME_BYTES`] bytes, trimmed, no control characters. Names are compared as written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(Box<str>);

impl Name {
    /// Checks and keeps a name.
    ///
    /// # Errors
    /// [`TextError`] when it is empty, too long or has control characters.
    pub fn new(text: &str) -> Result<Self, TextError> {
        let text = bounded(text, limits::NAME_BYTES)?;
        if text.is_empty() {
            Err(TextError::Empty)
        } else {
            Ok(Self(text.into()))
        }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        Self::new(&text)
    }
}
impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0.into()
    }
}
impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// Free text about an entry: up to [`limits::DESCRIPTION_BYTES`] bytes, may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Description(Box<str>);

impl Description {
    /// Checks and keeps a description.
    ///
    /// # Errors
    /// [`TextError`] when it is too long or has control characters.
    pub fn new(text: &str) -> Result<Self, TextError> {
        Ok(Self(bounded(text, limits::DESCRIPTION_BYTES)?.into()))
    }

    /// The description as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}
impl TryFrom<String> for Description {
    type Error = TextError;
    fn try_from(text: String) -> Result<Self, TextError> {
        Self::new(&text)
    }
}
impl From<Description> for String {
    fn from(text: Description) -> Self {
        text.0.into()
    }
}

/// Labels on an entry, ordered by key: at most [`limits::TAGS_PER_ENTRY`].
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(
    try_from = "BTreeMap<Name, Description>",
    into = "BTreeMap<Name, Description>"
)]
pub struct Tags(BTreeMap<Name, Description>);

impl Tags {
    /// Checks and keeps labels.
    ///
    /// # Errors
    /// [`TextError::TooManyTags`] past the limit.
    pub fn new(map: BTreeMap<Name, Description>) -> Result<Self, TextError> {
        if map.len() > limits::TAGS_PER_ENTRY {
            return Err(TextError::TooManyTags { count: map.len() });
        }
        Ok(Self(map))
    }

    /// Keys and values, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(k, v)| (k.as_str(), v.as_str()))
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&str> {
        self.iter().find(|(k, _)| *k == key).map(|(_, v)| v)
    }

    /// True without any label.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
impl TryFrom<BTreeMap<Name, Description>> for Tags {
    type Error = TextError;
    fn try_from(map: BTreeMap<Name, Description>) -> Result<Self, TextError> {
        Self::new(map)
    }
}
impl From<Tags> for BTreeMap<Name, Description> {
    fn from(tags: Tags) -> Self {
        tags.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded_at_and_past_the_limit() {
        assert!(Name::new(&"x".repeat(limits::NAME_BYTES)).is_ok());
        assert_eq!(
            Name::new(&"x".repeat(limits::NAME_BYTES + 1)),
            Err(TextError::TooLong {
                len_bytes: limits::NAME_BYTES + 1,
                max_bytes: limits::NAME_BYTES
            })
        );
        assert_eq!(Name::new("  "), Err(TextError::Empty));
        assert_eq!(Name::new("a\u{7}b"), Err(TextError::ControlCharacter));
        assert_eq!(Name::new(" edge ").map(String::from), Ok("edge".into()));
    }

    #[test]
    fn tags_are_bounded_at_and_past_the_limit() {
        let make = |n: usize| {
            Tags::new(
                (0..n)
                    .map(|i| (Name::new(&format!("k{i}")).unwrap(), Description::default()))
                    .collect(),
            )
        };
        assert!(make(limits::TAGS_PER_ENTRY).is_ok());
        assert!(make(limits::TAGS_PER_ENTRY + 1).is_err());
    }
}
