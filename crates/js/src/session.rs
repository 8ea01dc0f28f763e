//! A workspace in memory, with JSON in and JSON out. Knows nothing of JavaScript.

use plat_api::{Problem, Reference, Request};
use plat_domain::query::MapWindow;
use plat_domain::{Actor, Context, Corrupt, Digest, Family, Name, Role, State, Timestamp, decide};
use plat_service::{Call, Outcome};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What was answered to one request.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Answer {
    /// HTTP status: 400 or more for a problem.
    pub status: u16,
    /// The answer of the request's own type, or a problem.
    pub body: Value,
    /// The revision that the answer speaks of.
    pub revision: u64,
}

/// The part of a space to draw.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MapRequest {
    /// By id or name; the default space if unset.
    #[serde(default)]
    space: Option<Reference>,
    family: Family,
    /// First address, as a decimal string.
    first: String,
    /// Last address, inclusive, as a decimal string.
    last: String,
    /// Columns: 1 to [`MAP_WIDTH_MAX_PX`].
    width_px: u32,
}

/// Columns of a map at most: four times the widest screens; each level of the tree may answer one block a column.
const MAP_WIDTH_MAX_PX: u32 = 32_768;

/// What a host supplies where a caller does not: the time, and fresh identities.
pub(crate) struct Supply<'a> {
    pub(crate) now: Timestamp,
    pub(crate) fresh_id: &'a mut dyn FnMut() -> [u8; 16],
}

/// One workspace. Cloning makes a branch that shares everything until it changes.
#[derive(Clone, Debug)]
pub struct Session {
    state: State,
}

fn planner(now: Timestamp) -> Result<Context, Problem> {
    let name = Name::new("planner").map_err(|e| Problem::bad_request(e.to_string()))?;
    Ok(Context {
        actor: Actor {
            name,
            role: Role::Owner,
        },
        now,
    })
}

/// A request or a context as it came. Either form refuses unknown fields.
pub(crate) enum Given<'a> {
    /// JSON text, in which a field given twice is refused too.
    Text(&'a str),
    /// A JSON value.
    Value(Value),
}

impl Given<'_> {
    fn read<T: DeserializeOwned>(self, part: &str) -> Result<T, Problem> {
        let read = match self {
            Self::Text(text) => serde_json::from_str(text),
            Self::Value(value) => serde_json::from_value(value),
        };
        read.map_err(|e| Problem::bad_request(format!("{part}: {e}")))
    }
}

fn context_of(given: Option<Given<'_>>, now: Timestamp) -> Result<Context, Problem> {
    given.map_or_else(|| planner(now), |given| given.read("context"))
}

fn request_of(given: Given<'_>, supply: &mut Supply<'_>) -> Result<Request, Problem> {
    let mut request: Request = given.read("request")?;
    request.fill_ids(&mut supply.fresh_id);
    Ok(request)
}

impl Session {
    /// A new workspace: revision 1, with the default space.
    ///
    /// # Errors
    /// The [`Problem`] where the rules refuse their own beginning, which a test excludes.
    pub fn new() -> Result<Self, Problem> {
        let state = State::new();
        let Some(command) = plat_service::genesis() else {
            return Ok(Self { state });
        };
        let changes = decide(&state, &command, &planner(Timestamp::default())?)?;
        Ok(Self {
            state: state.commit(&changes)?,
        })
    }

    /// The workspace that a snapshot holds.
    ///
    /// # Errors
    /// [`Corrupt`] where it is none, or of another version.
    pub fn from_snapshot(bytes: &[u8]) -> Result<Self, Corrupt> {
        State::from_snapshot(bytes).map(|state| Self { state })
    }

