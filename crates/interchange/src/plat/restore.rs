//! Puts the records of an export into a workspace: what is there stays as it is, what is missing is made as it was.

use std::collections::{BTreeMap, BTreeSet};

use plat_domain::command::{CreateSpace, PutResource, Restore};
use plat_domain::{Cidr, Claim, ClaimId, ClaimKind, Command, Resource, ResourceId, Space, SpaceId};

use super::{Listed, Record, order};
use crate::build::Builder;
use crate::{Finding, Outcome, PreviewRow};

/// What an identity of the file is called in the workspace, where that differs.
#[derive(Default)]
struct Known {
    spaces: BTreeMap<SpaceId, SpaceId>,
    resources: BTreeMap<ResourceId, ResourceId>,
    claims: BTreeMap<ClaimId, ClaimId>,
    /// Lines of claims that could not be restored.
    failed: BTreeMap<ClaimId, u64>,
    /// Lines of claims that were left out.
    left_out: BTreeMap<ClaimId, u64>,
}

pub(super) fn import(builder: &mut Builder<'_>, listed: Vec<Listed>) {
    let (mut spaces, mut resources, mut claims) = (Vec::new(), Vec::new(), Vec::new());
    let mut known = Known::default();
    for Listed { row, record } in listed {
        let left_out = builder.left_out(row.line);
        match record {
            Ok(Record::Claim(claim)) if left_out => {
                known.left_out.insert(claim.id, row.line);
                builder.set_aside(row, Vec::new());
            }
            Ok(_) if left_out => builder.set_aside(row, Vec::new()),
            Ok(Record::Space(space)) => spaces.push((row, space)),
            Ok(Record::Resource(resource)) => resources.push((row, resource)),
            Ok(Record::Claim(claim)) => claims.push((row, claim)),
            Err(errors) => builder.set_aside(row, errors),
        }
    }
    for (row, space) in spaces {
        put_space(builder, &mut known, row, space);
    }
    put_resources(builder, &mut known, resources);
    put_claims(builder, &mut known, claims);
}

fn finish(
    builder: &mut Builder<'_>,
    mut row: PreviewRow,
    made: Result<(), Finding>,
    claims: Vec<ClaimId>,
) -> bool {
    match made {
        Ok(()) => {
            row.outcome = Outcome::Create;
            builder.add(row, claims);
            true
        }
        Err(refused) => {
            builder.set_aside(row, vec![refused]);
            false
        }
    }
}

fn matched(builder: &mut Builder<'_>, mut row: PreviewRow, differs: bool, claims: Vec<ClaimId>) {
    row.outcome = Outcome::Match;
    if differs {
        row.findings.push(Finding::new(
            "differs",
            "differs from the workspace, which stays as it is",
        ));
    }
    builder.add(row, claims);
}

fn put_space(builder: &mut Builder<'_>, known: &mut Known, mut row: PreviewRow, space: Space) {
    row.space = space.name.to_string();
    if let Some(there) = builder.state.space(space.id) {
        let differs = *there != space;
        return matched(builder, row, differs, Vec::new());
    }
    if let Some(there) = builder.state.space_named(&space.name) {
        let id = there.id;
        let differs = (there.kind, &there.description) != (space.kind, &space.description);
        known.spaces.insert(space.id, id);
        let message = format!("the workspace's own `{}` is used for it", space.name);
        row.findings.push(Finding::new("same-name-space", message));
        return matched(builder, row, differs, Vec::new());
    }
    let made = builder
        .run(Command::CreateSpace(CreateSpace { space }))
        .map(|_| ());
    finish(builder, row, made, Vec::new());
}

fn put_resources(builder: &mut Builder<'_>, known: &mut Known, resources: Vec<(PreviewRow, Resource)>) {
    let outside = |r: &Resource| {
        let provider = r.provider.as_ref().map(ToString::to_string)?;
        (!r.external_id.as_str().is_empty()).then(|| (provider, r.external_id.as_str().to_lowercase()))
    };
    let by_outside: BTreeMap<(String, String), ResourceId> = builder
        .base
        .resources()
        .filter_map(|r| Some((outside(r)?, r.id)))
        .collect();
    for (row, resource) in resources {
        if let Some(there) = builder.state.resource(resource.id) {
            let differs = *there != resource;
            matched(builder, row, differs, Vec::new());
        } else if let Some(id) = outside(&resource).and_then(|key| by_outside.get(&key)) {
            known.resources.insert(resource.id, *id);
            let differs = builder
                .state
                .resource(*id)
                .is_some_and(|there| *there != Resource { id: *id, ..resource });
            matched(builder, row, differs, Vec::new());
        } else {
            let made = builder
                .run(Command::PutResource(PutResource { resource }))
                .map(|_| ());
            finish(builder, row, made, Vec::new());
        }
    }
}

