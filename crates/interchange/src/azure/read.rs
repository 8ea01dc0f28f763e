//! Virtual networks as the command line, Resource Manager and Resource Graph write them.

use std::collections::BTreeMap;

use plat_domain::{Cidr, Description, Name, Tags, limits};

use crate::build::{Builder, read_prefix};
use crate::json::{self, Node};
use crate::text::quoted;
use crate::{Finding, IgnoredColumn, ImportError, Outcome, PreviewRow};

type Fields<'a> = BTreeMap<String, Node<'a>>;

/// A virtual network, or what is wrong with it.
pub(super) struct Vnet {
    pub(super) row: PreviewRow,
    pub(super) errors: Vec<Finding>,
    pub(super) prefixes: Vec<Cidr>,
    pub(super) subnets: Vec<Subnet>,
    /// There unless there are errors.
    pub(super) name: Option<Name>,
    pub(super) external_id: Description,
    pub(super) tags: Tags,
}

/// A subnet, or what is wrong with it.
pub(super) struct Subnet {
    pub(super) row: PreviewRow,
    pub(super) errors: Vec<Finding>,
    pub(super) prefixes: Vec<Cidr>,
    pub(super) name: Option<Name>,
}

/// The elements of an answer: a list, a list under `value` (Resource Manager) or `data` (Resource Graph), or one alone.
fn elements<'a>(root: &Node<'a>) -> Vec<Node<'a>> {
    if let Some(list) = root.list() {
        return list;
    }
    let fields = root.object().unwrap_or_default();
    let list = ["value", "data"]
        .iter()
        .find_map(|key| fields.get(*key))
        .and_then(Node::list);
    list.unwrap_or_else(|| vec![*root])
}

/// The fields of an element, with those under `properties` beside the others: the command line has no such level.
fn flattened<'a>(node: &Node<'a>) -> Option<Fields<'a>> {
    let mut fields = node.object()?;
    if let Some(inner) = fields.get("properties").and_then(Node::object) {
        fields.remove("properties");
        for (key, value) in inner {
            fields.entry(key).or_insert(value);
        }
    }
    Some(fields)
}

/// Refuses what is no list of virtual networks.
///
/// # Errors
/// `no-rows` for an empty list, `unknown-format` with the keys seen.
pub(crate) fn recognise(root: &Node<'_>) -> Result<(), ImportError> {
    let elements = elements(root);
    if elements.is_empty() {
        return Err(ImportError::NoRows);
    }
    if elements
        .iter()
        .any(|e| flattened(e).is_some_and(|fields| fields.contains_key("addressSpace")))
    {
        return Ok(());
    }
    let fields = elements.first().and_then(flattened).unwrap_or_default();
    Err(ImportError::unknown(fields.into_keys()))
}

/// Every virtual network of a file, with lines, and the keys of which nothing is kept.
pub(super) fn vnets(
    builder: &Builder<'_>,
    root: &Node<'_>,
) -> Result<(Vec<Vnet>, Vec<IgnoredColumn>), ImportError> {
    let elements = elements(root);
    let fields: Vec<Fields<'_>> = elements
        .iter()
        .map(|e| flattened(e).unwrap_or_default())
        .collect();
    let subnets: Vec<Vec<Node<'_>>> = fields
        .iter()
        .map(|f| f.get("subnets").and_then(Node::list).unwrap_or_default())
        .collect();
    // A virtual network and its subnets are rows alike: their lines are told apart together.
    let nodes: Vec<Node<'_>> = elements
        .iter()
        .zip(&subnets)
        .flat_map(|(e, s)| core::iter::once(*e).chain(s.iter().copied()))
        .collect();
    if nodes.len() > crate::limits::ROWS {
        return Err(ImportError::too_many_rows(nodes.len()));
    }
    let mut lines = json::lines(&nodes).into_iter();
    let mut ignored = Ignored::default();
    let mut found = Vec::with_capacity(elements.len());
    for (fields, subnets) in fields.iter().zip(&subnets) {
        let mut vnet = read_vnet(builder, fields, lines.next().unwrap_or_default());
        ignored.note(
            "",
            fields,
            &[
                "id",
                "name",
                "type",
                "resourceGroup",
                "tags",
                "addressSpace",
                "subnets",
            ],
        );
        for node in subnets {
            let fields = flattened(node).unwrap_or_default();
            ignored.note(
                "subnets.",
                &fields,
                &[
                    "id",
                    "name",
                    "type",
                    "resourceGroup",
                    "addressPrefix",
                    "addressPrefixes",
                ],
            );
            vnet.subnets
                .push(read_subnet(builder, &fields, lines.next().unwrap_or_default()));
        }
        found.push(vnet);
    }
    Ok((found, ignored.columns()))
}