    /// Everything, as bytes.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        self.state.to_snapshot()
    }

    /// How many revisions were committed.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.state.revision()
    }

    /// The chained digest of this revision.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.state.digest()
    }

    fn answer(&self, outcome: Result<Outcome, Problem>) -> Outcome {
        outcome.unwrap_or_else(|problem| Outcome::problem(&problem, &self.state))
    }

    /// Answers a request and, if it changes something, commits it here.
    pub(crate) fn handle(
        &mut self,
        request: Given<'_>,
        context: Option<Given<'_>>,
        base: Option<u64>,
        mut supply: Supply<'_>,
    ) -> Answer {
        let outcome = context_of(context, supply.now).and_then(|context| {
            let request = request_of(request, &mut supply)?;
            Ok(plat_service::handle(
                &self.state,
                Call { request, base },
                &context,
            ))
        });
        let outcome = self.answer(outcome);
        if let Some(next) = outcome.next {
            self.state = next;
        }
        Answer {
            status: outcome.status,
            body: outcome.body,
            revision: outcome.revision,
        }
    }

    /// What a request to change something would do.
    pub(crate) fn preview(
        &self,
        request: Given<'_>,
        context: Option<Given<'_>>,
        mut supply: Supply<'_>,
    ) -> Answer {
        let previewed = context_of(context, supply.now).and_then(|context| {
            let command = plat_service::command_of(&self.state, request_of(request, &mut supply)?)?;
            let committed = plat_service::preview(&self.state, &command, &context)?;
            serde_json::to_value(committed).map_err(|e| Problem::new("fault", 500, e.to_string()))
        });
        let revision = self.state.revision();
        match previewed {
            Ok(body) => Answer {
                status: 200,
                body,
                revision,
            },
            Err(problem) => {
                let outcome = Outcome::problem(&problem, &self.state);
                Answer {
                    status: outcome.status,
                    body: outcome.body,
                    revision,
                }
            }
        }
    }

    /// The blocks to draw, [`plat_service::MAP_STRIDE`] numbers each.
    pub(crate) fn map(&self, window: Value) -> Result<Vec<u32>, Problem> {
        let map: MapRequest =
            serde_json::from_value(window).map_err(|e| Problem::bad_request(format!("map: {e}")))?;
        let address = |field: &str, text: &str| {
            text.parse::<u128>()
                .map_err(|_| Problem::bad_request(format!("{field}: `{text}` is not an address in decimal")))
        };
        let window = MapWindow {
            family: map.family,
            first: address("first", &map.first)?,
            last: address("last", &map.last)?,
            width_px: map.width_px,
        };
        let top = map.family.all().last();
        if window.first > window.last
            || window.last > top
            || !(1..=MAP_WIDTH_MAX_PX).contains(&window.width_px)
        {
            let detail =
                format!("map: first to last is within 0 to {top}, and widthPx 1 to {MAP_WIDTH_MAX_PX}");
            return Err(Problem::bad_request(detail));
        }
        let wanted = map
            .space
            .map_or_else(|| plat_service::DEFAULT_SPACE.to_owned(), |space| space.0);
        let named = || {
            Name::new(&wanted)
                .ok()
                .and_then(|name| self.state.space_named(&name))
        };
        let space = wanted
            .parse()
            .ok()
            .and_then(|id| self.state.space(id))
            .or_else(named);
        let space = space.ok_or_else(|| Problem::new("not-found", 404, format!("no space `{wanted}`")))?;
        Ok(plat_service::map_columns(&self.state, space.id, &window))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const ADA: &str = r#"{"actor":{"name":"ada","role":"owner"},"now":"2027-01-31T00:00:00Z"}"#;

    const ID: &str = "00000000-0000-8000-8000-000000000001";

    fn call(session: &mut Session, request: Given<'_>) -> Answer {
        let mut next = 0u8;
        let mut fresh = || {
            next += 1;
            [next; 16]
        };
        session.handle(
            request,
            Some(Given::Text(ADA)),
            None,
            Supply {
                now: Timestamp::default(),
                fresh_id: &mut fresh,
            },
        )
    }

    fn with_pool() -> Session {
        let mut session = Session::new().unwrap();
        let made = call(
            &mut session,
            Given::Value(json!({"createPool": {"name": "emea", "prefixes": ["10.0.0.0/8"]}})),
        );
        assert_eq!((made.status, made.revision), (201, 2), "{}", made.body);
        session
    }

    #[test]
    fn a_branch_changes_nothing_where_it_came_from() {
        let session = with_pool();
        let mut branch = session.clone();
        let taken = call(
            &mut branch,
            Given::Value(json!({"allocate": {"id": ID, "pool": "emea", "addresses": "144"}})),
        );
        assert_eq!(taken.body["claim"]["prefixes"][0], "10.0.0.0/24");
        assert_eq!((session.revision(), branch.revision()), (2, 3));
        assert_ne!(session.digest(), branch.digest());
    }

    #[test]
    fn what_cannot_be_read_is_an_answer_too() {
        let mut session = with_pool();
        let unknown = json!({"createPool": {"name": "x", "colour": "red"}});
        let nested = json!({"command": {"batch": {"commands": [{"release": {"id": ID, "colour": "red"}}]}}});
        let twice = r#"{"release":{"claim":"emea","claim":"emea"}}"#;
        for bad in ["", "{", &unknown.to_string(), r#""paint""#, twice] {
            let answer = call(&mut session, Given::Text(bad));
            assert_eq!(answer.status, 400, "{bad}: {}", answer.body);
            assert_eq!(answer.body["type"], "/problems/bad-request");
        }
        for bad in [json!(null), json!([]), unknown, nested, json!("paint")] {
            let answer = call(&mut session, Given::Value(bad.clone()));
            assert_eq!(answer.status, 400, "{bad}: {}", answer.body);
            assert_eq!(answer.body["type"], "/problems/bad-request");
        }
        let mut never = || [0; 16];
        let supply = Supply {
            now: Timestamp::default(),
            fresh_id: &mut never,
        };
        let workspace = Given::Value(json!("workspace"));
        let answer = session.handle(workspace, Some(Given::Value(json!({}))), None, supply);
        assert_eq!(answer.status, 400);
        assert_eq!(session.revision(), 2);
    }

    #[test]
    fn a_preview_is_the_answer_with_its_effect_and_changes_nothing() {
        let session = with_pool();
        let mut fresh = || [7; 16];
        let supply = Supply {
            now: Timestamp::default(),
            fresh_id: &mut fresh,
        };
        let seen = session.preview(
            Given::Value(json!({"allocate": {"pool": "emea", "prefixLength": 24}})),
            Some(Given::Text(ADA)),
            supply,
        );
        assert_eq!((seen.status, seen.revision, session.revision()), (200, 2, 2));
        assert_eq!(
            seen.body["diff"]["claims"][0]["now"]["prefixes"][0],
            "10.0.0.0/24"
        );
    }

    #[test]
    fn a_snapshot_is_the_same_workspace() {
        let session = with_pool();
        let again = Session::from_snapshot(&session.snapshot()).unwrap();
        assert_eq!(
            (again.revision(), again.digest()),
            (session.revision(), session.digest())
        );
        assert!(Session::from_snapshot(b"PLAT").is_err());
    }

    #[test]
    fn maps_are_numbers_within_limits() {
        let session = with_pool();
        let map = |text: &str| session.map(serde_json::from_str(text).unwrap());
        let all = map(r#"{"family":"v4","first":"0","last":"4294967295","widthPx":256}"#).unwrap();
        assert_eq!(&all[..5], [10, 11, 8, 0, 0]);
        assert_eq!(all.len(), plat_service::MAP_STRIDE);
        for bad in [
            r#"{"family":"v4","first":"0","last":"4294967296","widthPx":256}"#,
            r#"{"family":"v4","first":"2","last":"1","widthPx":256}"#,
            r#"{"family":"v4","first":"0","last":"1","widthPx":0}"#,
            r#"{"family":"v4","first":"0","last":"1","widthPx":32769}"#,
            r#"{"family":"v4","first":"0x0","last":"1","widthPx":1}"#,
            r#"{"family":"v4","first":"0","last":"1","widthPx":1,"colour":"red"}"#,
            "null",
            r#"{"space":"elsewhere","family":"v4","first":"0","last":"1","widthPx":1}"#,
        ] {
            assert!(map(bad).is_err(), "{bad}");
        }
        assert!(map(r#"{"family":"v4","first":"0","last":"1","widthPx":32768}"#).is_ok());
    }
}
