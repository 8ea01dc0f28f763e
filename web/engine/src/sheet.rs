//! The current draft with what the domain's does not keep: what undo and redo would do, its effect, and what of it is
//! not in the database yet.

use std::collections::BTreeMap;

use plat_api::{Committed, Problem};
use plat_domain::command::ExpireDue;
use plat_domain::{
    Change, ChangeSet, ClaimId, Command, Context, Corrupt, Diff, Draft, Name, PLAN_VERSION, Plan, SavedDraft,
    SavedStep, State, decide, diff,
};
use plat_web_protocol::Effect;

use crate::record::{self, Head, Origin, RECORD_VERSION, Write};
use crate::tally::{Tally, touched};

/// Changes of one command up to which its answer names the claim and is decided as a preview is. Past it (an import),
/// rows would be made for the page to throw away.
const ANSWERED_WHOLE: usize = 1_000;

/// What is known of a step without the domain's draft.
#[derive(Clone, Debug)]
struct Note {
    word: &'static str,
    touched: Box<[ClaimId]>,
}

/// One draft, in use.
#[derive(Clone, Debug)]
pub(crate) struct Sheet {
    id: String,
    origin: Origin,
    made_ms: u64,
    draft: Draft,
    /// One a step, undone ones last.
    notes: Vec<Note>,
    tally: Tally,
    /// Steps that the database does not have, by index.
    unsaved: BTreeMap<u32, Vec<u8>>,
    /// True if the database may have steps past the last.
    excess: bool,
}