#[derive(Default)]
struct Ignored {
    rows: BTreeMap<String, u64>,
}

impl Ignored {
    fn note(&mut self, before: &str, fields: &Fields<'_>, kept: &[&str]) {
        for (key, _) in fields
            .iter()
            .filter(|(key, node)| !kept.contains(&key.as_str()) && !node.is_blank())
        {
            *self.rows.entry(format!("{before}{}", quoted(key))).or_default() += 1;
        }
    }

    fn columns(self) -> Vec<IgnoredColumn> {
        self.rows
            .into_iter()
            .map(|(name, non_empty_rows)| IgnoredColumn { name, non_empty_rows })
            .collect()
    }
}

fn row(line: u64, label: String, kind: &str) -> PreviewRow {
    PreviewRow {
        line,
        label,
        prefixes: Vec::new(),
        space: String::new(),
        kind: kind.to_owned(),
        outcome: Outcome::Create,
        findings: Vec::new(),
    }
}

fn text(fields: &Fields<'_>, key: &str) -> String {
    fields.get(key).and_then(Node::string).unwrap_or_default()
}

/// The name, or the last part of the identity.
fn name_of(fields: &Fields<'_>) -> String {
    let name = text(fields, "name");
    if name.is_empty() {
        text(fields, "id")
            .rsplit('/')
            .next()
            .unwrap_or_default()
            .to_owned()
    } else {
        name
    }
}

fn read_vnet(builder: &Builder<'_>, fields: &Fields<'_>, line: u64) -> Vnet {
    let name = name_of(fields);
    let mut row = row(line, quoted(&name), "network");
    let mut errors = Vec::new();
    let Some(space) = fields.get("addressSpace") else {
        let kind = text(fields, "type");
        let message = if kind.is_empty() {
            "no `addressSpace`".into()
        } else {
            format!("a {}", quoted(&kind))
        };
        errors.push(Finding::new(
            "not-a-virtual-network",
            format!("not a virtual network: {message}; leave it out"),
        ));
        row.kind = String::new();
        return Vnet {
            row,
            errors,
            prefixes: Vec::new(),
            subnets: Vec::new(),
            name: None,
            external_id: Description::default(),
            tags: Tags::default(),
        };
    };
    let name = Name::new(&name)
        .map_err(|e| errors.push(Finding::new("cell", format!("name: {e}"))))
        .ok();
    let external_id = Description::new(&text(fields, "id")).unwrap_or_else(|e| {
        errors.push(Finding::new("cell", format!("id: {e}")));
        Description::default()
    });
    let space = space.object().unwrap_or_default();
    let mut written = texts(&space, "addressPrefixes", &mut errors);
    if written.is_empty() {
        // What Azure Virtual Network Manager allocated, before the prefixes are filled in.
        let pools = space
            .get("ipamPoolPrefixAllocations")
            .and_then(Node::list)
            .unwrap_or_default();
        for pool in pools.iter().filter_map(Node::object) {
            written.extend(texts(&pool, "allocatedAddressPrefixes", &mut errors));
        }
    }
    let prefixes = prefixes(builder, written, &mut row, &mut errors);
    if prefixes.is_empty() && errors.is_empty() {
        row.findings.push(Finding::new(
            "no-prefixes",
            "has no address prefixes: only the resource is recorded",
        ));
    }
    if let Some(other) = fields
        .get("subnets")
        .filter(|n| !n.is_blank() && n.list().is_none())
    {
        errors.push(Finding::new(
            "cell",
            format!("subnets: `{}` is not a list", quoted(other.json())),
        ));
    }
    let tags = tags(fields.get("tags"), &mut row.findings);
    Vnet {
        row,
        errors,
        prefixes,
        subnets: Vec::new(),
        name,
        external_id,
        tags,
    }
}

