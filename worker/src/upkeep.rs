//! What a workspace does by itself, when its alarm rings: expiry, snapshots, forgetting kept answers, and the copy in KV.

use plat_domain::command::ExpireDue;
use plat_domain::{Command, Timestamp, decide};
use plat_service::Entry;

use crate::ledger::{Fault, Published, Stamp};
use crate::limits;
use crate::publish::Publication;
use crate::workspace::Workspace;

impl Workspace {
    /// When the alarm is to ring next; none if nothing is to be done by itself. Never before `clock`.
    pub(crate) fn wake_at_ms(&self, clock: Timestamp) -> Option<u64> {
        let expiry = self.state.next_expiry().map(Timestamp::ms);
        // What time has passed already is due at once, though the clock may be behind.
        let expiry = expiry.map(|at_ms| {
            if at_ms <= self.committed_at.ms() {
                clock.ms()
            } else {
                at_ms
            }
        });
        let deletion = self.published.iter().filter_map(|copy| copy.superseded_ms).min();
        let deletion = deletion.map(|at_ms| self.kv_not_before_ms.max(at_ms + limits::SUPERSEDED_MS));
        let wanted = [expiry, self.publish_at_ms(), deletion, self.prune_at_ms];
        wanted
            .into_iter()
            .flatten()
            .min()
            .map(|at_ms| at_ms.max(clock.ms()))
    }

    /// When the last revision is to be published; none if it is.
    fn publish_at_ms(&self) -> Option<u64> {
        let Some(last) = self.published.last() else {
            return Some(self.kv_not_before_ms);
        };
        let every_ms = limits::PUBLISH_EVERY_MS_PER_MIB * (last.len_bytes / (1 << 20) + 1);
        (last.revision < self.state.revision()).then(|| self.kv_not_before_ms.max(last.at_ms + every_ms))
    }

    /// Does what is due within this turn; returns the copy to publish, which takes awaits.
    pub(crate) fn upkeep(&mut self, clock: Timestamp) -> Result<Option<Publication>, Fault> {
        let now = self.now(clock);
        self.expire(now)?;
        if self.tail.is_long(self.state.claim_count(), 1) {
            self.shorten_tail()?;
        }
        if self.prune_at_ms.is_some_and(|at_ms| at_ms <= now.ms()) {
            let oldest = self.ledger.prune_kept(now)?;
            let soonest_ms = now.ms() + limits::PRUNE_EVERY_MS;
            self.prune_at_ms = oldest.map(|at_ms| soonest_ms.max(at_ms + limits::KEPT_MS));
        }
        let due = self.publish_at_ms().is_some_and(|at_ms| at_ms <= clock.ms());
        Ok(due.then(|| Publication::of(&self.state, clock)))
    }

    /// What has ended (reservations, rests, acceptances) is expired as anything else is done: decided, written, then true.
    fn expire(&mut self, now: Timestamp) -> Result<(), Fault> {
        if self.state.next_expiry().is_none_or(|at| at > now) {
            return Ok(());
        }
        let damaged = |what: &dyn std::fmt::Display| Fault::Damaged(format!("expiry: {what}"));
        let context = Self::as_nobody(now).ok_or_else(|| damaged(&"nobody has no name"))?;
        let command = Command::ExpireDue(ExpireDue {});
        let changes = decide(&self.state, &command, &context).map_err(|e| damaged(&e))?;
        if changes.is_empty() {
            return Ok(());
        }
        let next = self.state.clone().commit(&changes).map_err(|e| damaged(&e))?;
        let entry = Entry {
            revision: next.revision(),
            digest: next.digest(),
            changes,
            word: command.word(),
        };
        let actor = context.actor.name;
        self.commit(
            &[entry],
            next,
            &Stamp {
                actor: actor.as_str(),
                at: now,
                base: None,
            },
            None,
            None,
        )
        .map_err(Fault::Host)
    }

    /// Notes that a copy was published: the one before it is superseded.
    pub(crate) fn note_published(&mut self, copy: Published) -> Result<(), Fault> {
        self.ledger.put_published(&copy)?;
        for earlier in &mut self.published {
            earlier.superseded_ms.get_or_insert(copy.at_ms);
        }
        self.published.push(copy);
        Ok(())
    }

    /// Copies that nobody reads any more.
    pub(crate) fn deletable(&self, clock: Timestamp) -> Vec<Published> {
        let old = |at_ms: u64| self.kv_not_before_ms.max(at_ms + limits::SUPERSEDED_MS) <= clock.ms();
        self.published
            .iter()
            .filter(|copy| copy.superseded_ms.is_some_and(old))
            .cloned()
            .collect()
    }

    /// Notes that a copy is gone from KV.
    pub(crate) fn note_deleted(&mut self, revision: u64) -> Result<(), Fault> {
        self.ledger.forget_published(revision)?;
        self.published.retain(|copy| copy.revision != revision);
        Ok(())
    }
}
