//! The work: where its base comes from, the drafts on it, and the one that is open. Pure: it says what to write
//! ([`Write`]) and what to load, and does neither.

use std::collections::BTreeMap;

use plat_api::Problem;
use plat_domain::{Actor, Context, Name, Plan, Role, State, Timestamp, decide};
use plat_web_protocol::{DraftSummary, Link, Saving, Source, Status};

use crate::record::{self, DESK_KEY, EdgeRecord, Head, Origin, RECORD_VERSION, Settings, Write};
use crate::sheet::Sheet;

/// What a draft is called until someone says otherwise.
const FIRST_NAME: &str = "Draft";

/// The actor of a draft: what the edge checks is the token, here everything may be tried.
const ACTOR: &str = "planner";

/// Says a fault of this program, which a test excludes, without a panic.
fn fault(error: impl std::fmt::Display) -> Problem {
    Problem::new("fault", 500, error.to_string())
}

/// Who asks and when, for a draft.
///
/// # Errors
/// Never: the name is a valid one.
pub(crate) fn context_at(now_ms: u64) -> Result<Context, Problem> {
    let name = Name::new(ACTOR).map_err(fault)?;
    Ok(Context {
        actor: Actor {
            name,
            role: Role::Owner,
        },
        now: Timestamp::from_ms(now_ms),
    })
}

/// The base of the local workspace, the same as every edge's first revision.
///
/// # Errors
/// Never: the rules accept their own beginning.
pub(crate) fn genesis() -> Result<State, Problem> {
    let state = State::new();
    let Some(command) = plat_service::genesis() else {
        return Ok(state);
    };
    let changes = decide(&state, &command, &context_at(0)?)?;
    Ok(state.commit(&changes)?)
}

/// Identity and time for something new.
#[derive(Clone, Debug)]
pub(crate) struct Fresh {
    pub(crate) id: String,
    pub(crate) now_ms: u64,
}

/// Records as the database gave them: `(key, text)`, without text where the record is not one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stored {
    pub(crate) settings: Vec<(String, Option<String>)>,
    pub(crate) drafts: Vec<(String, Option<String>)>,
}

fn choice(settings: &Settings, heads: &BTreeMap<String, Head>, origin: &Origin) -> Option<Head> {
    let was = settings
        .drafts
        .get(origin)
        .and_then(|id| heads.get(id))
        .filter(|head| head.origin == *origin);
    let newest = || {
        heads
            .values()
            .filter(|head| head.origin == *origin)
            .max_by_key(|head| head.made_ms)
    };
    was.or_else(newest).cloned()
}

/// Everything but the open draft: what [`Desk`] is made from.
#[derive(Clone, Debug)]
pub(crate) struct Shelf {
    settings: Settings,
    edges: BTreeMap<Origin, EdgeRecord>,
    heads: BTreeMap<String, Head>,
    /// What could not be read, for people.
    pub(crate) damage: Vec<String>,
}

impl Shelf {
    /// Sorts what was stored into what can be used, and what is put aside.
    pub(crate) fn read(stored: &Stored) -> (Self, Vec<Write>) {
        let mut shelf = Self {
            settings: Settings {
                version: RECORD_VERSION,
                origin: Origin::local(),
                drafts: BTreeMap::new(),
            },
            edges: BTreeMap::new(),
            heads: BTreeMap::new(),
            damage: Vec::new(),
        };
        let mut aside = Vec::new();
        for (key, text) in &stored.drafts {
            match text.as_deref().map(record::read::<Head>) {
                Some(Ok(head)) if head.id == *key => drop(shelf.heads.insert(key.clone(), head)),
                Some(Ok(_)) | Some(Err(_)) | None => {
                    shelf
                        .damage
                        .push(format!("a draft ({key}) cannot be read and was put aside"));
                    aside.push(Write::SetAsideDraft(key.clone()));
                }
            }
        }
        for (key, text) in &stored.settings {
            let text = text.as_deref().unwrap_or_default();
            let read = if key == DESK_KEY {
                record::read::<Settings>(text).map(|settings| shelf.settings = settings)
            } else {
                record::read::<EdgeRecord>(text).map(|edge| {
                    shelf.edges.insert(Origin::edge(&edge.url, &edge.workspace), edge);
                })
            };
            if read.is_err() {
                shelf
                    .damage
                    .push(format!("a setting ({key}) cannot be read and was put aside"));
                aside.push(Write::SetAsideSetting(key.clone()));
            }
        }
        if !shelf.settings.origin.is_local() && !shelf.edges.contains_key(&shelf.settings.origin) {
            shelf.settings.origin = Origin::local();
        }
        (shelf, aside)
    }

