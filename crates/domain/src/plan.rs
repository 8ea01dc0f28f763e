//! Plans: commands decided on a stated base, kept with what they change, applied later or elsewhere.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::rejection::Named;
use crate::{
    Change, ChangeSet, Cidr, Claim, ClaimId, ClaimKind, Command, Context, Corrupt, Digest, Name, Rejection,
    State, Timestamp, decide, limits,
};

/// The version of the plan's written form. Version 1 is still read; its digests are of stored forms that are not written
/// any more, so that only what its steps change can be compared.
pub const PLAN_VERSION: u16 = 2;

/// Commands with what they change on a stated base. Serialised, it is the plan file (F36).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Plan {
    /// [`PLAN_VERSION`].
    pub version: u16,
    /// What it is called.
    pub name: Name,
    /// The revision it was decided on.
    pub base_revision: u64,
    /// The digest of that revision.
    pub base_digest: Digest,
    /// The time it takes for granted.
    pub as_of: Timestamp,
    /// What is asked, in order, each with what it changes.
    pub steps: Vec<PlanStep>,
    /// The digest after the last step: what the edge reports when the plan is applied on its base.
    pub digest: Digest,
}

/// One command of a plan and what it changes: one revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlanStep {
    /// What is asked.
    pub command: Command,
    /// What it changes.
    pub changes: ChangeSet,
    /// What it removes, as it was in the plan, in the order of `changes`: the facts name only identities, and what has an
    /// identity later may be something else. Left out where nothing is removed, and by version 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<Claim>,
    /// The time that it takes for granted, where that is not the plan's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

impl PlanStep {
    /// What was decided on a state.
    pub(crate) fn decided(
        before: &State,
        command: Command,
        changes: ChangeSet,
        at: Option<Timestamp>,
    ) -> Self {
        let gone = |change: &Change| match change {
            Change::ClaimRemoved(id) => before.claim(*id).cloned(),
            _ => None,
        };
        Self {
            removed: changes.changes.iter().filter_map(gone).collect(),
            command,
            changes,
            at,
        }
    }

    fn removes(&self) -> impl Iterator<Item = ClaimId> {
        self.changes.changes.iter().filter_map(|change| match change {
            Change::ClaimRemoved(id) => Some(*id),
            _ => None,
        })
    }
}

/// A plan decided again at a newer head.
#[derive(Clone, Debug)]
pub struct Rebased {
    /// The same commands on the new base, with what they change there.
    pub plan: Plan,
    /// The state after the last step.
    pub state: State,
    /// What is different from the plan as it was; empty where every step changes the same.
    pub moved: Vec<Moved>,
}

/// A claim that a rebase would put elsewhere, or that would differ otherwise.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Moved {
    /// Which step, from 0.
    pub step: u64,
    /// The claim.
    pub claim: ClaimId,
    /// Its name, or its prefix as planned.
    pub label: String,
    /// Its prefixes in the plan; empty if the plan did not have it.
    pub before: Vec<Cidr>,
    /// Its prefixes now; empty if it is not there any more.
    pub now: Vec<Cidr>,
    /// What has the planned prefixes now.
    pub because: Vec<Named>,
}

/// Why a plan cannot be decided at this head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanError {
    /// A command is refused there.
    Refused {
        /// Which step, from 0.
        step: usize,
        /// Why.
        rejection: Box<Rejection>,
    },
    /// The plan's version is not one that this engine reads.
    Version(u16),
    /// What a step changes cannot follow on the state.
    Corrupt(Corrupt),
}

impl From<Corrupt> for PlanError {
    fn from(e: Corrupt) -> Self {
        Self::Corrupt(e)
    }
}

impl Plan {
    /// Decides commands one after the other on a state, without changing it.
    ///
    /// # Errors
    /// [`PlanError`] at the first command that is refused.
    pub fn simulate(
        base: &State,
        name: Name,
        commands: Vec<Command>,
        context: &Context,
    ) -> Result<(Self, State), PlanError> {
        if commands.len() > limits::COMMANDS_PER_BATCH {
            let rejection = Rejection::limit("commands in a plan", limits::COMMANDS_PER_BATCH);
            return Err(PlanError::Refused {
                step: limits::COMMANDS_PER_BATCH,
                rejection: Box::new(rejection),
            });
        }
        let mut head = base.clone();
        let mut steps = Vec::with_capacity(commands.len());
        for (step, command) in commands.into_iter().enumerate() {
            let changes = decide(&head, &command, context).map_err(|rejection| PlanError::Refused {
                step,
                rejection: Box::new(rejection),
            })?;
            let after = if changes.is_empty() {
                head.clone()
            } else {
                head.clone().commit(&changes)?
            };
            steps.push(PlanStep::decided(&head, command, changes, None));
            head = after;
        }
        let plan = Self {
            version: PLAN_VERSION,
            name,
            base_revision: base.revision(),
            base_digest: base.digest(),
            as_of: context.now,
            steps,
            digest: head.digest(),
        };
        Ok((plan, head))
    }

