//! JSON that knows its lines: values are slices of the text until they are asked what they are.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::ImportError;
use crate::text::Lines;

/// One value of a JSON text.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a> {
    text: &'a str,
    raw: &'a RawValue,
}

impl<'a> Node<'a> {
    /// Checks a whole text.
    ///
    /// # Errors
    /// `invalid-json` with line and column.
    pub(crate) fn parse(text: &'a str) -> Result<Self, ImportError> {
        let raw: &RawValue = serde_json::from_str(text).map_err(|e| {
            let full = e.to_string();
            // The message ends with the place, which is a field of its own here.
            let reason = full.split(" at line ").next().unwrap_or(&full).to_owned();
            ImportError::InvalidJson {
                line: e.line() as u64,
                column: e.column() as u64,
                reason,
            }
        })?;
        Ok(Self { text, raw })
    }

    /// Where it begins in the text, in bytes.
    fn offset(&self) -> usize {
        self.raw
            .get()
            .as_ptr()
            .addr()
            .saturating_sub(self.text.as_ptr().addr())
    }

    fn read<T: Deserialize<'a>>(&self) -> Option<T> {
        serde_json::from_str(self.raw.get()).ok()
    }

    /// Its fields; none if it is not an object.
    pub(crate) fn object(&self) -> Option<BTreeMap<String, Node<'a>>> {
        let fields: BTreeMap<String, &RawValue> = self.read()?;
        Some(
            fields
                .into_iter()
                .map(|(key, raw)| (key, Node { text: self.text, raw }))
                .collect(),
        )
    }

    /// Its elements; none if it is not a list.
    pub(crate) fn list(&self) -> Option<Vec<Node<'a>>> {
        let items: Vec<&RawValue> = self.read()?;
        Some(
            items
                .into_iter()
                .map(|raw| Node { text: self.text, raw })
                .collect(),
        )
    }

    /// Its text; none if it is not a string.
    pub(crate) fn string(&self) -> Option<String> {
        self.read()
    }

    /// A string as it is, anything else as JSON.
    pub(crate) fn as_text(&self) -> String {
        self.string().unwrap_or_else(|| self.raw.get().to_owned())
    }

    /// The value as JSON text.
    pub(crate) fn json(&self) -> &'a str {
        self.raw.get()
    }

    /// True for what says nothing: null, false, and empty text, lists and objects.
    pub(crate) fn is_blank(&self) -> bool {
        match self.raw.get().as_bytes() {
            b"null" | b"false" | b"\"\"" => true,
            [b'[', inner @ .., b']'] | [b'{', inner @ .., b'}'] => inner.iter().all(u8::is_ascii_whitespace),
            _ => false,
        }
    }
}

/// The line of each node, or its 1-based place among them where two begin on the same line: then a line would not say
/// which one is meant.
pub(crate) fn lines(nodes: &[Node<'_>]) -> Vec<u64> {
    let Some(first) = nodes.first() else {
        return Vec::new();
    };
    let mut lines = Lines::of(first.text);
    let found: Vec<u64> = nodes.iter().map(|node| lines.at(node.offset())).collect();
    let distinct: BTreeSet<u64> = found.iter().copied().collect();
    if distinct.len() == found.len() {
        found
    } else {
        (1..=nodes.len() as u64).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_lines() {
        let list = Node::parse("[\n {\"a\": 1},\n {\"a\":\n [2]}]")
            .unwrap()
            .list()
            .unwrap();
        assert_eq!(lines(&list), [2, 3]);
        let inner = list[1].object().unwrap()["a"].list().unwrap();
        assert_eq!(lines(&inner), [4]);
        assert_eq!(lines(&Node::parse("[1, 2]").unwrap().list().unwrap()), [1, 2]);
    }

    #[test]
    fn what_is_not_json_is_refused_with_line_and_column() {
        let refused = Node::parse("{\n  'a': 1\n}").err();
        assert_eq!(
            refused,
            Some(ImportError::InvalidJson {
                line: 2,
                column: 3,
                reason: "key must be a string".into()
            })
        );
    }

    #[test]
    fn blank_values_say_nothing() {
        for blank in ["null", "[ ]", "{}", "\"\"", "false"] {
            assert!(Node::parse(blank).unwrap().is_blank(), "{blank}");
        }
        assert!(!Node::parse("[0]").unwrap().is_blank() && !Node::parse("0").unwrap().is_blank());
    }
}
