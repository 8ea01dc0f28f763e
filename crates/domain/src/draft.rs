//! A plan in the making: commands on a base, with undo and redo without limit.

use serde::{Deserialize, Serialize};

use crate::{
    ChangeSet, Command, Context, Corrupt, Digest, Name, Plan, PlanStep, Rejection, State, Timestamp, decide,
    plan,
};

/// Commands decided one after the other on a base state, any of which can be undone from the last backwards.
#[derive(Clone, Debug)]
pub struct Draft {
    name: Name,
    base: State,
    steps: Vec<Step>,
    /// Steps that are done; those after it were undone and can be redone.
    done: usize,
}

#[derive(Clone, Debug)]
struct Step {
    command: Command,
    changes: ChangeSet,
    now: Timestamp,
    after: State,
}

/// A draft as it is saved: restoring decides nothing again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SavedDraft {
    /// [`plan::PLAN_VERSION`].
    pub version: u16,
    /// What it is called.
    pub name: Name,
    /// The digest of the base it belongs to.
    pub base_digest: Digest,
    /// All steps, undone ones last.
    pub steps: Vec<SavedStep>,
    /// How many are done.
    pub done: u64,
}

/// One step of a saved draft.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SavedStep {
    /// What was asked.
    pub command: Command,
    /// What it changes.
    pub changes: ChangeSet,
    /// When.
    pub now: Timestamp,
}

impl Draft {
    /// An empty draft on a base.
    #[must_use]
    pub fn new(name: Name, base: State) -> Self {
        Self {
            name,
            base,
            steps: Vec::new(),
            done: 0,
        }
    }

    /// The state with every done step.
    #[must_use]
    pub fn head(&self) -> &State {
        match self.done.checked_sub(1).and_then(|i| self.steps.get(i)) {
            Some(step) => &step.after,
            None => &self.base,
        }
    }

    /// The state it started from.
    #[must_use]
    pub fn base(&self) -> &State {
        &self.base
    }

    /// What it is called.
    #[must_use]
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Calls it something else.
    pub fn rename(&mut self, name: Name) {
        self.name = name;
    }

    /// Decides a command and adds it; steps that were undone are given up. True if it changes something.
    ///
    /// # Errors
    /// The [`Rejection`]; the draft is as before.
    pub fn add(&mut self, command: Command, context: &Context) -> Result<bool, Rejection> {
        let changes = decide(self.head(), &command, context)?;
        if changes.is_empty() {
            return Ok(false);
        }
        let after = self
            .head()
            .clone()
            .commit(&changes)
            .map_err(|e| Rejection::invalid("command", e))?;
        self.steps.truncate(self.done);
        self.steps.push(Step {
            command,
            changes,
            now: context.now,
            after,
        });
        self.done = self.steps.len();
        Ok(true)
    }

    /// Takes back the last done step. The command taken back, if there was one.
    pub fn undo(&mut self) -> Option<&Command> {
        self.done = self.done.checked_sub(1)?;
        self.steps.get(self.done).map(|s| &s.command)
    }

    /// Does again the step last undone. The command, if there was one.
    pub fn redo(&mut self) -> Option<&Command> {
        let step = self.steps.get(self.done)?;
        self.done += 1;
        Some(&step.command)
    }

    /// How many steps are done.
    #[must_use]
    pub fn done(&self) -> usize {
        self.done
    }

    /// How many steps can be redone.
    #[must_use]
    pub fn undone(&self) -> usize {
        self.steps.len() - self.done
    }

    /// The done commands, first to last.
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        self.steps[..self.done].iter().map(|s| &s.command)
    }

    /// The done steps as a plan.
    #[must_use]
    pub fn plan(&self) -> Plan {
        let done = &self.steps[..self.done];
        Plan {
            version: plan::PLAN_VERSION,
            name: self.name.clone(),
            base_revision: self.base.revision(),
            base_digest: self.base.digest(),
            as_of: done.last().map(|s| s.now).unwrap_or_default(),
            steps: done
                .iter()
                .zip(core::iter::once(&self.base).chain(done.iter().map(|s| &s.after)))
                .map(|(s, before)| {
                    let at = Some(s.now).filter(|at| done.last().is_some_and(|last| last.now != *at));
                    PlanStep::decided(before, s.command.clone(), s.changes.clone(), at)
                })
                .collect(),
            digest: self.head().digest(),
        }
    }

    /// All that must be kept to restore it, beside the base.
    #[must_use]
    pub fn save(&self) -> SavedDraft {
        let saved = |s: &Step| SavedStep {
            command: s.command.clone(),
            changes: s.changes.clone(),
            now: s.now,
        };
        SavedDraft {
            version: plan::PLAN_VERSION,
            name: self.name.clone(),
            base_digest: self.base.digest(),
            steps: self.steps.iter().map(saved).collect(),
            done: self.done as u64,
        }
    }

    /// The draft that was saved, on the base it was saved with.
    ///
    /// # Errors
    /// [`Corrupt`] where the base is another, or the steps do not follow on it.
    pub fn restore(base: State, saved: SavedDraft) -> Result<Self, Corrupt> {
        if !(1..=plan::PLAN_VERSION).contains(&saved.version) {
            return Err(Corrupt(format!("draft version {}", saved.version)));
        }
        if saved.base_digest != base.digest() {
            return Err(Corrupt("the draft belongs to another base".into()));
        }
        let mut draft = Self::new(saved.name, base);
        let mut head = draft.base.clone();
        for SavedStep {
            command,
            changes,
            now,
        } in saved.steps
        {
            head = head.commit(&changes)?;
            draft.steps.push(Step {
                command,
                changes,
                now,
                after: head.clone(),
            });
        }
        draft.done = usize::try_from(saved.done)
            .unwrap_or(usize::MAX)
            .min(draft.steps.len());
        Ok(draft)
    }

    /// The same commands on a newer base, as a plan rebased there.
    ///
    /// # Errors
    /// [`Corrupt`] where the rebased steps do not follow on the base.
    pub fn on(base: State, rebased: &Plan) -> Result<Self, Corrupt> {
        let steps = rebased.steps.iter().filter(|s| !s.changes.is_empty());
        let steps: Vec<SavedStep> = steps
            .map(|s| SavedStep {
                command: s.command.clone(),
                changes: s.changes.clone(),
                now: rebased.as_of,
            })
            .collect();
        let saved = SavedDraft {
            version: plan::PLAN_VERSION,
            name: rebased.name.clone(),
            base_digest: base.digest(),
            done: steps.len() as u64,
            steps,
        };
        Self::restore(base, saved)
    }
}
