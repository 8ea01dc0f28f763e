//! One row of a CSV of prefixes, read.

use std::collections::BTreeMap;

use plat_domain::{Cidr, Description, Name, Tags};

use crate::build::{Builder, Target, read_prefix};
use crate::table::{Columns, Row};
use crate::text::{plain, quoted};
use crate::{Finding, Outcome, PreviewRow};

/// What a column of prefixes may be called, compared without case, spaces and underscores.
const PREFIX: [&str; 13] = [
    "prefix",
    "cidr",
    "network",
    "subnet",
    "ipprefix",
    "addressprefix",
    "networkprefix",
    "ipnetwork",
    "ipsubnet",
    "cidrblock",
    "ipaddress",
    "address",
    "ip",
];
/// A mask in a column of its own: then the column of prefixes does not say how long they are.
const MASK: [&str; 5] = ["mask", "netmask", "subnetmask", "networkmask", "prefixlength"];

/// The statuses of NetBox's own choices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Container,
    Active,
    Reserved,
    Deprecated,
}

impl Status {
    /// NetBox writes `active` in its API and `Active` in its lists. A blank one is active, as in NetBox's form.
    fn read(text: &str) -> Option<Self> {
        match plain(text).as_str() {
            "container" => Some(Self::Container),
            "" | "active" => Some(Self::Active),
            "reserved" => Some(Self::Reserved),
            "deprecated" => Some(Self::Deprecated),
            _ => None,
        }
    }
}

/// True for headers with a column of prefixes, and none that would change their meaning.
pub(crate) fn is_prefixes(headers: &[String]) -> bool {
    let mut columns = Columns::of(headers);
    columns.find(&PREFIX).is_some() && columns.find(&MASK).is_none()
}

/// A row that can be imported.
pub(crate) struct Prefix {
    pub(crate) cidr: Cidr,
    pub(crate) target: Target,
    pub(crate) status: Status,
    pub(crate) name: Option<Name>,
    pub(crate) description: Description,
    pub(crate) tags: Tags,
}