    /// The draft to open on an origin: the one that was, else the newest.
    pub(crate) fn choice(&self, origin: &Origin) -> Option<Head> {
        choice(&self.settings, &self.heads, origin)
    }

    pub(crate) fn origin(&self) -> &Origin {
        &self.settings.origin
    }

    /// Gives up on a draft that cannot be restored: it is put aside, as it is.
    pub(crate) fn give_up(&mut self, head: &Head, why: &impl std::fmt::Display) -> Write {
        self.heads.remove(&head.id);
        self.damage.push(format!(
            "the draft `{}` cannot be restored ({why}) and was put aside",
            head.name
        ));
        Write::SetAsideDraft(head.id.clone())
    }

    /// Opens the local workspace instead of an edge whose drafts cannot be restored.
    pub(crate) fn fall_back(&mut self) {
        self.settings.origin = Origin::local();
    }

    /// The work with this draft open.
    pub(crate) fn open(self, sheet: Sheet) -> Desk {
        let Self {
            settings,
            edges,
            heads,
            damage: _,
        } = self;
        Desk {
            settings,
            edges,
            heads,
            sheet,
            link: Link::Offline,
            base_unsaved: false,
        }
    }
}

/// The work with one draft open.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    settings: Settings,
    edges: BTreeMap<Origin, EdgeRecord>,
    /// Of every origin, the open draft's as it was last written.
    heads: BTreeMap<String, Head>,
    pub(crate) sheet: Sheet,
    pub(crate) link: Link,
    /// True if the database was not known to have the base when it was last written.
    base_unsaved: bool,
}

impl Desk {
    /// An empty draft on a base.
    ///
    /// # Errors
    /// Never: the name is a valid one.
    pub(crate) fn first_sheet(origin: Origin, base: State, fresh: Fresh) -> Result<Sheet, Problem> {
        let name = Name::new(FIRST_NAME).map_err(fault)?;
        Ok(Sheet::new(fresh.id, origin, name, base, fresh.now_ms))
    }

    pub(crate) fn head(&self) -> &State {
        self.sheet.draft().head()
    }

    pub(crate) fn base(&self) -> &State {
        self.sheet.draft().base()
    }

    /// The edge that the base comes from.
    pub(crate) fn edge(&self) -> Option<&EdgeRecord> {
        self.edges.get(&self.settings.origin)
    }

    /// True if the edge is known to be ahead of the base.
    pub(crate) fn is_behind(&self) -> bool {
        self.edge()
            .is_some_and(|edge| edge.head_revision > self.base().revision())
    }

    /// What the database lacks of the open draft: steps and head, its base where no draft had it, and a base less where
    /// none needs it any more. It stays unsaved until [`Desk::saved`].
    pub(crate) fn writes(&mut self) -> Vec<Write> {
        let before = self.heads.get(self.sheet.id()).map(|head| head.base);
        let base = self.base().digest();
        self.base_unsaved |= !self.heads.values().any(|head| head.base == base);
        let mut writes = Vec::new();
        if self.base_unsaved {
            writes.push(Write::Base(base, self.base().to_snapshot()));
        }
        writes.extend(self.sheet.writes());
        self.heads.insert(self.sheet.id().to_owned(), self.sheet.head());
        if let Some(before) = before.filter(|before| !self.heads.values().any(|head| head.base == *before)) {
            writes.push(Write::RemoveBase(before));
        }
        writes
    }

    /// The database has taken what [`Desk::writes`] said.
    pub(crate) fn saved(&mut self) {
        self.base_unsaved = false;
        self.sheet.saved();
    }

    /// True if the database lacks something of the open draft.
    pub(crate) fn is_unsaved(&self) -> bool {
        self.base_unsaved || self.sheet.is_unsaved()
    }

    /// Opens another draft, new or restored; the one that was open stays as it was saved.
    pub(crate) fn put(&mut self, sheet: Sheet) -> Vec<Write> {
        self.settings.origin = sheet.origin().clone();
        self.settings
            .drafts
            .insert(sheet.origin().clone(), sheet.id().to_owned());
        self.sheet = sheet;
        let mut writes = self.writes();
        writes.push(Write::Setting(DESK_KEY.to_owned(), record::text(&self.settings)));
        writes
    }

    /// [`Desk::put`] for the draft that it was opened with, where that is new.
    pub(crate) fn put_first(&mut self) -> Vec<Write> {
        self.put(self.sheet.clone())
    }

