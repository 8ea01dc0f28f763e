//! What the status pill says.

use plat_web_protocol::{Link, Saving, Source, Status};

use crate::format;

/// How it is, for the lamp's colour. The words always say it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mood {
    Calm,
    Live,
    Behind,
    Trouble,
}

impl Mood {
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Live => "live",
            Self::Behind => "behind",
            Self::Trouble => "trouble",
        }
    }
}

/// The pill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pill {
    pub(crate) mood: Mood,
    pub(crate) text: String,
    /// On hover.
    pub(crate) explains: String,
}

pub(crate) fn starting() -> Pill {
    Pill {
        mood: Mood::Calm,
        text: "opening…".into(),
        explains: "The saved work is being opened".into(),
    }
}

pub(crate) fn broken() -> Pill {
    Pill {
        mood: Mood::Trouble,
        text: "engine stopped".into(),
        explains: "The engine does not run: reload the page".into(),
    }
}

/// The pill for a status: what is wrong first, then where one is, then whether the work is saved.
pub(crate) fn pill(status: &Status) -> Pill {
    let saved = match &status.saving {
        Saving::Saved => "saved",
        Saving::Damaged(_) => "saved",
        Saving::Saving => "saving…",
        Saving::Elsewhere => {
            return Pill {
                mood: Mood::Behind,
                text: "reading only".into(),
                explains: "The work is open in another tab of this browser: close it to go on here.".into(),
            };
        }
        Saving::Failed(why) => {
            let explains = format!("This browser does not take the work: {why}. Save the plan as a file.");
            return Pill {
                mood: Mood::Trouble,
                text: "not saved".into(),
                explains,
            };
        }
    };
    match &status.source {
        Source::Local => Pill {
            mood: Mood::Calm,
            text: format!("offline plan · {saved}"),
            explains: "The plan lives in this browser; no server is asked. Click to connect to a workspace."
                .into(),
        },
        Source::Edge {
            workspace,
            head_revision,
            link,
            ..
        } => {
            let behind = head_revision.saturating_sub(status.base_revision);
            let revision = format::group(&status.base_revision.to_string());
            match link {
                Link::Unauthorized => Pill {
                    mood: Mood::Trouble,
                    text: format!("token refused · {saved}"),
                    explains: format!(
                        "{workspace} does not accept the token any more. Click to give another."
                    ),
                },
                Link::Offline => Pill {
                    mood: Mood::Behind,
                    text: format!("offline · rev {revision} · {saved}"),
                    explains: "The edge does not answer; the work goes on and is kept here.".into(),
                },
                Link::Live if behind > 0 => Pill {
                    mood: Mood::Behind,
                    text: format!("{} behind · {saved}", format::group(&behind.to_string())),
                    explains: format!(
                        "{workspace} is at revision {}; your draft stands on {revision}. Apply says what differs.",
                        format::group(&head_revision.to_string())
                    ),
                },
                Link::Live => Pill {
                    mood: Mood::Live,
                    text: format!("live · rev {revision} · {saved}"),
                    explains: format!("Connected to {workspace}, at its newest revision"),
                },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plat_domain::{Digest, Name};
    use plat_web_protocol::{DraftSummary, Effect};

    fn status(source: Source, saving: Saving) -> Status {
        let draft = DraftSummary {
            id: "d".into(),
            name: Name::new("Draft").unwrap(),
            steps: 0,
        };
        Status {
            source,
            base_revision: 128,
            base_digest: Digest::default(),
            revision: 128,
            digest: Digest::default(),
            draft: draft.clone(),
            drafts: vec![draft],
            undo: None,
            redo: None,
            effect: Effect::default(),
            saving,
        }
    }

    fn edge(head_revision: u64, link: Link) -> Source {
        Source::Edge {
            url: String::new(),
            workspace: "main".into(),
            head_revision,
            link,
        }
    }

    #[test]
    fn the_pill_says_how_things_are() {
        assert_eq!(
            pill(&status(Source::Local, Saving::Saved)).text,
            "offline plan · saved"
        );
        assert_eq!(
            pill(&status(edge(128, Link::Live), Saving::Saving)).text,
            "live · rev 128 · saving…"
        );
        assert_eq!(
            pill(&status(edge(131, Link::Live), Saving::Saved)).text,
            "3 behind · saved"
        );
        assert_eq!(
            pill(&status(edge(131, Link::Unauthorized), Saving::Saved)).mood,
            Mood::Trouble
        );
        assert_eq!(
            pill(&status(Source::Local, Saving::Failed("full".into()))).text,
            "not saved"
        );
        assert_eq!(
            pill(&status(Source::Local, Saving::Elsewhere)).text,
            "reading only"
        );
    }
}
