//! What is kept in the browser's database, and how it is written. Pure: says what to write, writes nothing.
//!
//! Four stores. `bases`: snapshots by digest. `drafts`: a [`Head`] a draft, by its id. `steps`: one record a step, by
//! `[draft, index]`, so that an edit writes one step and one head, however long the draft is. `settings`: [`Settings`]
//! under `desk`, and a [`EdgeRecord`] for each edge under its origin. A fifth, `broken`, takes records that cannot be
//! read, as they are.
//!
//! Every record states its version. Unknown versions and unknown fields are refused, never guessed at: what is refused is
//! put aside as it is.

use std::collections::BTreeMap;

use plat_domain::{Corrupt, Digest, Name, SavedStep};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// The version of the records that are text. Raise it when one of them changes, and keep reading the old.
pub(crate) const RECORD_VERSION: u16 = 1;

/// The version of a step's bytes. They have no names in them: a field more in a command or a fact and they would be misread,
/// so a test pins them. 1 was written before claims, policies and commands had parts that may be left out.
pub(crate) const STEP_VERSION: u16 = 2;

pub(crate) const BASES: &str = "bases";
pub(crate) const DRAFTS: &str = "drafts";
pub(crate) const STEPS: &str = "steps";
pub(crate) const SETTINGS: &str = "settings";
pub(crate) const BROKEN: &str = "broken";
pub(crate) const STORES: [&str; 5] = [BASES, DRAFTS, STEPS, SETTINGS, BROKEN];

/// The key of [`Settings`].
pub(crate) const DESK_KEY: &str = "desk";

/// Where a base comes from, as a key: `local`, or `edge URL WORKSPACE`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Origin(String);

impl Origin {
    pub(crate) fn local() -> Self {
        Self("local".to_owned())
    }

    /// The URL has no slash at its end and no space in it.
    pub(crate) fn edge(url: &str, workspace: &str) -> Self {
        Self(format!("edge {url} {workspace}"))
    }

    pub(crate) fn is_local(&self) -> bool {
        self.0 == "local"
    }

    pub(crate) fn key(&self) -> &str {
        &self.0
    }
}

/// A draft without its steps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Head {
    pub(crate) version: u16,
    pub(crate) id: String,
    pub(crate) origin: Origin,
    pub(crate) name: Name,
    /// The digest of the base that the steps follow on; the key of its snapshot.
    pub(crate) base: Digest,
    /// Steps that are done.
    pub(crate) done: u64,
    /// Steps kept, undone ones last.
    pub(crate) total: u64,
    /// When it was made, for the order of the list.
    pub(crate) made_ms: u64,
}

/// What was open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) version: u16,
    pub(crate) origin: Origin,
    /// The current draft of each origin.
    pub(crate) drafts: BTreeMap<Origin, String>,
}

/// How to reach an edge.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct EdgeRecord {
    pub(crate) version: u16,
    /// Empty for the page's own origin.
    pub(crate) url: String,
    pub(crate) workspace: String,
    pub(crate) token: String,
    /// As last heard.
    pub(crate) head_revision: u64,
}

impl std::fmt::Debug for EdgeRecord {
    /// Without the token, which is never shown and never logged.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "edge {} {} at {}",
            self.url, self.workspace, self.head_revision
        )
    }
}

/// One write. Those of a list happen together or not at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Write {
    /// A base's snapshot.
    Base(Digest, Vec<u8>),
    /// A base that no draft stands on any more.
    RemoveBase(Digest),
    /// A draft's head.
    Head(Head),
    /// A draft, all of it.
    RemoveDraft(String),
    /// A draft's steps from this index on.
    RemoveSteps(String, u32),
    /// One step.
    Step(String, u32, Vec<u8>),
    /// A record of the settings.
    Setting(String, String),
    /// Put aside what cannot be read: a draft with its steps.
    SetAsideDraft(String),
    /// Put aside what cannot be read: a record of the settings.
    SetAsideSetting(String),
}

/// A record as text.
pub(crate) fn text(record: &impl Serialize) -> String {
    // Maps with keys that are strings, and numbers: nothing that JSON cannot hold.
    serde_json::to_string(record).unwrap_or_default()
}

#[derive(Deserialize)]
struct Versioned {
    version: u16,
}

