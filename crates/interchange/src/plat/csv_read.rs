//! Reads what [`super::export_csv`] writes, also after a spreadsheet saved it.

use std::collections::BTreeMap;
use std::str::FromStr;

use plat_domain::{
    Acceptance, Cidr, Claim, ClaimKind, Description, Fingerprint, Name, Pair, Policy, Resource, Space,
    SpaceId, Tags, TextError,
};
use serde::de::DeserializeOwned;

use super::csv_write::{COLUMNS, MORE, REQUEST_MARK};
use super::more::{OfClaim, OfOthers, OfSpace};
use super::{Listed, Record, known_version, restore, without_place};
use crate::build::Builder;
use crate::cells::restored;
use crate::table::{Columns, Row, Table};
use crate::text::{plain, quoted};
use crate::{Finding, ImportError, Outcome, PreviewRow};

/// True for the headers of our own CSV.
///
/// # Errors
/// `unknown-version` where they are those of another version.
pub(crate) fn is_csv(headers: &[String]) -> Result<bool, ImportError> {
    version(headers).map(|found| found.is_some())
}

fn version(headers: &[String]) -> Result<Option<u64>, ImportError> {
    let version = headers
        .iter()
        .find_map(|h| plain(h).strip_prefix("platv").map(str::to_owned));
    version.map(|v| known_version(&v)).transpose()
}

/// Where each of [`COLUMNS`] is in the file; past its end for one that the file's version does not have.
struct Layout([usize; COLUMNS.len()]);

impl Layout {
    fn cell<'r>(&self, row: &'r Row, column: &str) -> &'r str {
        let at = COLUMNS.iter().position(|c| *c == column).map(|i| self.0[i]);
        restored(at.map(|at| row.raw(at)).unwrap_or_default())
    }
}

pub(crate) fn import_csv(builder: &mut Builder<'_>, table: &Table) -> Result<(), ImportError> {
    let mut columns = Columns::of(&table.headers);
    let version = version(&table.headers)?.unwrap_or_default();
    let mut found = COLUMNS.map(|name| (name, None));
    for (i, (name, at)) in found.iter_mut().enumerate() {
        let header = if i == 0 {
            format!("platv{version}")
        } else {
            plain(name)
        };
        *at = if version < 2 && *name == MORE {
            Some(usize::MAX)
        } else {
            columns.find(&[&header])
        };
    }
    let missing: Vec<String> = found
        .iter()
        .filter(|(_, at)| at.is_none())
        .map(|(n, _)| (*n).to_owned())
        .collect();
    if !missing.is_empty() {
        return Err(ImportError::MissingColumns { columns: missing });
    }
    let layout = Layout(found.map(|(_, at)| at.unwrap_or(usize::MAX)));
    builder.ignored = table.ignored(&columns.kept);
    // Claims name their space: the file's own spaces first, then those of the workspace.
    let mut spaces: BTreeMap<Name, SpaceId> = BTreeMap::new();
    for row in table.rows.iter().filter(|r| is(&layout, r, "space")) {
        let (name, id) = (
            Name::new(layout.cell(row, "name")),
            layout.cell(row, "id").trim().parse(),
        );
        if let (Ok(name), Ok(id)) = (name, id) {
            spaces.entry(name).or_insert(id);
        }
    }
    let mut listed = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        listed.push(read(builder, &layout, &spaces, row, table.headers.len()));
    }
    restore::import(builder, listed);
    Ok(())
}

fn is(layout: &Layout, row: &Row, what: &str) -> bool {
    layout.cell(row, COLUMNS[0]).trim().eq_ignore_ascii_case(what)
}

/// A row being read: its cells, and what was wrong with them so far.
struct Reader<'r> {
    layout: &'r Layout,
    row: &'r Row,
    errors: Vec<Finding>,
}

