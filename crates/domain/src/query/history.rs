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
/// change, O(claims kept) where a claim moves to another space; keeps the claims that have those addresses in any space.
#[derive(Clone, Debug)]
pub struct History {
    space: SpaceId,
    cidr: Cidr,
    /// Those that share addresses with the prefix, in whatever space: they may come from another with what they lie in.
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
        let shares = |claim: &&Claim| claim.prefixes.iter().any(|p| p.overlaps(&cidr));
        let known = state.claims().filter(shares);
        Self {
            known: known.map(|claim| (claim.id, claim.clone())).collect(),
            ..Self::of(space, cidr)
        }
    }

    /// Takes the next record of the journal in.
    pub fn see(&mut self, record: &Record) {
        for change in &record.changes.changes {
            match change {
                Change::ClaimPut(claim) => self.put(record, claim),
                Change::ClaimRemoved(id) => {
                    let before = self.known.remove(id);
                    self.note(record, before.as_ref(), None);
                }
                Change::SpacePut(_)
                | Change::SpaceRemoved(_)
                | Change::ResourcePut(_)
                | Change::ResourceRemoved(_)
                | Change::ConflictAccepted(_)
                | Change::AcceptanceEnded(_) => {}
            }
        }
    }

    fn put(&mut self, record: &Record, claim: &Claim) {
        let before = if claim.prefixes.iter().any(|p| p.overlaps(&self.cidr)) {
            self.known.insert(claim.id, claim.clone())
        } else {
            self.known.remove(&claim.id)
        };
        self.note(record, before.as_ref(), Some(claim));
        // What lies in a claim goes with it to another space, without a fact of its own.
        if before.is_some_and(|before| before.space != claim.space) {
            let inside = |c: &&Claim| self.lies_in(c, claim.id);
            let mut inner: Vec<Claim> = self.known.values().filter(inside).cloned().collect();
            inner.sort_by_key(|c| (c.prefixes.first().copied(), c.id));
            for before in inner {
                let mut now = before.clone();
                now.space = claim.space;
                self.known.insert(now.id, now.clone());
                self.note(record, Some(&before), Some(&now));
            }
        }
    }

    /// True if a claim was declared to lie in another, at any depth: whatever it lies in shares its addresses, so it is known.
    fn lies_in(&self, claim: &Claim, outer: ClaimId) -> bool {
        let mut around = core::iter::successors(claim.parent, |id| self.known.get(id)?.parent);
        around.any(|id| id == outer)
    }

    /// Keeps what happened in the space.
    fn note(&mut self, record: &Record, before: Option<&Claim>, now: Option<&Claim>) {
        let here = |claim: &Claim| claim.space == self.space;
        let is_known = now.is_some_and(|now| self.known.contains_key(&now.id) && here(now));
        if !before.is_some_and(here) && !is_known {
            return;
        }
        self.events.push(Event {
            revision: record.revision,
            base: record.base,
            actor: record.actor.clone(),
            at: record.at,
            word: record.word.clone(),
            changed: match (before, now) {
                (Some(before), Some(now)) => changed(before, now),
                _ => Vec::new(),
            },
            before: before.map(named),
            now: now.map(named),
        });
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
