//! What the planner's page and its engine say to each other.
//!
//! The page posts an [`Ask`] as JSON text; the engine posts a [`Tell`] as JSON text, except for a map, which it posts as
//! `{ id, revision, columns: Uint32Array }` with the array transferred. The engine owns the state; the page asks for
//! the rows and pixels it shows.
//!
//! - Questions are answered in order, except that a read (`Read`, `Preview`, `Map`, `Diff`, `Plan`, `Standing`) does not
//!   wait for an edge that takes its time over the question before it, and that nothing waits for an edge's `History`.
//! - [`Tell::Status`] comes *before* the answer to the question that caused it, so that whoever hears the answer knows
//!   the status. A question that answers [`Status`] causes no other.
//! - Only one page at a time writes. Where the work is open in another tab, [`Saving::Elsewhere`] says so, reads are
//!   answered, and whatever would change the work is refused with `/problems/open-elsewhere` (409), until the other
//!   tab closes: then the work is read again and a [`Tell::Status`] says that it is saved.
//! - What could not be read when the work was opened is put aside in the database, untouched; [`Saving::Damaged`]
//!   says what, until something is saved.
//! - A trap reaches the page as the Web Worker's `error` event, whether it happened in a message or in between. What was
//!   answered is saved: start another engine and ask [`Question::Open`].
//! - A Web Worker cannot ask that the browser keep the database for good: the page calls `navigator.storage.persist()`
//!   once, after the first change.

use plat_api::{Applied, Committed, Problem, Request};
use plat_domain::query::Compliance;
use plat_domain::{Cidr, Digest, Family, Moved, Name, SpaceId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A question with the number that its answer carries.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ask {
    /// Chosen by the page; each once.
    pub id: u64,
    /// The question.
    pub question: Question,
}

/// Which state a question is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum View {
    /// With every step of the current draft.
    #[default]
    Draft,
    /// The base of the draft: the workspace as it was last read.
    Base,
}

/// What the page can ask of the engine.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Question {
    /// Restore the saved work. Answers [`Status`].
    Open,
    /// A read. Answers what `plat_api` says for it.
    Read {
        /// What is asked.
        request: Request,
        /// Of which state.
        view: View,
    },
    /// What a change would do. Answers [`Committed`] with its diff.
    Preview {
        /// The change.
        request: Request,
    },
    /// Add a change to the draft; answered once it is saved. Answers [`Committed`].
    Add {
        /// The change.
        request: Request,
    },
    /// The blocks to draw. Answers the map columns.
    Map {
        /// The space, by id.
        space: String,
        /// Address family.
        family: Family,
        /// First address shown, as a decimal string.
        first: String,
        /// Last address shown, inclusive, as a decimal string.
        last: String,
        /// Columns in pixels.
        width_px: u32,
    },
    /// What happened to a prefix and in it, oldest first: [`View::Draft`] what the draft's steps did, [`View::Base`] what
    /// the edge's journal says (nothing on this machine's own workspace). Answers [`plat_api::HistoryPage`].
    History {
        /// The space.
        space: SpaceId,
        /// The prefix.
        cidr: Cidr,
        /// Of the edge or of the draft.
        view: View,
        /// Events of the pages before.
        skip: u64,
    },
    /// How many claims of a space stand how to the rules. Answers [`Standing`].
    Standing {
        /// The space.
        space: SpaceId,
    },
    /// Take back the last step. Answers [`Status`].
    Undo,
    /// Do again the step last taken back. Answers [`Status`].
    Redo,
    /// The draft's net effect on its base. Answers `plat_domain::Diff`.
    Diff,
    /// The draft's commands with what they change. Answers `plat_domain::Plan`.
    Plan,
    /// Take the steps of a plan file as a new draft, on this base. Answers [`Rebase`].
    OpenPlan {
        /// The plan as JSON.
        plan: Value,
    },
    /// Start an empty draft and make it the current one. Answers [`Status`].
    NewDraft {
        /// What it is called.
        name: Name,
    },
    /// Make another draft the current one. Answers [`Status`].
    SwitchDraft {
        /// Which.
        draft: String,
    },
    /// Call the current draft something else. Answers [`Status`].
    RenameDraft {
        /// What.
        name: Name,
    },
    /// Give up a draft for good. Answers [`Status`].
    DiscardDraft {
        /// Which.
        draft: String,
    },
    /// Open a workspace at an edge: read its snapshot and make it the base of a draft. Answers [`Status`].
    Connect {
        /// Where; empty for the page's own origin, the only one that the page's policy lets it reach.
        url: String,
        /// The API token. Kept on this machine only.
        token: String,
        /// The workspace; `main` if empty.
        workspace: String,
    },
    /// Go back to the local workspace. Drafts of the edge's stay saved. Answers [`Status`].
    Disconnect,
    /// Ask the edge now whether it has moved. Answers [`Status`].
    Refresh,
    /// The page was hidden or came to the front: the edge is asked every ten seconds only while it is shown, and at
    /// once when it is shown again. Unless told otherwise the engine takes it to be shown. Answers [`Status`].
    Shown {
        /// `document.visibilityState == "visible"`.
        visible: bool,
    },
    /// Decide the draft again on the newest base of the edge. Answers [`Rebase`].
    Rebase {
        /// False to look only; true to make the rebased steps the draft.
        keep: bool,
    },
    /// Apply the draft at the edge. Answers [`Applied`]; the draft is then empty, on the new base. Where claims would be
    /// elsewhere, the edge's `/problems/plan-moved` is passed on with its `moved` and `digest`. Asked again after a
    /// lost answer, it is the same request to the edge and nothing happens twice.
    Apply {
        /// The digest agreed to, where claims moved.
        confirm: Option<Digest>,
    },
}

