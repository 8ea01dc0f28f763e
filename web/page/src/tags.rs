//! Labels as text: `key = value`, a line each.

use std::collections::BTreeMap;

use plat_domain::{Description, Name, Tags};

/// `key = value`, a line each.
pub(crate) fn as_text(tags: &Tags) -> String {
    tags.iter()
        .map(|(k, v)| format!("{k} = {v}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Reads labels back.
///
/// # Errors
/// What is wrong, in words.
pub(crate) fn from_text(text: &str) -> Result<Tags, String> {
    let mut map = BTreeMap::new();
    for line in text.lines().filter(|l| !l.trim().is_empty()) {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        let key = Name::new(key).map_err(|e| format!("Tag “{}”: {e}", line.trim()))?;
        map.insert(
            key,
            Description::new(value).map_err(|e| format!("Tag “{}”: {e}", line.trim()))?,
        );
    }
    Tags::new(map).map_err(|e| format!("Tags: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_round_trip_as_lines() {
        let tags = from_text("env = prod\n\nowner=net team\nplain").unwrap();
        assert_eq!(tags.get("owner"), Some("net team"));
        assert_eq!(tags.get("plain"), Some(""));
        assert_eq!(from_text(&as_text(&tags)).unwrap(), tags);
        assert!(from_text("= x").is_err());
    }
}