/// Which columns say what.
pub(crate) struct Fields {
    columns: Columns,
    prefix: Option<usize>,
    space: Option<usize>,
    status: Option<usize>,
    name: Option<usize>,
    description: Option<usize>,
    scope_type: Option<usize>,
    scope_name: Option<usize>,
    scope_id: Option<usize>,
    /// Columns kept as a label of that key.
    labels: Vec<(&'static str, usize)>,
    /// Columns of `True` or `False`, kept as a label where true.
    marks: Vec<(&'static str, usize)>,
}

impl Fields {
    pub(crate) fn of(headers: &[String]) -> Self {
        let mut columns = Columns::of(headers);
        let labels = [
            ("tenant", &["tenant"][..]),
            ("role", &["role"]),
            ("site", &["site"]),
            ("vlan", &["vlan"]),
            ("vlan_group", &["vlangroup"]),
            ("vlan_site", &["vlansite"]),
            ("owner", &["owner"]),
            ("tags", &["tags"]),
        ];
        let marks = [("is_pool", &["ispool"][..]), ("mark_utilized", &["markutilized"])];
        Self {
            prefix: columns.find(&PREFIX),
            space: columns.find(&["vrf", "space", "addressspace", "vrfname", "routingdomain"]),
            status: columns.find(&["status", "state"]),
            name: columns.find(&["name"]),
            description: columns.find(&["description", "desc"]),
            scope_type: columns.find(&["scopetype"]),
            scope_name: columns.find(&["scopename", "scope"]),
            scope_id: columns.find(&["scopeid"]),
            labels: labels
                .iter()
                .filter_map(|(key, names)| Some((*key, columns.find(names)?)))
                .collect(),
            marks: marks
                .iter()
                .filter_map(|(key, names)| Some((*key, columns.find(names)?)))
                .collect(),
            columns,
        }
    }

    /// The columns that are imported.
    pub(crate) fn kept(&self) -> &[usize] {
        &self.columns.kept
    }

    /// A row as the preview shows it, and what it says or everything that is wrong with it.
    pub(crate) fn read(
        &self,
        builder: &Builder<'_>,
        row: &Row,
        headers: usize,
    ) -> (PreviewRow, Result<Prefix, Vec<Finding>>) {
        let (mut findings, mut errors) = (Vec::new(), Vec::new());
        let written = row.cell(self.prefix);
        let mut shown = PreviewRow {
            line: row.line,
            label: quoted(written),
            prefixes: Vec::new(),
            space: quoted(row.cell(self.space)),
            kind: String::new(),
            outcome: Outcome::Create,
            findings: Vec::new(),
        };
        if let Some(misfit) = row.misfit(headers) {
            // The cells are not where the header says: what they hold would only mislead.
            return (shown, Err(vec![Finding::new("cells", misfit)]));
        }
        let cidr = keep(read_prefix(written, builder.options, &mut findings), &mut errors);
        // NetBox's lists call the table of prefixes without a VRF `Global`.
        let space = row.cell(self.space);
        let known = Name::new(space).is_ok_and(|n| builder.state.space_named(&n).is_some());
        let global = plain(space) == "global" && !known;
        let target = keep(builder.target(if global { "" } else { space }), &mut errors);
        let status = Status::read(row.cell(self.status)).ok_or_else(|| {
            let status = quoted(row.cell(self.status));
            Finding::new(
                "unknown-status",
                format!("unknown status `{status}`: known are container, active, reserved, deprecated"),
            )
        });
        let status = keep(status, &mut errors);
        let name = row.cell(self.name);
        let name = (!name.is_empty())
            .then(|| keep(cell("name", Name::new(name)), &mut errors))
            .flatten();
        let description = keep(
            cell("description", Description::new(row.cell(self.description))),
            &mut errors,
        );
        let tags = self.tags(row, &mut errors);
        if let Some(name) = &name {
            shown.label = name.to_string();
        }
        if let Some(target) = &target {
            shown.space = target.name.to_string();
        }
        shown.prefixes.extend(cidr);
        shown.findings = findings;
        match (cidr, target, status, description, errors.is_empty()) {
            (Some(cidr), Some(target), Some(status), Some(description), true) => (
                shown,
                Ok(Prefix {
                    cidr,
                    target,
                    status,
                    name,
                    description,
                    tags,
                }),
            ),
            _ => (shown, Err(errors)),
        }
    }

    /// Labels: what else the row says, under NetBox's names.
    fn tags(&self, row: &Row, errors: &mut Vec<Finding>) -> Tags {
        let mut tags: BTreeMap<Name, Description> = BTreeMap::new();
        let mut put = |key: &str, value: &str, errors: &mut Vec<Finding>| {
            if value.is_empty() {
                return;
            }
            if let (Some(key), Some(value)) = (
                keep(cell(key, Name::new(key)), errors),
                keep(cell(key, Description::new(value)), errors),
            ) {
                tags.insert(key, value);
            }
        };
        for (key, column) in &self.labels {
            put(key, row.cell(Some(*column)), errors);
        }
        for (key, column) in &self.marks {
            match plain(row.cell(Some(*column))).as_str() {
                "" | "false" | "no" | "0" => {}
                "true" | "yes" | "1" => put(key, "true", errors),
                other => errors.push(Finding::new(
                    "cell",
                    format!("{key}: `{}` is not True or False", quoted(other)),
                )),
            }
        }
        // `dcim.site` in the API, `DCIM > Site` in lists: the last word is what the scope is.
        let scope = row
            .cell(self.scope_type)
            .rsplit(['.', '>', '|'])
            .next()
            .unwrap_or_default()
            .trim()
            .to_lowercase();
        let scope = if scope.is_empty() { "scope" } else { &scope };
        put(scope, row.cell(self.scope_name), errors);
        put(&format!("{scope}_id"), row.cell(self.scope_id), errors);
        let status = row.cell(self.status).to_lowercase();
        put("status", &status, errors);
        Tags::new(tags).unwrap_or_else(|e| {
            errors.push(Finding::new("cell", e.to_string()));
            Tags::default()
        })
    }
}

/// The value, or its error among the others.
fn keep<T>(value: Result<T, Finding>, errors: &mut Vec<Finding>) -> Option<T> {
    value.map_err(|e| errors.push(e)).ok()
}

fn cell<T>(column: &str, value: Result<T, plat_domain::TextError>) -> Result<T, Finding> {
    value.map_err(|e| Finding::new("cell", format!("{column}: {e}")))
}
