//! What tests may ask of the edge, where the variable `PLAT_TEST_CONTROLS` is `1`: a clock, failures at stated places, damage.
//! Without the variable none of the headers is looked at and none of the paths exists.

use std::time::Duration;

use plat_api::Problem;
use plat_domain::Timestamp;
use serde_json::json;
use worker::{Delay, Env, Error, Headers, Request, Response, Result, SqlStorage};

use crate::http::Answer;
use crate::{routes, sql};

/// The object that counts visits: a name that no workspace can have.
pub(crate) const VISITED_OBJECT: &str = "test:visits";

/// A failure at a stated place of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sabotage {
    ErrorBetweenEntries,
    ErrorAfterJournal,
    PanicBetweenEntries,
    PanicAfterJournal,
    PanicBeforeAnswer,
}

impl Sabotage {
    fn read(word: &str) -> Option<Self> {
        Some(match word {
            "error-between-entries" => Self::ErrorBetweenEntries,
            "error-after-journal" => Self::ErrorAfterJournal,
            "panic-between-entries" => Self::PanicBetweenEntries,
            "panic-after-journal" => Self::PanicAfterJournal,
            "panic-before-answer" => Self::PanicBeforeAnswer,
            _ => return None,
        })
    }

    /// Two revisions of one request are being written; the first one is.
    pub(crate) fn between_entries(asked: Option<Self>) -> Result<()> {
        match asked {
            Some(Self::ErrorBetweenEntries) => Err(Error::from("asked to by a test")),
            Some(Self::PanicBetweenEntries) => panic!("asked to by a test"),
            Some(Self::ErrorAfterJournal | Self::PanicAfterJournal | Self::PanicBeforeAnswer) | None => {
                Ok(())
            }
        }
    }

    /// The journal is written, the kept answer is not.
    pub(crate) fn after_journal(asked: Option<Self>) -> Result<()> {
        match asked {
            Some(Self::ErrorAfterJournal) => Err(Error::from("asked to by a test")),
            Some(Self::PanicAfterJournal) => panic!("asked to by a test"),
            Some(Self::ErrorBetweenEntries | Self::PanicBetweenEntries | Self::PanicBeforeAnswer) | None => {
                Ok(())
            }
        }
    }

    /// Everything is written, the answer is not given.
    pub(crate) fn before_answer(asked: Option<Self>) {
        assert_ne!(asked, Some(Self::PanicBeforeAnswer), "asked to by a test");
    }
}

/// What an earlier version of the engine left in the database.
#[derive(Clone, Debug)]
pub(crate) struct Before {
    /// Change sets in the stored form of version 1.
    pub(crate) journal: Vec<Vec<u8>>,
    /// A snapshot of the last of them.
    pub(crate) snapshot: Option<Vec<u8>>,
}

impl Before {
    /// Reads hexadecimal digits: change sets with commas between them.
    fn read(journal: &str, snapshot: Option<&str>) -> Option<Self> {
        Some(Self {
            journal: journal.split(',').map(unhex).collect::<Option<_>>()?,
            snapshot: match snapshot {
                Some(text) => Some(unhex(text)?),
                None => None,
            },
        })
    }
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs
        .map(|pair| u8::try_from(pair[0] * 16 + pair[1]).ok())
        .collect()
}

/// What a request's test headers ask for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Controls {
    pub(crate) now: Option<Timestamp>,
    pub(crate) sabotage: Option<Sabotage>,
    /// Drop what is in memory first, as an eviction would.
    pub(crate) forget: bool,
    /// Damage the last revision in the database, then forget.
    pub(crate) damage: bool,
    /// Put what an earlier version left into the database, then forget.
    pub(crate) before: Option<Before>,
    /// Do what the alarm does first, as if it rang at this time.
    pub(crate) alarm: Option<Timestamp>,
}

impl Controls {
    pub(crate) fn read(headers: &Headers, env: &Env) -> std::result::Result<Self, Problem> {
        if !allowed(env) {
            return Ok(Self::default());
        }
        let header = |name: &str| headers.get(name).ok().flatten();
        let bad = |what: &str| Problem::bad_request(format!("{what}: not a test control"));
        let time = |name: &str| {
            header(name)
                .map(|text| text.parse().map_err(|_| bad(name)))
                .transpose()
        };
        let (now, alarm) = (time("x-plat-test-now")?, time("x-plat-test-alarm")?);
        let fail = header("x-plat-test-fail");
        let sabotage = fail
            .map(|word| Sabotage::read(&word).ok_or_else(|| bad("x-plat-test-fail")))
            .transpose()?;
        let (journal, snapshot) = (header("x-plat-test-journal"), header("x-plat-test-snapshot"));
        let before = journal.map(|journal| {
            Before::read(&journal, snapshot.as_deref()).ok_or_else(|| bad("x-plat-test-journal"))
        });
        let first = header("x-plat-test-first").unwrap_or_default();
        Ok(Self {
            now,
            sabotage,
            forget: first == "forget",
            damage: first == "damage",
            before: before.transpose()?,
            alarm,
        })
    }
}

/// True if this edge is a test's.
pub(crate) fn allowed(env: &Env) -> bool {
    env.var("PLAT_TEST_CONTROLS")
        .is_ok_and(|value| value.to_string() == "1")
}

/// True for what [`VISITED_OBJECT`] answers.
pub(crate) fn is_test_path(path: &str) -> bool {
    path == "/api/v1/health" || path.starts_with("/api/v1/test/")
}

/// Answers the test paths within [`VISITED_OBJECT`].
pub(crate) async fn visited(request: &Request, sql: &SqlStorage, env: &Env) -> Result<Response> {
    sql.exec("CREATE TABLE IF NOT EXISTS visit (id INTEGER PRIMARY KEY)", None)?;
    let visit = || sql.exec("INSERT INTO visit DEFAULT VALUES", None).map(|_| ());
    match request.path().as_str() {
        "/api/v1/health" => {
            visit()?;
            let visits = sql::first(sql, "SELECT count(*) FROM visit", vec![])?
                .map_or(Ok(0), |mut row| row.number())?;
            let published = env.kv("PUBLISHED")?;
            published
                .put("test/visits", visits.to_string())?
                .execute()
                .await?;
            let read_back = published.get("test/visits").text().await?;
            let body = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION"), "visits": visits, "published": read_back });
            Answer::json(200, &body, None).into_response()
        }
        "/api/v1/test/published" => {
            let listed = env.kv("PUBLISHED")?.list().execute().await?;
            let keys: Vec<String> = listed.keys.into_iter().map(|key| key.name).collect();
            Answer::json(200, &json!(keys), None).into_response()
        }
        "/api/v1/test/panic/object" => {
            visit()?;
            panic!("asked to by a test");
        }
        "/api/v1/test/panic/stack" => {
            visit()?;
            Response::ok(dig(1).to_string())
        }
        "/api/v1/test/wait" => {
            Delay::from(Duration::from_secs(5)).await;
            Response::ok("waited")
        }
        _ => Answer::from(routes::no_such_path()).into_response(),
    }
}

/// Needs more stack than there is.
fn dig(depth: u64) -> u64 {
    if depth == u64::MAX {
        return 0;
    }
    let room = std::hint::black_box([depth; 64]);
    dig(depth + 1) + room[(depth % 64) as usize]
}