/// What the engine says.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Tell {
    /// The answer to a question.
    Answer {
        /// The question's number.
        id: u64,
        /// The answer, of the type that the question names.
        value: Value,
    },
    /// The question was refused.
    Refusal {
        /// The question's number.
        id: u64,
        /// Why.
        problem: Problem,
    },
    /// Something about the work or the connection changed, asked for or not.
    Status(Box<Status>),
}

/// The work and the connection, as the shell shows them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Where the base comes from.
    pub source: Source,
    /// Revision of the base.
    pub base_revision: u64,
    /// Digest of the base.
    pub base_digest: Digest,
    /// Revision with the draft's steps.
    pub revision: u64,
    /// Digest with the draft's steps: what the edge reports once the draft is applied on its base.
    pub digest: Digest,
    /// The current draft.
    pub draft: DraftSummary,
    /// All drafts on this source, the current one among them.
    pub drafts: Vec<DraftSummary>,
    /// What undo would take back, as a word of `Command::word`.
    pub undo: Option<String>,
    /// What redo would do again.
    pub redo: Option<String>,
    /// Net effect of the draft, in numbers.
    pub effect: Effect,
    /// Whether the work is safe on this machine.
    pub saving: Saving,
}

/// Where the base of the drafts comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Source {
    /// This machine only: the base is the empty workspace.
    Local,
    /// A workspace at an edge.
    Edge {
        /// Where.
        url: String,
        /// Which.
        workspace: String,
        /// The edge's revision, as last heard.
        head_revision: u64,
        /// Whether it can be reached.
        link: Link,
    },
}

/// Whether the edge can be reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Link {
    /// It answered last time.
    Live,
    /// It did not answer; the work goes on.
    Offline,
    /// It did not accept the token.
    Unauthorized,
}

/// A draft in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DraftSummary {
    /// Identity.
    pub id: String,
    /// What it is called.
    pub name: Name,
    /// Steps done.
    pub steps: u64,
}

/// Net effect in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Effect {
    /// Pools added.
    pub pools_added: u64,
    /// Other claims added.
    pub claims_added: u64,
    /// Claims changed.
    pub changed: u64,
    /// Claims released.
    pub released: u64,
}

/// How many claims of a space stand how to the rules. Pools and what is resting are in none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Standing {
    /// Each status that some claim has, with how many have it.
    pub counts: Vec<(Compliance, u64)>,
}

/// Whether the work is safe on this machine.
#[expect(clippy::enum_variant_names, reason = "it is being saved: that is the word")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Saving {
    /// Everything is in the browser's database.
    Saved,
    /// Being written.
    Saving,
    /// The browser's database does not take it, with what it said: export the plan.
    Failed(String),
    /// It is saved, but part of what was saved could not be read and was put aside, with what.
    Damaged(String),
    /// It is saved, and open in another tab, which alone may write.
    Elsewhere,
}

/// A draft decided again on another base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Rebase {
    /// The new base's revision.
    pub base_revision: u64,
    /// What would be elsewhere; empty where everything stays.
    pub moved: Vec<Moved>,
    /// The digest after the rebased steps.
    pub digest: Digest,
    /// True if the rebased steps are the draft now.
    pub kept: bool,
}

/// Answers to [`Question::Add`] and [`Question::Preview`].
pub type Added = Committed;

/// Answer to [`Question::Apply`].
pub type ApplyAnswer = Applied;
