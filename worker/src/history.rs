//! What happened to a prefix, and in it: the journal, followed from its beginning to the page that is asked for.

use plat_api::{HistoryPage, PAGE_DEFAULT, PAGE_MAX, Problem, Reference};
use plat_domain::query::{History, Record};
use plat_domain::{Change, ChangeSet, Cidr, Name, Rejection, SpaceId};
use plat_service::DEFAULT_SPACE;

use crate::http::Answer;
use crate::ledger::{Fault, Line};
use crate::routes::{Parameters, unreadable};
use crate::workspace::Workspace;
use crate::{limits, sql};

/// A page of a history.
struct Asked {
    cidr: Cidr,
    space: SpaceId,
    skip: usize,
    limit: usize,
}

impl Workspace {
    /// Answers from the journal. What is kept meanwhile is bounded by where the page ends, not by the journal's length.
    pub(crate) fn history(&self, parameters: &Parameters) -> Result<Result<Answer, Problem>, Fault> {
        let asked = match self.asked(parameters) {
            Ok(asked) => asked,
            Err(problem) => return Ok(Err(problem)),
        };
        let mut history = History::of(asked.space, asked.cidr);
        // A space that is gone has a history; one that never was has none.
        let mut existed = self.state.space(asked.space).is_some();
        let end = asked.skip + asked.limit;
        'journal: for line in self.ledger.lines(0, sql::NUMBER_MAX)? {
            let mut record = record(line?)?;
            let changes = std::mem::take(&mut record.changes.changes);
            for piece in changes.chunks(limits::HISTORY_CHANGES) {
                existed |= piece
                    .iter()
                    .any(|change| matches!(change, Change::SpacePut(space) if space.id == asked.space));
                record.changes = ChangeSet {
                    changes: piece.to_vec(),
                };
                history.see(&record);
                if history.events().len() > end {
                    break 'journal;
                }
            }
        }
        if !existed {
            return Ok(Err(no_such_space(&asked.space.to_string())));
        }
        let events = history.events();
        let more = events.len() > end;
        let page = HistoryPage {
            revision: self.state.revision(),
            events: events
                .iter()
                .skip(asked.skip)
                .take(asked.limit)
                .cloned()
                .collect(),
            next: more.then_some(end as u64),
        };
        let body = serde_json::to_value(&page).map_err(|e| worker::Error::from(e.to_string()))?;
        Ok(Ok(Answer::json(200, &body, Some(page.revision))))
    }

    fn asked(&self, parameters: &Parameters) -> Result<Asked, Problem> {
        let cidr = parameters.cidr("cidr")?;
        let cidr = cidr.ok_or_else(|| unreadable("cidr", "give a prefix, as in 10.0.0.0/16"))?;
        let limit = parameters.number("limit")?.unwrap_or(PAGE_DEFAULT);
        if !(1..=PAGE_MAX).contains(&limit) {
            return Err(unreadable("limit", &format!("give 1 to {PAGE_MAX}")));
        }
        let skip = parameters.number("skip")?.unwrap_or(0);
        if skip > limits::HISTORY_EVENTS {
            return Err(Problem::from(Rejection::LimitExceeded {
                limit: "events to skip: ask for a smaller prefix".to_owned(),
                max: limits::HISTORY_EVENTS as u64,
            }));
        }
        Ok(Asked {
            cidr,
            space: self.space_meant(parameters.reference("space"))?,
            skip,
            limit,
        })
    }

    /// By id, whether it is there or not, by name, or the default one.
    fn space_meant(&self, reference: Option<Reference>) -> Result<SpaceId, Problem> {
        let named = |name: &str| {
            let name = Name::new(name).ok()?;
            self.state.space_named(&name).map(|space| space.id)
        };
        match reference {
            None => named(DEFAULT_SPACE)
                .or_else(|| self.state.spaces().next().map(|space| space.id))
                .ok_or_else(|| no_such_space(DEFAULT_SPACE)),
            Some(Reference(text)) => text
                .parse()
                .ok()
                .or_else(|| named(&text))
                .ok_or_else(|| no_such_space(&text)),
        }
    }
}

fn no_such_space(id: &str) -> Problem {
    Problem::from(Rejection::NotFound {
        what: "space".to_owned(),
        id: id.chars().take(128).collect(),
    })
}

fn record(line: Line) -> Result<Record, Fault> {
    let actor = Name::new(&line.actor)
        .map_err(|e| Fault::Damaged(format!("the actor of revision {}: {e}", line.revision)))?;
    Ok(Record {
        revision: line.revision,
        base: line.base,
        actor,
        at: line.at,
        word: line.word,
        changes: line.changes,
    })
}
