//! NetBox prefixes, and any CSV with a column of prefixes.

mod read;

use std::collections::BTreeMap;

use plat_domain::command::Adopt;
use plat_domain::{Cidr, Claim, ClaimId, ClaimKind, Command, Name, Place, Policy, SpaceId};

use crate::build::Builder;
use crate::surroundings::Surroundings;
use crate::table::Table;
use crate::{Finding, Outcome, PreviewRow};
use read::{Fields, Prefix, Status};

pub(crate) use read::is_prefixes;

/// A readable row, and what it becomes.
struct Entry {
    row: PreviewRow,
    prefix: Prefix,
    kind: ClaimKind,
}

pub(crate) fn import(builder: &mut Builder<'_>, table: &Table) {
    let fields = Fields::of(&table.headers);
    builder.ignored = table.ignored(fields.kept());
    let mut entries = Vec::new();
    for row in &table.rows {
        let (preview, read) = fields.read(builder, row, table.headers.len());
        match read {
            Ok(prefix) if !builder.left_out(row.line) => {
                let kind = ClaimKind::Network { holder: None };
                entries.push(Entry {
                    row: preview,
                    prefix,
                    kind,
                });
            }
            Ok(_) => builder.set_aside(preview, Vec::new()),
            Err(errors) => builder.set_aside(preview, errors),
        }
    }
    let wanted = entries
        .iter()
        .map(|e| (e.prefix.target.id, e.prefix.cidr))
        .collect();
    let around = Surroundings::look(builder.base, &wanted);
    for entry in &mut entries {
        choose_kind(builder, &around, entry);
    }
    let names = PoolNames::of(&entries);
    // Outer before inner; of the same prefix the pool first, so that the rest can lie in it.
    entries.sort_by_key(|e| (e.prefix.cidr, !e.kind.is_pool(), e.row.line));
    let mut placed = BTreeMap::new();
    for entry in entries {
        place(builder, &around, &names, &mut placed, entry);
    }
}

/// What a status means here. An active prefix with others in it is a pool, unless there is a network of just that prefix
/// already: then what lies in it are that network's subnets.
fn choose_kind(builder: &Builder<'_>, around: &Surroundings, entry: &mut Entry) {
    let (space, cidr) = (entry.prefix.target.id, entry.prefix.cidr);
    entry.kind = match entry.prefix.status {
        Status::Container => ClaimKind::pool(Policy::default()),
        Status::Reserved => ClaimKind::Reservation { expires_at: None },
        Status::Active | Status::Deprecated => {
            let network = ClaimKind::Network { holder: None };
            if around.holds_something((space, cidr))
                && existing(builder, around, space, cidr, &network).is_none()
            {
                let status = if entry.prefix.status == Status::Active {
                    "active"
                } else {
                    "deprecated"
                };
                entry.row.findings.push(Finding::new(
                    "becomes-pool",
                    format!("this {status} prefix contains other prefixes: it becomes a pool, since a network holds only subnets"),
                ));
                ClaimKind::pool(Policy::default())
            } else {
                network
            }
        }
    };
    entry.row.kind = entry.kind.word().to_owned();
}

/// The claim of the workspace that is this row already: the same space, prefix and kind, whatever its identity.
fn existing<'s>(
    builder: &'s Builder<'_>,
    around: &Surroundings,
    space: SpaceId,
    cidr: Cidr,
    kind: &ClaimKind,
) -> Option<&'s Claim> {
    let same = around.same(builder.base, space, &[cidr]);
    let found = same
        .into_iter()
        .find(|c| c.kind.word() == kind.word())
        .map(|c| c.id);
    found.and_then(|id| builder.state.claim(id))
}

type Placed = BTreeMap<(SpaceId, Cidr, &'static str), (ClaimId, u64)>;

fn place(
    builder: &mut Builder<'_>,
    around: &Surroundings,
    names: &PoolNames,
    placed: &mut Placed,
    entry: Entry,
) {
    let Entry {
        mut row,
        prefix,
        kind,
    } = entry;
    let key = (prefix.target.id, prefix.cidr, kind.word());
    let there = match placed.get(&key) {
        Some((id, line)) => {
            row.findings
                .push(Finding::new("duplicate", format!("the same as line {line}")));
            builder.state.claim(*id)
        }
        None => existing(builder, around, key.0, key.1, &kind),
    };
    if let Some(there) = there {
        let id = there.id;
        let mut differing = Vec::new();
        if there.description != prefix.description {
            differing.push("description");
        }
        if there.tags != prefix.tags {
            differing.push("tags");
        }
        if !differing.is_empty() {
            row.findings.push(Finding::new(
                "differs",
                format!(
                    "{} differ from the workspace, which stays as it is",
                    differing.join(" and ")
                ),
            ));
        }
        placed.entry(key).or_insert((id, row.line));
        row.outcome = Outcome::Match;
        return builder.add(row, vec![id]);
    }
    let name = if kind.is_pool() {
        names.choose(builder, &prefix)
    } else {
        prefix.name.clone()
    };
    if let Some(name) = &name {
        row.label = name.to_string();
    }
    let id = builder.claim_id(&[prefix.target.name.as_str(), kind.word()], &[prefix.cidr]);
    let absorb = kind.is_pool();
    let command = Command::Adopt(Adopt {
        name,
        tags: prefix.tags,
        description: prefix.description,
        absorb,
        ..Adopt::new(id, Place::Innermost(prefix.target.id), kind, vec![prefix.cidr])
    });
    // Only a row that makes its space does two things, of which the second may be refused.
    let new = builder.state.space(prefix.target.id).is_none();
    let mark = new.then(|| builder.mark());
    let made = builder
        .make_space(&prefix.target)
        .and_then(|new| Ok((new, builder.run(command)?)));
    match made {
        Ok((new_space, changes)) => {
            row.findings.extend(new_space);
            row.findings.extend(builder.taken_in(id, &changes));
            placed.insert(key, (id, row.line));
            builder.add(row, vec![id]);
        }
        Err(refused) => {
            if let Some(mark) = mark {
                builder.back_to(mark);
            }
            builder.set_aside(row, vec![refused]);
        }
    }
}

/// Names for pools: what the file calls them if it calls no other so, else their prefixes.
struct PoolNames {
    uses: BTreeMap<(SpaceId, Name), usize>,
}

impl PoolNames {
    fn of(entries: &[Entry]) -> Self {
        let mut uses = BTreeMap::new();
        for entry in entries.iter().filter(|e| e.kind.is_pool()) {
            if let Some(name) = Self::wish(&entry.prefix) {
                *uses.entry((entry.prefix.target.id, name)).or_default() += 1;
            }
        }
        Self { uses }
    }

    fn wish(prefix: &Prefix) -> Option<Name> {
        prefix
            .name
            .clone()
            .or_else(|| Name::new(prefix.description.as_str()).ok())
    }

    fn choose(&self, builder: &Builder<'_>, prefix: &Prefix) -> Option<Name> {
        let space = prefix.target.id;
        let free = |name: &Name| builder.state.pool_named(space, name).is_none();
        let wish = Self::wish(prefix).filter(|n| self.uses.get(&(space, n.clone())) == Some(&1));
        let cidr = prefix.cidr.to_string();
        let numbered = || (2..).find_map(|n: u32| Name::new(&format!("{cidr} ({n})")).ok().filter(free));
        wish.filter(free)
            .or_else(|| Name::new(&cidr).ok().filter(free))
            .or_else(numbered)
    }
}