fn read_subnet(builder: &Builder<'_>, fields: &Fields<'_>, line: u64) -> Subnet {
    let name = name_of(fields);
    let mut row = row(line, quoted(&name), "subnet");
    let mut errors = Vec::new();
    let mut written = texts(fields, "addressPrefixes", &mut errors);
    let single = text(fields, "addressPrefix");
    if written.is_empty() && !single.is_empty() {
        written.push(single);
    }
    let prefixes = prefixes(builder, written, &mut row, &mut errors);
    if prefixes.is_empty() && errors.is_empty() {
        errors.push(Finding::new(
            "cell",
            "neither `addressPrefix` nor `addressPrefixes`",
        ));
    }
    let name = (!name.is_empty()).then(|| Name::new(&name)).transpose();
    let name = name
        .map_err(|e| errors.push(Finding::new("cell", format!("name: {e}"))))
        .ok()
        .flatten();
    if let (Some(label), None) = (prefixes.first(), &name) {
        row.label = label.to_string();
    }
    Subnet {
        row,
        errors,
        prefixes,
        name,
    }
}

/// A list of text; empty where there is none.
fn texts(fields: &Fields<'_>, key: &str, errors: &mut Vec<Finding>) -> Vec<String> {
    let Some(node) = fields.get(key).filter(|n| !n.is_blank()) else {
        return Vec::new();
    };
    let items = node
        .list()
        .and_then(|l| l.iter().map(Node::string).collect::<Option<Vec<String>>>());
    items.unwrap_or_else(|| {
        let message = format!("{key}: `{}` is not a list of text", quoted(node.json()));
        errors.push(Finding::new("cell", message));
        Vec::new()
    })
}

/// The prefixes, each once.
fn prefixes(
    builder: &Builder<'_>,
    written: Vec<String>,
    row: &mut PreviewRow,
    errors: &mut Vec<Finding>,
) -> Vec<Cidr> {
    let mut found = Vec::new();
    for text in written {
        match read_prefix(&text, builder.options, &mut row.findings) {
            Ok(cidr) if !found.contains(&cidr) => found.push(cidr),
            Ok(_) => {}
            Err(e) => errors.push(e),
        }
    }
    found
}

/// The tags that fit: Azure allows keys of 512 characters.
fn tags(node: Option<&Node<'_>>, findings: &mut Vec<Finding>) -> Tags {
    let mut kept = BTreeMap::new();
    for (key, value) in node.and_then(Node::object).unwrap_or_default() {
        let value = if value.json() == "null" {
            String::new()
        } else {
            value.as_text()
        };
        match (Name::new(&key), Description::new(&value)) {
            (Ok(key), Ok(value)) if kept.len() < limits::TAGS_PER_ENTRY => {
                kept.insert(key, value);
            }
            (Err(e), _) | (_, Err(e)) => {
                findings.push(Finding::new(
                    "tag-left-out",
                    format!("tag `{}`: {e}", quoted(&key)),
                ));
            }
            (Ok(key), Ok(_)) => {
                let message = format!("tag `{key}`: more than {} tags", limits::TAGS_PER_ENTRY);
                findings.push(Finding::new("tag-left-out", message));
            }
        }
    }
    Tags::new(kept).unwrap_or_default()
}
