//! What an import would do, row by row, before anything is done.

use std::collections::BTreeSet;

use plat_domain::command::Batch;
use plat_domain::{Cidr, Command, SpaceId, State};
use serde::{Deserialize, Serialize};

use crate::build::Builder;
use crate::table::Table;
use crate::{Format, ImportError, SourceFile, azure, format, json, netbox, plat, text};

/// How a file is to be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Options {
    /// Where rows go that name no space (no VRF).
    pub default_space: SpaceId,
    /// True to make a space for each name that the workspace does not know; else such a row is an error.
    #[serde(default)]
    pub create_spaces: bool,
    /// True to clear host bits (`10.0.0.5/8` becomes `10.0.0.0/8`, flagged); else such a row is an error.
    #[serde(default)]
    pub clear_host_bits: bool,
    /// Lines ([`PreviewRow::line`]) that the user left out.
    #[serde(default)]
    pub leave_out: BTreeSet<u64>,
}

impl Options {
    /// All rows, into this space, refusing what is in doubt.
    #[must_use]
    pub fn into_space(default_space: SpaceId) -> Self {
        Self {
            default_space,
            create_spaces: false,
            clear_host_bits: false,
            leave_out: BTreeSet::new(),
        }
    }
}

/// What becomes of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// Something is made of it.
    Create,
    /// The workspace has it already.
    Match,
    /// It cannot be imported: a finding says why and what to do.
    Error,
    /// The user left it (or what it lies in) out.
    LeftOut,
}

/// Something worth knowing about a row.
///
/// Codes of errors: `cells`, `cell`, `host-bits`, `unknown-space`, `unknown-status`, `not-a-virtual-network`,
/// `parent-failed`, `duplicate-id`, and those of [`plat_domain::Rejection`]. Of what is only to be known: `overlap`,
/// `becomes-parent` (ask before applying), `becomes-pool`, `ipv4-mapped`, `host-bits-cleared`, `new-space`,
/// `same-name-space`, `duplicate`, `differs`, `policy`, `holder-set`, `resource-updated`, `outside-network`,
/// `no-prefixes`, `tag-left-out`, `parent-left-out`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// Stable, in kebab case.
    pub code: String,
    /// For people, with the offending value.
    pub message: String,
}

impl Finding {
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
        }
    }
}

/// One row of the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PreviewRow {
    /// 1-based line on which it begins; for JSON that has several rows on one line, the row's 1-based place instead.
    pub line: u64,
    /// Its name, or what the file says where its name would be.
    pub label: String,
    /// Its prefixes; empty where they cannot be read.
    pub prefixes: Vec<Cidr>,
    /// The space's name; empty where that cannot be told, or for a resource.
    pub space: String,
    /// `pool`, `network`, …, or `space`, `resource`, `acceptance`; empty where that cannot be told.
    pub kind: String,
    /// What becomes of it.
    pub outcome: Outcome,
    /// What is worth knowing, errors among it.
    pub findings: Vec<Finding>,
}

/// A column (or key) of the file that is not imported although rows have something there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IgnoredColumn {
    /// As the file writes it.
    pub name: String,
    /// Rows that have something there.
    pub non_empty_rows: u64,
}

/// What an import would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Preview {
    /// How the file was read.
    pub format: Format,
    /// The file's name, as given.
    pub name: String,
    /// Every row, by line.
    pub rows: Vec<PreviewRow>,
    /// What is not imported of the rows.
    pub ignored_columns: Vec<IgnoredColumn>,
    /// What the rows without errors do, parents first: to be decided as one batch, only when [`Preview::ready`].
    pub commands: Vec<Command>,
    /// Rows of which something is made.
    pub created: u64,
    /// Rows that the workspace has already.
    pub matched: u64,
    /// Rows made or matched that have findings.
    pub flagged: u64,
    /// Rows that cannot be imported.
    pub errors: u64,
    /// Rows left out.
    pub left_out: u64,
}

impl Preview {
    /// True if it may be applied: no row has an error. Where one has, correct the file or leave its line out
    /// ([`Options::leave_out`]) and ask for a preview again: an import is all of the chosen rows or nothing.
    #[must_use]
    pub fn ready(&self) -> bool {
        self.errors == 0
    }

    /// The commands as one; none if there is nothing to do. Apply it only when [`Preview::ready`].
    #[must_use]
    pub fn batch(&self) -> Option<Command> {
        let commands = self.commands.clone();
        (!commands.is_empty()).then_some(Command::Batch(Batch { commands }))
    }
}

/// Says what importing a file into `state` would do. Changes nothing; O(claims + rows · log claims).
///
/// # Errors
/// [`ImportError`] where nothing of the file can be imported.
pub fn preview(state: &State, file: &SourceFile<'_>, options: &Options) -> Result<Preview, ImportError> {
    let text = text::decode(file)?;
    let found = format::detect_text(&text)?;
    let mut builder = Builder::new(state, options);
    match found {
        Format::AzureVirtualNetworks => azure::import(&mut builder, &json::Node::parse(&text)?)?,
        Format::NetboxPrefixes => netbox::import(&mut builder, &Table::read(&text)?),
        Format::PlatCsv => plat::import_csv(&mut builder, &Table::read(&text)?)?,
        Format::PlatJson => plat::import_json(&mut builder, &json::Node::parse(&text)?)?,
    }
    builder.finish(found, file.name)
}