    /// Decides the plan's commands again at `head` and says what differs. Chosen prefixes never move: a command that
    /// names them is refused where they are taken.
    ///
    /// # Errors
    /// [`PlanError`] where a command is refused at this head.
    pub fn rebase(&self, head: &State, context: &Context) -> Result<Rebased, PlanError> {
        if !(1..=PLAN_VERSION).contains(&self.version) {
            return Err(PlanError::Version(self.version));
        }
        let commands = self.steps.iter().map(|s| s.command.clone()).collect();
        let (plan, state) = Self::simulate(head, self.name.clone(), commands, context)?;
        let goals = self.goals();
        // Version 1 does not say what it removes: where nothing has changed since, it is what is there.
        let silent = self.version == 1 && head.digest() == self.base_digest;
        let steps = self.steps.iter().zip(&plan.steps).enumerate();
        let moved = steps
            .filter(|(_, (old, new))| !is_done(old, new, &goals, &state))
            .flat_map(|(i, (old, new))| {
                let removed = if silent { &new.removed } else { &old.removed };
                differences(i as u64, (old, removed), new, &state)
            })
            .collect();
        Ok(Rebased { plan, state, moved })
    }

    /// Whether the steps, decided on the plan's own base at the times that the plan states, give the digest that it states:
    /// false for a plan that was changed after it was simulated.
    #[must_use]
    pub fn is_genuine(&self, base: &State, context: &Context) -> bool {
        let mut head = base.clone();
        for step in &self.steps {
            let context = Context {
                actor: context.actor.clone(),
                now: step.at.unwrap_or(self.as_of),
            };
            let Ok(changes) = decide(&head, &step.command, &context) else {
                return false;
            };
            let decided = PlanStep::decided(&head, step.command.clone(), changes, step.at);
            if self.version == PLAN_VERSION && decided.removed != step.removed {
                return false;
            }
            let changes = decided.changes;
            if changes.is_empty() {
                continue;
            }
            match head.commit(&changes) {
                Ok(next) => head = next,
                Err(_) => return false,
            }
        }
        // The digests of version 1 are of a form that is not written any more.
        self.version != PLAN_VERSION || head.digest() == self.digest
    }

    /// Each claim that the plan touches, as it is after the last step; none where it is gone.
    fn goals(&self) -> BTreeMap<ClaimId, Option<&Claim>> {
        let mut goals = BTreeMap::new();
        for change in self.steps.iter().flat_map(|s| &s.changes.changes) {
            match change {
                Change::ClaimPut(claim) => drop(goals.insert(claim.id, Some(claim))),
                Change::ClaimRemoved(id) => drop(goals.insert(*id, None)),
                Change::SpacePut(_)
                | Change::SpaceRemoved(_)
                | Change::ResourcePut(_)
                | Change::ResourceRemoved(_)
                | Change::ConflictAccepted(_)
                | Change::AcceptanceEnded(_) => {}
            }
        }
        goals
    }
}

/// True for a step that has nothing left to do because what it planned is so already: the plan was applied before, or
/// someone did the same. That is a retry, and no difference to ask about.
fn is_done(old: &PlanStep, new: &PlanStep, goals: &BTreeMap<ClaimId, Option<&Claim>>, after: &State) -> bool {
    let as_planned = |id: &ClaimId| match (goals.get(id).copied().flatten(), after.claim(*id)) {
        (Some(goal), Some(now)) => goal == now || (rests(goal) && same_claim_but_for_time(goal, now)),
        // What was to rest has rested.
        (goal, None) => goal.is_none_or(rests),
        (None, Some(_)) => false,
    };
    new.changes.is_empty()
        && old.changes.changes.iter().all(|change| match change {
            Change::SpacePut(space) => after.space(space.id) == Some(space),
            Change::SpaceRemoved(id) => after.space(*id).is_none(),
            Change::ResourcePut(resource) => after.resource(resource.id) == Some(resource),
            Change::ResourceRemoved(id) => after.resource(*id).is_none(),
            Change::ClaimPut(claim) => as_planned(&claim.id),
            Change::ClaimRemoved(id) => as_planned(id),
            Change::ConflictAccepted(acceptance) => after.acceptance(acceptance.pair) == Some(acceptance),
            Change::AcceptanceEnded(pair) => after.acceptance(*pair).is_none(),
        })
}

