//! The service in this process, over a state in memory, with every invariant checked after every step.

use anyhow::{Context as _, Result, bail, ensure};
use plat_api::{HistoryPage, Reference, Request};
use plat_domain::check::check;
use plat_domain::query::{History, Record};
use plat_domain::{Actor, Cidr, Context, Name, Role, State, Timestamp, decide};
use plat_service::{Call, DEFAULT_SPACE, genesis, handle};

use super::{Answer, Host};

/// A workspace in memory.
#[derive(Default)]
pub struct Native {
    state: State,
    journal: Vec<Record>,
}

impl Host for Native {
    fn open(&mut self, _scenario: &str) -> Result<()> {
        let actor = Actor {
            name: Name::new("genesis")?,
            role: Role::Owner,
        };
        let command = genesis().context("no genesis")?;
        let changes = decide(
            &State::new(),
            &command,
            &Context {
                actor,
                now: Timestamp::default(),
            },
        );
        self.journal.clear();
        self.state = State::new().commit(&changes.map_err(|e| anyhow::anyhow!("genesis: {e}"))?)?;
        Ok(())
    }

    fn call(&mut self, request: &Request, context: &Context, base: Option<u64>) -> Result<Answer> {
        // What crosses the wire on other hosts crosses JSON here too.
        let request: Request = serde_json::from_str(&serde_json::to_string(request)?)?;
        let is_change = request.is_change();
        let outcome = handle(&self.state, Call { request, base }, context);
        // What has ended is expired whoever asks; nothing else follows from a read.
        let quiet = outcome.entries.iter().all(|entry| entry.word == "expireDue");
        ensure!(is_change || quiet, "a read made a revision");
        let mut replayed = self.state.clone();
        for entry in &outcome.entries {
            ensure!(!entry.changes.is_empty(), "an empty revision");
            replayed = replayed.commit(&entry.changes)?;
            let stored = (replayed.revision(), replayed.digest());
            ensure!(
                stored == (entry.revision, entry.digest),
                "entry {} does not follow on the one before",
                entry.revision
            );
            self.journal.push(Record {
                revision: entry.revision,
                base,
                actor: context.actor.name.clone(),
                at: context.now,
                word: entry.word.to_owned(),
                changes: entry.changes.clone(),
            });
        }
        let next = outcome.next.unwrap_or_else(|| self.state.clone());
        ensure!(
            next.digest() == replayed.digest() && next.content_digest() == replayed.content_digest(),
            "the journal's entries do not give the state that was answered from"
        );
        ensure!(
            outcome.revision == next.revision(),
            "answered revision {}, is at {}",
            outcome.revision,
            next.revision()
        );
        self.state = next;
        let wrong = check(&self.state);
        if !wrong.is_empty() {
            bail!("invariants broken:\n{}", wrong.join("\n"));
        }
        Ok(Answer {
            status: outcome.status,
            body: outcome.body,
            revision: outcome.revision,
        })
    }

    fn keeps_journal(&self) -> bool {
        true
    }

    fn history(&mut self, cidr: Cidr, space: Option<&Reference>, _context: &Context) -> Result<Answer> {
        let named = Name::new(space.map_or(DEFAULT_SPACE, |space| &space.0))?;
        let space = self.state.space_named(&named).context("no such space")?;
        let mut history = History::of(space.id, cidr);
        self.journal.iter().for_each(|record| history.see(record));
        let revision = self.state.revision();
        let page = HistoryPage {
            revision,
            events: history.events().to_vec(),
            next: None,
        };
        Ok(Answer {
            status: 200,
            body: serde_json::to_value(page)?,
            revision,
        })
    }
}
