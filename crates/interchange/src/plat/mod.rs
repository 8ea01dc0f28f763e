//! Our own exports, written and read: everything a workspace holds, identities included.

mod csv_read;
mod csv_write;
mod json_form;
mod order;
mod restore;

use plat_domain::{Claim, Resource, Space};

use crate::{Finding, ImportError, PreviewRow};

pub use csv_write::export_csv;
pub use json_form::export_json;

pub(crate) use csv_read::{import_csv, is_csv};
pub(crate) use json_form::{import_json, is_json};

/// The version of both written forms. A reader refuses any other.
pub(crate) const VERSION: u64 = 1;

/// What a row of an export says.
// One lives for each row of a file; boxing the largest would only add an allocation to nearly every one of them.
#[allow(clippy::large_enum_variant)]
enum Record {
    Space(Space),
    Resource(Resource),
    Claim(Claim),
}

/// A row of an export: shown, and read or refused.
struct Listed {
    row: PreviewRow,
    record: Result<Record, Vec<Finding>>,
}

/// Refuses a version that is not [`VERSION`].
fn check_version(version: &str) -> Result<(), ImportError> {
    if version == VERSION.to_string() {
        Ok(())
    } else {
        Err(ImportError::UnknownVersion {
            version: crate::text::quoted(version),
        })
    }
}