/// Reads a record.
///
/// # Errors
/// [`Corrupt`] where it is not one, or of another version.
pub(crate) fn read<T: DeserializeOwned>(text: &str) -> Result<T, Corrupt> {
    let corrupt = |e: serde_json::Error| Corrupt(e.to_string());
    let Versioned { version } = serde_json::from_str(text).map_err(corrupt)?;
    if version != RECORD_VERSION {
        return Err(Corrupt(format!(
            "version {version}, this engine reads {RECORD_VERSION}"
        )));
    }
    serde_json::from_str(text).map_err(corrupt)
}

/// A step as bytes: the version (u16, big-endian), then postcard.
pub(crate) fn step_bytes(step: &SavedStep) -> Vec<u8> {
    let mut bytes = STEP_VERSION.to_be_bytes().to_vec();
    bytes.extend(postcard::to_allocvec(step).unwrap_or_default());
    bytes
}

/// Reads a step.
///
/// # Errors
/// [`Corrupt`] where it is not one, or of another version.
pub(crate) fn step(bytes: &[u8]) -> Result<SavedStep, Corrupt> {
    let (version, rest) = bytes
        .split_first_chunk::<2>()
        .ok_or_else(|| Corrupt("step: too short".into()))?;
    let version = u16::from_be_bytes(*version);
    if version != STEP_VERSION {
        return Err(Corrupt(format!(
            "a step was saved in form {version}, this planner reads form {STEP_VERSION}"
        )));
    }
    let (step, rest) = postcard::take_from_bytes(rest).map_err(|e| Corrupt(format!("step: {e}")))?;
    if rest.is_empty() {
        Ok(step)
    } else {
        Err(Corrupt("step: bytes left over".into()))
    }
}

#[cfg(test)]
mod tests {
    use plat_domain::command::Release;
    use plat_domain::{Change, ChangeSet, ClaimId, Command, Timestamp};

    use super::*;

    #[test]
    fn stored_forms_are_pinned() {
        let head = Head {
            version: 1,
            id: "d".into(),
            origin: Origin::edge("", "main"),
            name: Name::new("Plan").unwrap(),
            base: Digest::default(),
            done: 1,
            total: 2,
            made_ms: 3,
        };
        let json = format!(
            r#"{{"version":1,"id":"d","origin":"edge  main","name":"Plan","base":"{}","done":1,"total":2,"madeMs":3}}"#,
            "0".repeat(64)
        );
        assert_eq!(text(&head), json);
        assert_eq!(read::<Head>(&json), Ok(head));
        let settings = Settings {
            version: 1,
            origin: Origin::local(),
            drafts: [(Origin::local(), "d".into())].into(),
        };
        assert_eq!(
            text(&settings),
            r#"{"version":1,"origin":"local","drafts":{"local":"d"}}"#
        );
        let id = ClaimId::from_bytes([1; 16]);
        let saved = SavedStep {
            command: Command::Release(Release::of(id)),
            changes: ChangeSet {
                changes: vec![Change::ClaimRemoved(id)],
            },
            now: Timestamp::from_ms(5),
        };
        let mut bytes = vec![0, 2, 8];
        bytes.extend([1; 16]);
        bytes.extend([0, 1, 5]);
        bytes.extend([1; 16]);
        bytes.push(5);
        assert_eq!(step_bytes(&saved), bytes);
        assert_eq!(step(&bytes), Ok(saved));
    }

    #[test]
    fn other_versions_and_unknown_fields_are_refused() {
        assert!(read::<Settings>(r#"{"version":2,"origin":"local","drafts":{}}"#).is_err());
        assert!(read::<Settings>(r#"{"version":1,"origin":"local","drafts":{},"colour":"red"}"#).is_err());
        assert!(step(&[0]).is_err());
        assert!(step(&[0, 3, 8]).is_err());
        assert!(step(&[0, 2, 255]).is_err());
        assert!(step(&[0, 2]).is_err());
        // Of the first form: a release and what it removed. Its bytes could be read as something else.
        let mut old = vec![0, 1, 8];
        old.extend([1; 16]);
        old.extend([1, 5]);
        old.extend([1; 16]);
        old.push(5);
        assert!(step(&old).is_err_and(|e| e.to_string().contains("form 1")));
    }

    #[test]
    fn a_token_is_never_shown() {
        let edge = EdgeRecord {
            version: 1,
            url: String::new(),
            workspace: "main".into(),
            token: "secret".into(),
            head_revision: 1,
        };
        assert!(!format!("{edge:?}").contains("secret"));
    }
}
