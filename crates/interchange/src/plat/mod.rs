//! Our own exports, written and read: everything a workspace holds, identities included.

mod csv_read;
mod csv_write;
mod json_form;
mod more;
mod order;
mod restore;

use plat_domain::{Acceptance, Claim, Resource, Space};

use crate::{Finding, ImportError, PreviewRow};

pub use csv_write::export_csv;
pub use json_form::export_json;

pub(crate) use csv_read::{import_csv, is_csv};
pub(crate) use json_form::{import_json, is_json};

/// The version of both forms as they are written.
pub(crate) const VERSION: u64 = 2;

/// The oldest version that is still read. A reader refuses any other.
pub(crate) const OLDEST: u64 = 1;

/// What a row of an export says.
// One lives for each row of a file; boxing the largest would only add an allocation to nearly every one of them.
#[allow(clippy::large_enum_variant)]
enum Record {
    Space(Space),
    Resource(Resource),
    Claim(Claim),
    Acceptance(Acceptance),
}

/// A row of an export: shown, and read or refused.
struct Listed {
    row: PreviewRow,
    record: Result<Record, Vec<Finding>>,
}

/// The version that a file names, if it is one from [`OLDEST`] to [`VERSION`].
fn known_version(version: &str) -> Result<u64, ImportError> {
    (OLDEST..=VERSION)
        .find(|known| version == known.to_string())
        .ok_or_else(|| ImportError::UnknownVersion {
            version: crate::text::quoted(version),
        })
}

/// What is wrong with a piece of JSON, without its place in it: the row says where that is.
fn without_place(e: &serde_json::Error) -> String {
    let full = e.to_string();
    full.split(" at line ").next().unwrap_or(&full).to_owned()
}
