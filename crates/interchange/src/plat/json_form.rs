//! A workspace as JSON: the records of [`plat_domain`] as they are, one on each line, so that versions can be compared
//! line by line and an error names its line.

use plat_domain::{Acceptance, Claim, Name, Resource, Space, State};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Listed, Record, VERSION, known_version, restore, without_place};
use crate::build::Builder;
use crate::json::{self, Node};
use crate::text::quoted;
use crate::{Finding, IgnoredColumn, ImportError, Outcome, PreviewRow, limits};

/// The key that says it is ours, and of which version.
const MARK: &str = "platExport";

/// Version 1 had no acceptances, and records without the parts that are new since; those parts may be left out.
const LISTS: [&str; 4] = ["spaces", "resources", "claims", "acceptances"];

/// Everything the state holds as JSON, for [`crate::preview()`]. O(n).
///
/// Importing it into an empty workspace gives a state with the same
/// [`content_digest`](plat_domain::State::content_digest).
#[must_use]
pub fn export_json(state: &State) -> Vec<u8> {
    let mut out = format!("{{\"{MARK}\":{VERSION}").into_bytes();
    write_list(&mut out, "spaces", state.spaces());
    write_list(&mut out, "resources", state.resources());
    write_list(&mut out, "claims", super::order::listed(state).into_iter());
    write_list(&mut out, "acceptances", state.acceptances());
    out.extend_from_slice(b"}\n");
    out
}

fn write_list<'a, T: Serialize + 'a>(out: &mut Vec<u8>, key: &str, items: impl Iterator<Item = &'a T>) {
    out.extend_from_slice(format!(",\n\"{key}\":[").as_bytes());
    for (i, item) in items.enumerate() {
        out.extend_from_slice(if i == 0 { b"\n" } else { b",\n" });
        // To memory, and every key is text: there is nothing that could fail.
        let written = serde_json::to_writer(&mut *out, item);
        debug_assert!(written.is_ok());
    }
    out.push(b']');
}

/// True for our own JSON.
///
/// # Errors
/// `unknown-version` where it is of another version.
pub(crate) fn is_json(root: &Node<'_>) -> Result<bool, ImportError> {
    match root.object().unwrap_or_default().get(MARK) {
        Some(version) => known_version(&version.as_text()).map(|_| true),
        None => Ok(false),
    }
}

pub(crate) fn import_json(builder: &mut Builder<'_>, root: &Node<'_>) -> Result<(), ImportError> {
    let fields = root.object().unwrap_or_default();
    let others = fields
        .iter()
        .filter(|(key, node)| *key != MARK && !LISTS.contains(&key.as_str()) && !node.is_blank());
    builder.ignored = others
        .map(|(key, _)| IgnoredColumn {
            name: quoted(key),
            non_empty_rows: 1,
        })
        .collect();
    let lists = LISTS.map(|key| fields.get(key).and_then(Node::list).unwrap_or_default());
    let nodes: Vec<Node<'_>> = lists.iter().flatten().copied().collect();
    if nodes.is_empty() {
        return Err(ImportError::NoRows);
    }
    if nodes.len() > limits::ROWS {
        return Err(ImportError::too_many_rows(nodes.len()));
    }
    let mut lines = json::lines(&nodes).into_iter();
    let [spaces, resources, claims, acceptances] = lists;
    let mut listed = Vec::with_capacity(nodes.len());
    let mut add = |items: Vec<Node<'_>>, read: fn(&Node<'_>) -> Result<Record, Finding>, kind: &str| {
        for node in items {
            let row = PreviewRow {
                line: lines.next().unwrap_or_default(),
                label: label(&node),
                prefixes: Vec::new(),
                space: String::new(),
                kind: kind.to_owned(),
                outcome: Outcome::Create,
                findings: Vec::new(),
            };
            listed.push(Listed {
                row,
                record: read(&node).map_err(|e| vec![e]),
            });
        }
    };
    add(spaces, |n| read::<Space>(n).map(Record::Space), "space");
    add(
        resources,
        |n| read::<Resource>(n).map(Record::Resource),
        "resource",
    );
    add(claims, |n| read::<Claim>(n).map(Record::Claim), "");
    add(
        acceptances,
        |n| read::<Acceptance>(n).map(Record::Acceptance),
        "acceptance",
    );
    for Listed { row, record } in &mut listed {
        if let Ok(Record::Claim(claim)) = record {
            row.label = claim.label();
            row.kind = claim.kind.word().to_owned();
            row.prefixes.clone_from(&claim.prefixes);
        }
    }
    restore::import(builder, listed);
    Ok(())
}

fn read<T: DeserializeOwned>(node: &Node<'_>) -> Result<T, Finding> {
    // A list would be read by the order of its parts, which no file means.
    if node.object().is_none() {
        return Err(Finding::new("cell", "not a JSON object"));
    }
    serde_json::from_str(node.json()).map_err(|e| Finding::new("cell", without_place(&e)))
}

fn label(node: &Node<'_>) -> String {
    let name = node
        .object()
        .and_then(|fields| fields.get("name").and_then(Node::string))
        .unwrap_or_default();
    Name::new(&name).map_or_else(|_| quoted(&name), |n| n.to_string())
}