impl Reader<'_> {
    fn cell(&self, column: &str) -> &str {
        self.layout.cell(self.row, column).trim()
    }

    fn fail(&mut self, column: &str, why: impl core::fmt::Display) {
        self.errors.push(Finding::new("cell", format!("{column}: {why}")));
    }

    fn parse<T: FromStr<Err: core::fmt::Display>>(&mut self, column: &str) -> Option<T> {
        let parsed = self.cell(column).parse();
        parsed.map_err(|e: T::Err| self.fail(column, e)).ok()
    }

    fn optional<T: FromStr<Err: core::fmt::Display>>(&mut self, column: &str) -> Option<T> {
        if self.cell(column).is_empty() {
            None
        } else {
            self.parse(column)
        }
    }

    fn text<T>(&mut self, column: &str, make: fn(&str) -> Result<T, TextError>) -> Option<T> {
        let made = make(self.cell(column));
        made.map_err(|e| self.fail(column, e)).ok()
    }

    fn optional_name(&mut self, column: &str) -> Option<Name> {
        if self.cell(column).is_empty() {
            None
        } else {
            self.text(column, Name::new)
        }
    }

    /// A word that is text in JSON.
    fn word<T: DeserializeOwned>(&mut self, column: &str, text: &str) -> Option<T> {
        let read = serde_json::from_value(serde_json::Value::String(text.to_owned()));
        read.map_err(|_| self.fail(column, format_args!("unknown `{}`", quoted(text))))
            .ok()
    }

    fn tags(&mut self) -> Tags {
        match self.cell("tags") {
            "" => Tags::default(),
            text => match serde_json::from_str(text) {
                Ok(tags) => tags,
                Err(e) => {
                    self.fail("tags", e);
                    Tags::default()
                }
            },
        }
    }

    fn space(&mut self) -> Option<Space> {
        let id = self.parse("id");
        let name = self.text("name", Name::new);
        let kind = self.cell("kind").to_owned();
        let kind = self.word("kind", &kind);
        let description = self.text("description", Description::new);
        let OfSpace { provider, isolation } = self.more()?;
        Some(Space {
            id: id?,
            name: name?,
            kind: kind?,
            description: description?,
            provider,
            isolation,
        })
    }

    fn resource(&mut self) -> Option<Resource> {
        let id = self.parse("id");
        let name = self.text("name", Name::new);
        let kind = self.text("kind", Name::new);
        let provider = self.optional_name("provider");
        let external_id = self.text("external_id", Description::new);
        let tenant = self.optional_name("tenant");
        let tags = self.tags();
        let OfOthers {} = self.more()?;
        Some(Resource {
            id: id?,
            name: name?,
            kind: kind?,
            provider,
            external_id: external_id?,
            tenant,
            tags,
        })
    }

    fn acceptance(&mut self) -> Option<Acceptance> {
        let left = self.parse("id");
        let right = self.parse("parent");
        let reason = self.text("description", Description::new);
        let expires_at = self.optional("expires_at");
        let OfOthers {} = self.more()?;
        Some(Acceptance {
            pair: Pair::of(left?, right?),
            reason: reason?,
            expires_at,
        })
    }

    /// What the column of that name has of the row.
    fn more<T: DeserializeOwned + Default>(&mut self) -> Option<T> {
        match self.cell(MORE) {
            "" => Some(T::default()),
            // A list would be read by the order of its parts, which no file means.
            text if !text.starts_with('{') => {
                self.fail(MORE, "not a JSON object: `{…}` with the parts by name");
                None
            }
            text => serde_json::from_str(text)
                .map_err(|e| self.fail(MORE, without_place(&e)))
                .ok(),
        }
    }

    fn claim(&mut self, space: Result<SpaceId, Finding>) -> Option<Claim> {
        let space = space.map_err(|e| self.errors.push(e)).ok();
        let id = self.parse("id");
        let parent = self.optional("parent");
        let more: OfClaim = self.more().unwrap_or_default();
        let kind = self.kind(&more);
        let name = self.optional_name("name");
        let prefixes = self.prefixes();
        let observed = match self.cell("observed").to_ascii_lowercase().as_str() {
            "true" => true,
            "false" => false,
            other => {
                self.fail(
                    "observed",
                    format_args!("`{}` is not true or false", quoted(other)),
                );
                false
            }
        };
        let tags = self.tags();
        let description = self.text("description", Description::new);
        let request = self.cell("request");
        let request = request.strip_prefix(REQUEST_MARK).unwrap_or(request).to_owned();
        let request: Option<Fingerprint> = self.word("request", &request);
        Some(Claim {
            id: id?,
            space: space?,
            parent,
            kind: kind?,
            name,
            prefixes,
            observed,
            tags,
            description: description?,
            request: request?,
            ignored: more.ignored,
        })
    }

    fn kind(&mut self, more: &OfClaim) -> Option<ClaimKind> {
        let strategy = self.cell("strategy").to_owned();
        let policy = Policy {
            shortest_len: self.optional("shortest_len"),
            longest_len: self.optional("longest_len"),
            default_len: self.optional("default_len"),
            strategy: if strategy.is_empty() {
                None
            } else {
                self.word("strategy", &strategy)
            },
            ..more.policy.clone()
        };
        let holder = self.optional("holder");
        let expires_at = self.optional("expires_at");
        let in_use = more.in_use;
        let kind = match self.cell("kind").to_ascii_lowercase().as_str() {
            "pool" => ClaimKind::pool(policy),
            "network" => ClaimKind::Network { holder },
            "subnet" => ClaimKind::Subnet,
            "static" => ClaimKind::Static,
            "external" => ClaimKind::External,
            "reservation" => ClaimKind::Reservation { expires_at },
            "cooling" => match expires_at {
                Some(until) => ClaimKind::Cooling { until },
                None => {
                    if self.cell("expires_at").is_empty() {
                        self.fail("expires_at", "empty: say until when it rests");
                    }
                    return None;
                }
            },
            "range" => ClaimKind::Range { in_use },
            "address" => ClaimKind::Address { in_use },
            other => {
                self.fail("kind", format_args!("unknown `{}`", quoted(other)));
                return None;
            }
        };
        if let Some(misplaced) = more.misplaced(&kind) {
            self.fail(MORE, misplaced);
        }
        Some(kind)
    }

    fn prefixes(&mut self) -> Vec<Cidr> {
        let read: Result<Vec<Cidr>, _> = self.cell("prefixes").split_whitespace().map(str::parse).collect();
        read.unwrap_or_else(|e| {
            self.fail("prefixes", e);
            Vec::new()
        })
    }
}