/// The index of a step as a key. A draft of more than 2^32 steps does not fit in memory.
fn key(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

impl Sheet {
    /// An empty draft.
    pub(crate) fn new(id: String, origin: Origin, name: Name, base: State, made_ms: u64) -> Self {
        Self {
            id,
            origin,
            made_ms,
            draft: Draft::new(name, base),
            notes: Vec::new(),
            tally: Tally::default(),
            unsaved: BTreeMap::new(),
            excess: false,
        }
    }

    /// The draft that was saved.
    ///
    /// # Errors
    /// [`Corrupt`] where the base or a step is missing, cannot be read, or does not follow on the one before.
    pub(crate) fn restore(head: &Head, base: Option<&[u8]>, steps: &[Vec<u8>]) -> Result<Self, Corrupt> {
        let base = base.ok_or_else(|| Corrupt(format!("the base {} is missing", head.base)))?;
        let base = State::from_snapshot(base)?;
        let total = usize::try_from(head.total).unwrap_or(usize::MAX);
        let steps = steps
            .get(..total)
            .ok_or_else(|| Corrupt(format!("{} of {total} steps are there", steps.len())))?;
        let steps = steps
            .iter()
            .map(|bytes| record::step(bytes))
            .collect::<Result<Vec<_>, _>>()?;
        let saved = SavedDraft {
            version: PLAN_VERSION,
            name: head.name.clone(),
            base_digest: head.base,
            steps,
            done: head.done,
        };
        Self::of(head.id.clone(), head.origin.clone(), head.made_ms, base, saved)
    }

    fn of(id: String, origin: Origin, made_ms: u64, base: State, saved: SavedDraft) -> Result<Self, Corrupt> {
        let note = |s: &SavedStep| Note {
            word: s.command.word(),
            touched: touched(&s.changes),
        };
        let notes = saved.steps.iter().map(note).collect();
        let draft = Draft::restore(base, saved)?;
        let mut sheet = Self {
            id,
            origin,
            made_ms,
            draft,
            notes,
            tally: Tally::default(),
            unsaved: BTreeMap::new(),
            excess: false,
        };
        for note in &sheet.notes[..sheet.draft.done()] {
            sheet
                .tally
                .look_again(sheet.draft.base(), sheet.draft.head(), &note.touched);
        }
        Ok(sheet)
    }

    /// The steps of a plan on the base that it states, all done and none of them saved yet.
    ///
    /// # Errors
    /// [`Corrupt`] where they do not follow on it.
    pub(crate) fn on(
        id: String,
        origin: Origin,
        made_ms: u64,
        base: State,
        plan: &Plan,
    ) -> Result<Self, Corrupt> {
        let steps = plan.steps.iter().filter(|s| !s.changes.is_empty());
        let steps: Vec<SavedStep> = steps
            .map(|s| SavedStep {
                command: s.command.clone(),
                changes: s.changes.clone(),
                now: plan.as_of,
            })
            .collect();
        let mut unsaved = BTreeMap::new();
        for (i, step) in steps.iter().enumerate() {
            unsaved.insert(key(i), record::step_bytes(step));
        }
        let saved = SavedDraft {
            version: PLAN_VERSION,
            name: plan.name.clone(),
            base_digest: base.digest(),
            done: steps.len() as u64,
            steps,
        };
        let mut sheet = Self::of(id, origin, made_ms, base, saved)?;
        sheet.unsaved = unsaved;
        sheet.excess = true;
        Ok(sheet)
    }

    /// This draft with the steps of a rebased plan on another base.
    ///
    /// # Errors
    /// [`Corrupt`] where they do not follow on it.
    pub(crate) fn moved_to(&self, base: State, plan: &Plan) -> Result<Self, Corrupt> {
        let mut sheet = Self::on(self.id.clone(), self.origin.clone(), self.made_ms, base, plan)?;
        sheet.draft.rename(self.draft.name().clone());
        Ok(sheet)
    }

    /// This draft without steps, on another base.
    pub(crate) fn emptied(&self, base: State) -> Self {
        let mut sheet = Self::new(
            self.id.clone(),
            self.origin.clone(),
            self.draft.name().clone(),
            base,
            self.made_ms,
        );
        sheet.excess = true;
        sheet
    }

    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.origin
    }

    pub(crate) fn draft(&self) -> &Draft {
        &self.draft
    }

    pub(crate) fn effect(&self) -> Effect {
        self.tally.effect()
    }

    /// True if nothing was ever added, so that nothing is lost on another base.
    pub(crate) fn is_blank(&self) -> bool {
        self.notes.is_empty()
    }

    /// The word of the step that undo would take back.
    pub(crate) fn undo_word(&self) -> Option<&'static str> {
        self.draft
            .done()
            .checked_sub(1)
            .and_then(|i| self.notes.get(i))
            .map(|n| n.word)
    }

    /// The word of the step that redo would do again.
    pub(crate) fn redo_word(&self) -> Option<&'static str> {
        self.notes.get(self.draft.done()).map(|n| n.word)
    }

    /// Adds a command. Reservations that have ended are expired first, as a step of their own, as every host does.
    ///
    /// # Errors
    /// The [`Problem`] that it is refused with; the draft is as before.
    pub(crate) fn add(&mut self, command: Command, context: &Context) -> Result<Committed, Problem> {
        let is_due = self
            .draft
            .head()
            .next_expiry()
            .is_some_and(|at| at <= context.now);
        if !is_due || matches!(command, Command::ExpireDue(_)) {
            return self.step(command, context);
        }
        // On a copy: where the command is refused, nothing has expired either. O(steps), and rare.
        let mut next = self.clone();
        next.step(Command::ExpireDue(ExpireDue {}), context)?;
        let answer = next.step(command, context)?;
        *self = next;
        Ok(answer)
    }

    fn step(&mut self, command: Command, context: &Context) -> Result<Committed, Problem> {
        let head = self.draft.head().clone();
        let changes = decide(&head, &command, context)?;
        let mut answer = if changes.changes.len() > ANSWERED_WHOLE {
            let released = changes.changes.iter().filter_map(|c| {
                if let Change::ClaimRemoved(id) = c {
                    Some(*id)
                } else {
                    None
                }
            });
            Committed {
                revision: head.revision(),
                digest: head.digest(),
                changed: true,
                claim: None,
                claims: Vec::new(),
                space: None,
                resource: None,
                released: released.collect(),
                diff: None,
            }
        } else {
            plat_service::preview(&head, &command, context)?
        };
        if !changes.is_empty() {
            self.take(command, changes, context)?;
        }
        (answer.revision, answer.digest) = (self.draft.head().revision(), self.draft.head().digest());
        Ok(answer)
    }

    fn take(&mut self, command: Command, changes: ChangeSet, context: &Context) -> Result<(), Problem> {
        let index = self.draft.done();
        let word = command.word();
        let touched = touched(&changes);
        let saved = SavedStep {
            command,
            changes,
            now: context.now,
        };
        let bytes = record::step_bytes(&saved);
        self.draft.add(saved.command, context)?;
        self.excess |= self.notes.len() > index;
        self.notes.truncate(index);
        drop(self.unsaved.split_off(&key(index)));
        self.unsaved.insert(key(index), bytes);
        self.tally
            .look_again(self.draft.base(), self.draft.head(), &touched);
        self.notes.push(Note { word, touched });
        Ok(())
    }

    /// Takes back the last step; false if there is none.
    pub(crate) fn undo(&mut self) -> bool {
        let undone = self.draft.undo().is_some();
        self.look_again_at(self.draft.done(), undone)
    }

    /// Does again the step last taken back; false if there is none.
    pub(crate) fn redo(&mut self) -> bool {
        let done = self.draft.redo().is_some();
        self.look_again_at(self.draft.done().wrapping_sub(1), done)
    }

    fn look_again_at(&mut self, index: usize, happened: bool) -> bool {
        if let Some(note) = self.notes.get(index).filter(|_| happened) {
            self.tally
                .look_again(self.draft.base(), self.draft.head(), &note.touched);
        }
        happened
    }

    pub(crate) fn rename(&mut self, name: Name) {
        self.draft.rename(name);
    }

    /// The net effect, claim by claim.
    pub(crate) fn diff(&self) -> Diff {
        let plan = self.draft.plan();
        diff(
            self.draft.base(),
            self.draft.head(),
            plan.steps.iter().map(|s| &s.changes),
        )
    }

    /// What the database keeps of it beside base and steps.
    pub(crate) fn head(&self) -> Head {
        Head {
            version: RECORD_VERSION,
            id: self.id.clone(),
            origin: self.origin.clone(),
            name: self.draft.name().clone(),
            base: self.draft.base().digest(),
            done: self.draft.done() as u64,
            total: self.notes.len() as u64,
            made_ms: self.made_ms,
        }
    }

    /// What the database lacks. It stays unsaved until [`Sheet::saved`] says that it was taken.
    pub(crate) fn writes(&self) -> Vec<Write> {
        let mut writes = Vec::with_capacity(self.unsaved.len() + 2);
        if self.excess {
            let from = self
                .unsaved
                .keys()
                .next()
                .copied()
                .unwrap_or(key(self.notes.len()));
            writes.push(Write::RemoveSteps(self.id.clone(), from));
        }
        writes.extend(
            self.unsaved
                .iter()
                .map(|(i, bytes)| Write::Step(self.id.clone(), *i, bytes.clone())),
        );
        writes.push(Write::Head(self.head()));
        writes
    }

    /// True if the database lacks a step, or has one too many.
    pub(crate) fn is_unsaved(&self) -> bool {
        self.excess || !self.unsaved.is_empty()
    }

    /// The database has taken what [`Sheet::writes`] said.
    pub(crate) fn saved(&mut self) {
        self.unsaved.clear();
        self.excess = false;
    }
}
