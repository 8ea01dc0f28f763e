//! Puts the records of an export into a workspace: what is there stays as it is, what is missing is made as it was.

use std::collections::{BTreeMap, BTreeSet};

use plat_domain::command::{CreateSpace, PutResource, Restore, RestoreAcceptance};
use plat_domain::{
    Acceptance, Cidr, Claim, ClaimId, ClaimKind, Command, Pair, Resource, ResourceId, Space, SpaceId,
    SpaceKind,
};

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
    /// Likewise of spaces.
    failed_spaces: BTreeMap<SpaceId, u64>,
    left_out_spaces: BTreeMap<SpaceId, u64>,
}

impl Known {
    /// Of what a claim lies in and is not there, what was left out, and on which line it is.
    fn left_out_of(&self, parent: Option<ClaimId>, space: Option<SpaceId>) -> Option<(&'static str, u64)> {
        missing(parent, &self.left_out, space, &self.left_out_spaces)
    }

    /// Likewise what could not be restored.
    fn failed_of(&self, parent: Option<ClaimId>, space: Option<SpaceId>) -> Option<(&'static str, u64)> {
        missing(parent, &self.failed, space, &self.failed_spaces)
    }
}

fn missing(
    parent: Option<ClaimId>,
    claims: &BTreeMap<ClaimId, u64>,
    space: Option<SpaceId>,
    spaces: &BTreeMap<SpaceId, u64>,
) -> Option<(&'static str, u64)> {
    let parent = parent
        .and_then(|p| claims.get(&p))
        .map(|line| ("what it lies in", *line));
    parent.or_else(|| Some(("the space it lies in", *spaces.get(&space?)?)))
}

pub(super) fn import(builder: &mut Builder<'_>, listed: Vec<Listed>) {
    let (mut spaces, mut resources, mut claims, mut acceptances) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut known = Known::default();
    for Listed { row, record } in listed {
        let left_out = builder.left_out(row.line);
        match record {
            Ok(Record::Claim(claim)) if left_out => {
                known.left_out.insert(claim.id, row.line);
                builder.set_aside(row, Vec::new());
            }
            Ok(Record::Space(space)) if left_out => {
                known.left_out_spaces.insert(space.id, row.line);
                builder.set_aside(row, Vec::new());
            }
            Ok(_) if left_out => builder.set_aside(row, Vec::new()),
            Ok(Record::Space(space)) => spaces.push((row, space)),
            Ok(Record::Resource(resource)) => resources.push((row, resource)),
            Ok(Record::Claim(claim)) => claims.push((row, claim)),
            Ok(Record::Acceptance(acceptance)) => acceptances.push((row, acceptance)),
            Err(errors) => builder.set_aside(row, errors),
        }
    }
    // What a customer space lies in comes before it.
    spaces.sort_by_key(|(_, space): &(PreviewRow, Space)| space.kind == SpaceKind::Customer);
    for (row, space) in spaces {
        put_space(builder, &mut known, row, space);
    }
    put_resources(builder, &mut known, resources);
    put_claims(builder, &mut known, claims);
    for (row, acceptance) in acceptances {
        put_acceptance(builder, &known, row, acceptance);
    }
}

