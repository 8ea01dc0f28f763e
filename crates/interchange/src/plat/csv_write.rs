//! A workspace as one CSV table: spaces, resources, claims and accepted conflicts, each with the columns that apply to it.

use plat_domain::{Acceptance, Claim, Resource, Space, State};
use serde::Serialize;

use super::more::{self, OfClaim, OfSpace};
use crate::cells::neutralised;

/// The columns, in order. The first says what the row is, and the version.
pub(super) const COLUMNS: [&str; 21] = [
    "plat v2",
    "id",
    "space",
    "parent",
    "kind",
    "name",
    "prefixes",
    "holder",
    "provider",
    "external_id",
    "tenant",
    "observed",
    "expires_at",
    "shortest_len",
    "longest_len",
    "default_len",
    "strategy",
    "tags",
    "description",
    "request",
    MORE,
];

/// The column of what has no column of its own, which version 1 did not have.
pub(super) const MORE: &str = "more";

/// What stands before a request's fingerprint: without it a spreadsheet takes `123e4…` for a number.
pub(super) const REQUEST_MARK: &str = "r-";

/// Everything the state holds as CSV (RFC 4180) in UTF-8 with a byte order mark, for [`crate::preview()`] and for
/// spreadsheets: a cell that would run as a formula has an apostrophe before it, which importing takes off again. O(n).
///
/// Importing it into an empty workspace gives a state with the same
/// [`content_digest`](plat_domain::State::content_digest).
#[must_use]
pub fn export_csv(state: &State) -> Vec<u8> {
    let mut out = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(vec![0xef, 0xbb, 0xbf]);
    let mut write = |cells: [String; COLUMNS.len()]| {
        // To memory, with rows of one length: there is nothing that could fail.
        let written = out.write_record(cells.map(|cell| neutralised(&cell)));
        debug_assert!(written.is_ok());
    };
    write(COLUMNS.map(str::to_owned));
    for space in state.spaces() {
        write(space_cells(space));
    }
    for resource in state.resources() {
        write(resource_cells(resource));
    }
    for claim in super::order::listed(state) {
        write(claim_cells(state, claim));
    }
    for acceptance in state.acceptances() {
        write(acceptance_cells(acceptance));
    }
    out.into_inner().unwrap_or_default()
}

/// A value that is text in JSON, as that text.
fn word<T: Serialize>(value: T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        Ok(_) | Err(_) => String::new(),
    }
}

fn json<T: Serialize>(value: &T, is_empty: bool) -> String {
    if is_empty {
        String::new()
    } else {
        serde_json::to_string(value).unwrap_or_default()
    }
}

fn optional<T: ToString>(value: Option<T>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

fn space_cells(space: &Space) -> [String; COLUMNS.len()] {
    let mut cells = [const { String::new() }; COLUMNS.len()];
    cells[0] = "space".into();
    cells[1] = space.id.to_string();
    cells[4] = word(space.kind);
    cells[5] = space.name.to_string();
    cells[18] = space.description.as_str().to_owned();
    cells[20] = more::cell(&OfSpace::of(space));
    cells
}

fn resource_cells(resource: &Resource) -> [String; COLUMNS.len()] {
    let mut cells = [const { String::new() }; COLUMNS.len()];
    cells[0] = "resource".into();
    cells[1] = resource.id.to_string();
    cells[4] = resource.kind.to_string();
    cells[5] = resource.name.to_string();
    cells[8] = optional(resource.provider.as_ref());
    cells[9] = resource.external_id.as_str().to_owned();
    cells[10] = optional(resource.tenant.as_ref());
    cells[17] = json(&resource.tags, resource.tags.is_empty());
    cells
}

fn claim_cells(state: &State, claim: &Claim) -> [String; COLUMNS.len()] {
    let policy = claim.kind.policy().cloned().unwrap_or_default();
    let prefixes: Vec<String> = claim.prefixes.iter().map(ToString::to_string).collect();
    [
        "claim".into(),
        claim.id.to_string(),
        optional(state.space(claim.space).map(|s| &s.name)),
        optional(claim.parent),
        claim.kind.word().into(),
        optional(claim.name.as_ref()),
        prefixes.join(" "),
        optional(claim.kind.holder()),
        String::new(),
        String::new(),
        String::new(),
        claim.observed.to_string(),
        optional(claim.kind.ends_at()),
        optional(policy.shortest_len),
        optional(policy.longest_len),
        optional(policy.default_len),
        policy.strategy.map(word).unwrap_or_default(),
        json(&claim.tags, claim.tags.is_empty()),
        claim.description.as_str().to_owned(),
        format!("{REQUEST_MARK}{}", word(claim.request)),
        more::cell(&OfClaim::of(claim)),
    ]
}

fn acceptance_cells(acceptance: &Acceptance) -> [String; COLUMNS.len()] {
    let mut cells = [const { String::new() }; COLUMNS.len()];
    cells[0] = "acceptance".into();
    cells[1] = acceptance.pair.left.to_string();
    cells[3] = acceptance.pair.right.to_string();
    cells[12] = optional(acceptance.expires_at);
    cells[18] = acceptance.reason.as_str().to_owned();
    cells
}
