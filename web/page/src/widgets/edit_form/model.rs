//! Labels as text, and what an edit changes.

use std::collections::BTreeMap;

use plat_api::EditRequest;
use plat_domain::query::Row;
use plat_domain::{Description, Name, Policy, Tags};

use crate::typed::{self, Typed};

/// `key = value`, a line each.
pub(crate) fn tags_as_text(tags: &Tags) -> String {
    tags.iter()
        .map(|(k, v)| format!("{k} = {v}"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Reads labels back.
///
/// # Errors
/// What is wrong, in words.
pub(crate) fn tags_from_text(text: &str) -> Result<Tags, String> {
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

/// What the form holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Form {
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) tags: String,
    pub(crate) prefixes: String,
    /// For a pool.
    pub(crate) policy: Option<Policy>,
}

/// The edit that turns `row` into what the form holds; none where nothing differs.
///
/// # Errors
/// What is wrong, in words.
pub(crate) fn edit(row: &Row, policy: Option<&Policy>, form: &Form) -> Result<Option<EditRequest>, String> {
    let mut request = EditRequest::of(row.id.into());
    if form.name.trim() != row.name {
        request.name = Some(Name::new(&form.name).map_err(|e| format!("Name: {e}"))?);
    }
    if form.description.trim() != row.description {
        request.description =
            Some(Description::new(&form.description).map_err(|e| format!("Description: {e}"))?);
    }
    let tags = tags_from_text(&form.tags)?;
    if tags != row.tags {
        request.tags = Some(tags);
    }
    match typed::read(&form.prefixes) {
        Ok(Some(Typed::Cidrs(list))) if list != row.prefixes => request.prefixes = Some(list),
        Ok(Some(Typed::Cidrs(_))) => {}
        Ok(_) => return Err("Prefixes: write them out, such as 10.1.0.0/16".to_owned()),
        Err(e) => {
            return Err(format!(
                "Prefixes: {}{}",
                e.reason,
                e.meant.map(|m| format!("; meant {m}?")).unwrap_or_default()
            ));
        }
    }
    if form.policy.as_ref() != policy {
        request.policy.clone_from(&form.policy);
    }
    let unchanged = request.name.is_none()
        && request.description.is_none()
        && request.tags.is_none()
        && request.prefixes.is_none()
        && request.policy.is_none();
    Ok((!unchanged).then_some(request))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_round_trip_as_lines() {
        let tags = tags_from_text("env = prod\n\nowner=net team\nplain").unwrap();
        assert_eq!(tags.get("owner"), Some("net team"));
        assert_eq!(tags.get("plain"), Some(""));
        assert_eq!(tags_from_text(&tags_as_text(&tags)).unwrap(), tags);
        assert!(tags_from_text("= x").is_err());
    }
}