/// A row that cannot be made because what it needs, on another line, is not.
fn waits(builder: &mut Builder<'_>, mut row: PreviewRow, what: &str, line: u64, left_out: bool) {
    if left_out {
        row.outcome = Outcome::LeftOut;
        let message = format!("{what} (line {line}) is left out");
        row.findings.push(Finding::new("parent-left-out", message));
        builder.add(row, Vec::new());
    } else {
        let message = format!("{what} (line {line}) has an error");
        builder.set_aside(row, vec![Finding::new("parent-failed", message)]);
    }
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

fn put_space(builder: &mut Builder<'_>, known: &mut Known, mut row: PreviewRow, mut space: Space) {
    row.space = space.name.to_string();
    space.provider = space.provider.map(|p| known.spaces.get(&p).copied().unwrap_or(p));
    if let Some(there) = builder.state.space(space.id) {
        let differs = *there != space;
        return matched(builder, row, differs, Vec::new());
    }
    if let Some(there) = builder.state.space_named(&space.name) {
        let id = there.id;
        known.spaces.insert(space.id, id);
        let message = format!("the workspace's own `{}` is used for it", space.name);
        row.findings.push(Finding::new("same-name-space", message));
        let differs = *there != Space { id, ..space };
        return matched(builder, row, differs, Vec::new());
    }
    let (id, line) = (space.id, row.line);
    if let Some(provider) = space.provider.filter(|p| builder.state.space(*p).is_none()) {
        if let Some(other) = known.left_out_spaces.get(&provider).copied() {
            known.left_out_spaces.insert(id, line);
            return waits(builder, row, "the provider space it lies in", other, true);
        }
        known.failed_spaces.insert(id, line);
        if let Some(other) = known
            .failed_spaces
            .get(&provider)
            .copied()
            .filter(|other| *other != line)
        {
            return waits(builder, row, "the provider space it lies in", other, false);
        }
        let message =
            format!("the provider space {provider} it lies in is neither in the workspace nor in the file");
        return builder.set_aside(row, vec![Finding::new("not-found", message)]);
    }
    // Version 1 had no provider spaces: a customer space of its was a routing domain of its own, as a fabric space is.
    if (space.kind, space.provider, space.isolation) == (SpaceKind::Customer, None, None) {
        space.kind = SpaceKind::Fabric;
        let message = "a customer space without a provider space is read as a fabric space";
        row.findings.push(Finding::new("no-provider-space", message));
    }
    let made = builder
        .run(Command::CreateSpace(CreateSpace { space }))
        .map(|_| ());
    if !finish(builder, row, made, Vec::new()) {
        known.failed_spaces.insert(id, line);
    }
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
    for (row, claim) in order.into_iter().filter_map(|i| missing.get_mut(i)?.take()) {
        let id = claim.id;
        let parent = claim.parent.filter(|p| builder.state.claim(*p).is_none());
        let space = Some(claim.space).filter(|s| builder.state.space(*s).is_none());
        if let Some((what, line)) = known.left_out_of(parent, space) {
            known.left_out.insert(id, row.line);
            waits(builder, row, what, line, true);
        } else if let Some((what, line)) = known.failed_of(parent, space) {
            known.failed.insert(id, row.line);
            waits(builder, row, what, line, false);
        } else {
            let line = row.line;
            let made = builder.run(Command::Restore(Restore { claim })).map(|_| ());
            if !finish(builder, row, made, vec![id]) {
                known.failed.insert(id, line);
            }
        }
    }
}

fn put_acceptance(builder: &mut Builder<'_>, known: &Known, mut row: PreviewRow, mut acceptance: Acceptance) {
    let Pair { left, right } = acceptance.pair;
    let mut found = Vec::new();
    for id in [left, right] {
        let there = known.claims.get(&id).copied().unwrap_or(id);
        if let Some(claim) = builder.state.claim(there) {
            found.push(claim);
        } else if let Some(line) = known.left_out.get(&id) {
            return waits(builder, row, "a claim of it", *line, true);
        } else if let Some(line) = known.failed.get(&id) {
            return waits(builder, row, "a claim of it", *line, false);
        } else {
            let message = format!("the claim {id} is neither in the workspace nor in the file");
            return builder.set_aside(row, vec![Finding::new("not-found", message)]);
        }
    }
    if let [a, b] = found.as_slice() {
        acceptance.pair = Pair::of(a.id, b.id);
        row.label = format!("{} and {}", a.label(), b.label());
        row.space = builder
            .state
            .space(a.space)
            .map(|s| s.name.to_string())
            .unwrap_or_default();
    }
    if let Some(there) = builder.state.acceptance(acceptance.pair) {
        let differs = *there != acceptance;
        return matched(builder, row, differs, Vec::new());
    }
    if !builder.state.is_conflict(acceptance.pair) {
        let message = format!("{} do not conflict: there is nothing to accept", row.label);
        return builder.set_aside(row, vec![Finding::new("not-found", message)]);
    }
    let made = builder
        .run(Command::RestoreAcceptance(RestoreAcceptance { acceptance }))
        .map(|_| ());
    finish(builder, row, made, Vec::new());
}