    /// The draft with this id, on the current origin.
    ///
    /// # Errors
    /// The [`Problem`] where there is none.
    pub(crate) fn find(&self, id: &str) -> Result<Head, Problem> {
        let found = self
            .heads
            .get(id)
            .filter(|head| head.origin == self.settings.origin);
        found
            .cloned()
            .ok_or_else(|| Problem::new("not-found", 404, format!("no draft `{id}` here")))
    }

    /// The draft to open on an origin: the one that was, else the newest.
    pub(crate) fn choice(&self, origin: &Origin) -> Option<Head> {
        choice(&self.settings, &self.heads, origin)
    }

    /// The draft to open once another is given up: the newest that remains.
    pub(crate) fn next_after(&self, id: &str) -> Option<Head> {
        let on = self
            .heads
            .values()
            .filter(|head| head.origin == self.settings.origin && head.id != id);
        on.max_by_key(|head| head.made_ms).cloned()
    }

    /// Gives up a draft for good. The caller has opened another one if it was the open one.
    pub(crate) fn discard(&mut self, id: &str) -> Vec<Write> {
        let Some(gone) = self.heads.remove(id) else {
            return Vec::new();
        };
        let mut writes = vec![Write::RemoveDraft(gone.id)];
        if !self.heads.values().any(|head| head.base == gone.base) {
            writes.push(Write::RemoveBase(gone.base));
        }
        writes
    }

    /// Gives up on a draft that cannot be restored: it is put aside, as it is.
    pub(crate) fn set_aside(&mut self, id: &str) -> Vec<Write> {
        self.heads.remove(id);
        vec![Write::SetAsideDraft(id.to_owned())]
    }

    /// Notes how to reach an edge.
    pub(crate) fn put_edge(&mut self, edge: EdgeRecord) -> Write {
        let origin = Origin::edge(&edge.url, &edge.workspace);
        let write = Write::Setting(origin.key().to_owned(), record::text(&edge));
        self.edges.insert(origin, edge);
        write
    }

    pub(crate) fn known_edge(&self, origin: &Origin) -> Option<&EdgeRecord> {
        self.edges.get(origin)
    }

    /// Notes the edge's revision.
    pub(crate) fn heard(&mut self, origin: &Origin, head_revision: u64) {
        if let Some(edge) = self.edges.get_mut(origin) {
            edge.head_revision = head_revision;
        }
    }

    /// A plan file's steps decided on the current base, as a new draft.
    ///
    /// # Errors
    /// The [`Problem`] where a step is refused here, or the plan does not give the digest that it states.
    pub(crate) fn open_plan(
        &self,
        plan: &Plan,
        fresh: Fresh,
    ) -> Result<(Sheet, plat_domain::Rebased), Problem> {
        let base = self.base().clone();
        let on_its_base = plan.base_digest == base.digest();
        let mut context = context_at(fresh.now_ms)?;
        if on_its_base {
            // Decided at the time that it states, it gives the digest that it states.
            context.now = plan.as_of;
        }
        let rebased = plan
            .rebase(&base, &context)
            .map_err(|e| Problem::plan_error(&e))?;
        // Nothing can have moved on the very base that it was simulated on.
        if on_its_base && rebased.plan.digest != plan.digest {
            let detail = "the plan's steps do not give the digest that it states: it was changed after it was simulated";
            return Err(Problem::new("plan-altered", 422, detail).with("digest", rebased.plan.digest));
        }
        let sheet = Sheet::on(
            fresh.id,
            self.settings.origin.clone(),
            fresh.now_ms,
            base,
            &rebased.plan,
        )?;
        Ok((sheet, rebased))
    }

    /// The work and the connection, as the shell shows them.
    pub(crate) fn status(&self, saving: Saving) -> Status {
        let source = match self.edge() {
            None => Source::Local,
            Some(edge) => Source::Edge {
                url: edge.url.clone(),
                workspace: edge.workspace.clone(),
                head_revision: edge.head_revision.max(self.base().revision()),
                link: self.link.clone(),
            },
        };
        let summary = |head: &Head| DraftSummary {
            id: head.id.clone(),
            name: head.name.clone(),
            steps: head.done,
        };
        let open = self.sheet.head();
        // In the order in which they were made: their ids are.
        let heads = self
            .heads
            .values()
            .filter(|head| head.origin == self.settings.origin);
        Status {
            source,
            base_revision: self.base().revision(),
            base_digest: self.base().digest(),
            revision: self.head().revision(),
            digest: self.head().digest(),
            draft: summary(&open),
            drafts: heads
                .map(|head| summary(if head.id == open.id { &open } else { head }))
                .collect(),
            undo: self.sheet.undo_word().map(str::to_owned),
            redo: self.sheet.redo_word().map(str::to_owned),
            effect: self.sheet.effect(),
            saving,
        }
    }
}
