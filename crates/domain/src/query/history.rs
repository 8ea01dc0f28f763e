//! What happened to addresses: the audit trail of a CIDR, including what it contained (F34).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::rejection::Named;
use crate::{Change, ChangeSet, Cidr, Claim, ClaimId, Name, SpaceId, State, Timestamp};

/// One revision as a journal keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The revision that it made.
    pub revision: u64,
    /// The revision that whoever asked had seen; none if it was not said.
    pub base: Option<u64>,
    /// Who.
    pub actor: Name,
    /// When.
    pub at: Timestamp,
    /// What was asked: [`crate::Command::word`].
    pub word: String,
    /// What changed.
    pub changes: ChangeSet,
}

/// One thing that happened to a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Event {
    /// The revision that it made.
    pub revision: u64,
    /// The revision that whoever asked had seen; none if it was not said.
    pub base: Option<u64>,
    /// Who.
    pub actor: Name,
    /// When.
    pub at: Timestamp,
    /// What was asked.
    pub word: String,
    /// The claim as it was; none if it is new.
    pub before: Option<Named>,
    /// The claim as it became; none if it went.
    pub now: Option<Named>,
    /// The fields that changed, by name, for a claim that stayed.
    pub changed: Vec<String>,
}

/// Follows a journal from its beginning and keeps what touched some addresses of a space: what held them, what they held.
///
/// The same at the edge, in the browser and in a test: it looks at records, not at how they are kept. O(log claims) a
/// change; keeps the claims that it has seen there.
#[derive(Clone, Debug)]
pub struct History {
    space: SpaceId,
    cidr: Cidr,
    known: BTreeMap<ClaimId, Claim>,
    events: Vec<Event>,
}

impl History {
    /// The history of a prefix, before anything happened.
    #[must_use]
    pub const fn of(space: SpaceId, cidr: Cidr) -> Self {
        Self {
            space,
            cidr,
            known: BTreeMap::new(),
            events: Vec::new(),
        }
    }

    /// The history of a prefix from a state on, for the records of what followed on it. O(claims).
    #[must_use]
    pub fn following(state: &State, space: SpaceId, cidr: Cidr) -> Self {
        let mut history = Self::of(space, cidr);
        let there = state.claims().filter(|claim| history.touches(claim));
        history.known = there.map(|claim| (claim.id, claim.clone())).collect();
        history
    }

    /// Takes the next record of the journal in.
    pub fn see(&mut self, record: &Record) {
        for change in &record.changes.changes {
            let (before, now) = match change {
                Change::ClaimPut(claim) if self.touches(claim) => {
                    (self.known.insert(claim.id, claim.clone()), Some(claim))
                }
                // It moved away, or was never here.
                Change::ClaimPut(claim) => match self.known.remove(&claim.id) {
                    None => continue,
                    before => (before, Some(claim)),
                },
                Change::ClaimRemoved(id) => match self.known.remove(id) {
                    None => continue,
                    before => (before, None),
                },
                Change::SpacePut(_)
                | Change::SpaceRemoved(_)
                | Change::ResourcePut(_)
                | Change::ResourceRemoved(_)
                | Change::ConflictAccepted(_)
                | Change::AcceptanceEnded(_) => continue,
            };
            self.events.push(Event {
                revision: record.revision,
                base: record.base,
                actor: record.actor.clone(),
                at: record.at,
                word: record.word.clone(),
                changed: match (&before, now) {
                    (Some(before), Some(now)) => changed(before, now),
                    _ => Vec::new(),
                },
                before: before.as_ref().map(named),
                now: now.map(named),
            });
        }
    }

    fn touches(&self, claim: &Claim) -> bool {
        claim.space == self.space && claim.prefixes.iter().any(|p| p.overlaps(&self.cidr))
    }

    /// What happened, oldest first.
    #[must_use]
    pub fn events(&self) -> &[Event] {
        &self.events
    }
}

fn named(claim: &Claim) -> Named {
    Named {
        id: claim.id,
        kind: claim.kind.word().to_owned(),
        label: claim.label(),
        prefixes: claim.prefixes.clone(),
        holder: None,
        available_at: claim.kind.ends_at(),
    }
}

/// Names the fields in which two forms of a claim differ.
fn changed(before: &Claim, now: &Claim) -> Vec<String> {
    let fields = [
        ("space", before.space != now.space),
        ("parent", before.parent != now.parent),
        ("kind", before.kind != now.kind),
        ("prefixes", before.prefixes != now.prefixes),
        ("name", before.name != now.name),
        ("observed", before.observed != now.observed),
        ("tags", before.tags != now.tags),
        ("description", before.description != now.description),
        ("ignored", before.ignored != now.ignored),
    ];
    fields
        .iter()
        .filter(|(_, differs)| *differs)
        .map(|(name, _)| (*name).to_owned())
        .collect()
}