const fn rests(claim: &Claim) -> bool {
    matches!(claim.kind, ClaimKind::Cooling { .. })
}

/// True if two claims differ at most in until when they rest, as what a plan releases rests from when it is applied, and in
/// the fingerprint of the request, whose form may be another version's.
fn same_claim_but_for_time(old: &Claim, new: &Claim) -> bool {
    let kind = if rests(old) && rests(new) {
        &old.kind
    } else {
        &new.kind
    };
    old == new
        || *old
            == Claim {
                kind: kind.clone(),
                request: old.request,
                ..new.clone()
            }
}

fn same_but_for_time(old: &ChangeSet, new: &ChangeSet) -> bool {
    old.changes.len() == new.changes.len()
        && old.changes.iter().zip(&new.changes).all(|pair| match pair {
            (Change::ClaimPut(old), Change::ClaimPut(new)) => same_claim_but_for_time(old, new),
            (old, new) => old == new,
        })
}

fn puts(set: &ChangeSet) -> impl Iterator<Item = &Claim> {
    set.changes.iter().filter_map(|c| {
        if let Change::ClaimPut(claim) = c {
            Some(claim)
        } else {
            None
        }
    })
}

fn prefixes(claim: Option<&Claim>) -> Vec<Cidr> {
    claim.map(|c| c.prefixes.clone()).unwrap_or_default()
}

fn same_removed(old: &[Claim], new: &[Claim]) -> bool {
    old.len() == new.len()
        && old
            .iter()
            .zip(new)
            .all(|(old, new)| same_claim_but_for_time(old, new))
}

/// What a step does otherwise than was planned, `removed` being what the plan had it take away.
fn differences(
    step: u64,
    (old, removed): (&PlanStep, &[Claim]),
    new: &PlanStep,
    after: &State,
) -> Vec<Moved> {
    let planned: BTreeMap<ClaimId, &Claim> = removed.iter().map(|c| (c.id, c)).collect();
    let goes: BTreeSet<ClaimId> = new.removes().collect();
    if same_but_for_time(&old.changes, &new.changes) && same_removed(removed, &new.removed) {
        return Vec::new();
    }
    let mut found = Vec::new();
    for before in puts(&old.changes) {
        // A step that finds its claim there already leaves it where it is.
        let there = || after.claim(before.id).filter(|_| new.changes.is_empty());
        let now = puts(&new.changes).find(|c| c.id == before.id).or_else(there);
        if now.is_some_and(|now| same_claim_but_for_time(before, now)) {
            continue;
        }
        let because = after
            .intersecting(before)
            .into_iter()
            .filter_map(|s| after.at(s))
            .filter(|c| c.id != before.id);
        found.push(Moved {
            step,
            claim: before.id,
            label: before.label(),
            before: before.prefixes.clone(),
            now: now.map(|c| c.prefixes.clone()).unwrap_or_default(),
            because: because
                .filter_map(|c| Named::of(after, c.id))
                .take(limits::BLOCKERS_NAMED)
                .collect(),
        });
    }
    for now in puts(&new.changes).filter(|n| !puts(&old.changes).any(|b| b.id == n.id)) {
        found.push(Moved {
            step,
            claim: now.id,
            label: now.label(),
            before: Vec::new(),
            now: now.prefixes.clone(),
            because: Vec::new(),
        });
    }
    for id in old.removes().filter(|id| !goes.contains(id)) {
        // It is gone already, or stays.
        let (was, now) = (planned.get(&id).copied(), after.claim(id));
        found.push(Moved {
            step,
            claim: id,
            label: was.or(now).map_or_else(|| id.to_string(), Claim::label),
            before: prefixes(was),
            now: prefixes(now),
            because: Vec::new(),
        });
    }
    for now in &new.removed {
        // It would take away what the plan did not, or not as it is now.
        let was = planned.get(&now.id).copied();
        if was.is_some_and(|was| same_claim_but_for_time(was, now)) {
            continue;
        }
        found.push(Moved {
            step,
            claim: now.id,
            label: now.label(),
            before: prefixes(was),
            now: now.prefixes.clone(),
            because: Vec::new(),
        });
    }
    if found.is_empty() {
        // Only spaces or resources differ: still a difference that the caller must see.
        found.push(Moved {
            step,
            claim: ClaimId::from_bytes([0; 16]),
            label: new.command.word().to_owned(),
            before: Vec::new(),
            now: Vec::new(),
            because: Vec::new(),
        });
    }
    found
}