fn put_claims(builder: &mut Builder<'_>, known: &mut Known, claims: Vec<(PreviewRow, Claim)>) {
    let mut open: Vec<(PreviewRow, Claim)> = Vec::new();
    let mut taken: BTreeSet<ClaimId> = BTreeSet::new();
    let mut read: BTreeMap<ClaimId, u64> = BTreeMap::new();
    for (mut row, mut claim) in claims {
        claim.space = known.spaces.get(&claim.space).copied().unwrap_or(claim.space);
        if let ClaimKind::Network { holder: Some(holder) } = &mut claim.kind {
            *holder = known.resources.get(holder).copied().unwrap_or(*holder);
        }
        claim.prefixes.sort_unstable();
        if let Some(space) = builder.state.space(claim.space) {
            row.space = space.name.to_string();
        }
        if let Some(line) = read.insert(claim.id, row.line) {
            let message = format!(
                "the id {} is that of line {line} too: leave one of them out",
                claim.id
            );
            builder.set_aside(row, vec![Finding::new("duplicate-id", message)]);
            continue;
        }
        if builder
            .base
            .claim(claim.id)
            .is_some_and(|there| is_same(there, &claim))
        {
            taken.insert(claim.id);
        }
        open.push((row, claim));
    }
    // Without its identity a claim is recognised by what it is, each claim of the workspace once.
    let mut by_content: BTreeMap<(SpaceId, Vec<Cidr>), Vec<ClaimId>> = BTreeMap::new();
    let wanted: BTreeSet<(SpaceId, Vec<Cidr>)> = open
        .iter()
        .filter(|(_, c)| !taken.contains(&c.id))
        .map(|(_, c)| (c.space, c.prefixes.clone()))
        .collect();
    if !wanted.is_empty() {
        for there in builder.base.claims().filter(|c| !taken.contains(&c.id)) {
            let key = (there.space, there.prefixes.clone());
            if wanted.contains(&key) {
                by_content.entry(key).or_default().push(there.id);
            }
        }
    }
    let mut missing = Vec::new();
    for (row, claim) in open {
        let there = if taken.contains(&claim.id) {
            Some(claim.id)
        } else {
            take(builder, &mut by_content, &claim)
        };
        match there {
            Some(id) => {
                known.claims.insert(claim.id, id);
                let mut claim = claim;
                claim.parent = claim.parent.map(|p| known.claims.get(&p).copied().unwrap_or(p));
                let differs = builder
                    .base
                    .claim(id)
                    .is_some_and(|c| id == claim.id && *c != claim);
                matched(builder, row, differs, vec![id]);
            }
            None => missing.push((row, claim)),
        }
    }
    for (_, claim) in &mut missing {
        claim.parent = claim.parent.map(|p| known.claims.get(&p).copied().unwrap_or(p));
    }
    restore(builder, known, missing);
}

fn is_same(a: &Claim, b: &Claim) -> bool {
    a.space == b.space && a.prefixes == b.prefixes && a.kind.word() == b.kind.word()
}

fn take(
    builder: &Builder<'_>,
    by_content: &mut BTreeMap<(SpaceId, Vec<Cidr>), Vec<ClaimId>>,
    claim: &Claim,
) -> Option<ClaimId> {
    let candidates = by_content.get_mut(&(claim.space, claim.prefixes.clone()))?;
    let fits = |id: &ClaimId| {
        let there = builder.base.claim(*id);
        there.is_some_and(|c| c.kind.word() == claim.kind.word() && c.kind.holder() == claim.kind.holder())
    };
    let at = candidates.iter().position(fits)?;
    Some(candidates.swap_remove(at))
}

fn restore(builder: &mut Builder<'_>, known: &mut Known, missing: Vec<(PreviewRow, Claim)>) {
    let claims: Vec<&Claim> = missing.iter().map(|(_, claim)| claim).collect();
    let order = order::parents_first(&claims);
    let mut missing: Vec<Option<(PreviewRow, Claim)>> = missing.into_iter().map(Some).collect();
    for (mut row, claim) in order.into_iter().filter_map(|i| missing.get_mut(i)?.take()) {
        let id = claim.id;
        let parent = claim.parent.filter(|p| builder.state.claim(*p).is_none());
        if let Some(line) = parent.and_then(|p| known.left_out.get(&p)) {
            row.outcome = Outcome::LeftOut;
            row.findings.push(Finding::new(
                "parent-left-out",
                format!("what it lies in (line {line}) is left out"),
            ));
            known.left_out.insert(id, row.line);
            builder.add(row, Vec::new());
        } else if let Some(line) = parent.and_then(|p| known.failed.get(&p)) {
            let message = format!("what it lies in (line {line}) has an error");
            known.failed.insert(id, row.line);
            builder.set_aside(row, vec![Finding::new("parent-failed", message)]);
        } else {
            let line = row.line;
            let made = builder.run(Command::Restore(Restore { claim })).map(|_| ());
            if !finish(builder, row, made, vec![id]) {
                known.failed.insert(id, line);
            }
        }
    }
}