fn read(
    builder: &Builder<'_>,
    layout: &Layout,
    spaces: &BTreeMap<Name, SpaceId>,
    row: &Row,
    headers: usize,
) -> Listed {
    let mut reader = Reader {
        layout,
        row,
        errors: Vec::new(),
    };
    let what = reader.cell(COLUMNS[0]).to_ascii_lowercase();
    let mut shown = PreviewRow {
        line: row.line,
        label: quoted(reader.cell("name")),
        prefixes: Vec::new(),
        space: quoted(reader.cell("space")),
        kind: if what == "claim" {
            quoted(reader.cell("kind"))
        } else {
            quoted(&what)
        },
        outcome: Outcome::Create,
        findings: Vec::new(),
    };
    if shown.label.is_empty() {
        shown.label = quoted(reader.cell("prefixes"));
    }
    if let Some(misfit) = row.misfit(headers) {
        return Listed {
            row: shown,
            record: Err(vec![Finding::new("cells", misfit)]),
        };
    }
    let record = match what.as_str() {
        "space" => reader.space().map(Record::Space),
        "resource" => reader.resource().map(Record::Resource),
        "claim" => {
            let named = reader.cell("space").to_owned();
            let own = Name::new(&named).ok().and_then(|n| spaces.get(&n).copied());
            let space = own.map_or_else(|| builder.target(&named).map(|t| t.id), Ok);
            let claim = reader.claim(space);
            shown.prefixes = claim.as_ref().map(|c| c.prefixes.clone()).unwrap_or_default();
            claim.map(Record::Claim)
        }
        "acceptance" => reader.acceptance().map(Record::Acceptance),
        other => {
            reader.fail(
                COLUMNS[0],
                format_args!("`{}` is not space, resource, claim or acceptance", quoted(other)),
            );
            None
        }
    };
    let Reader { errors, .. } = reader;
    Listed {
        row: shown,
        record: record.filter(|_| errors.is_empty()).ok_or(errors),
    }
}
