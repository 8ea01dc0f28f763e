//! What is said to an edge: addresses, keys, and how its answers are taken. Pure.

use plat_api::{ApplyRequest, Problem, Workspace};
use plat_domain::{Cidr, Digest, SpaceId, State};
use plat_web_protocol::Link;
use serde::de::DeserializeOwned;

use crate::answer::json;
use crate::record::EdgeRecord;

/// The workspace that is meant where none is named.
const DEFAULT_WORKSPACE: &str = "main";

/// An HTTP answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// Why there is no answer, for people. Offline, a timeout, a refused connection: a browser does not tell them apart.
#[derive(Clone, Debug)]
pub(crate) struct Unreachable(pub(crate) String);

impl From<Unreachable> for Problem {
    fn from(e: Unreachable) -> Self {
        Self::new("unreachable", 503, format!("the edge cannot be reached: {}", e.0))
    }
}

/// A request to an edge. Its token is in none of its messages.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) method: &'static str,
    pub(crate) url: String,
    pub(crate) token: String,
    pub(crate) body: Option<String>,
    pub(crate) key: Option<String>,
    pub(crate) timeout_ms: u32,
}

/// Whether a revision, an answer without content: an edge on a bad line answers within this.
const SHORT_MS: u32 = 10_000;
/// A snapshot of 25 MiB on a line of 4 Mbit/s takes 52 s; a plan of 100,000 steps is as large.
const LONG_MS: u32 = 90_000;

/// An edge as a person names it.
///
/// # Errors
/// The [`Problem`] where that is no address, or no name of a workspace.
pub(crate) fn named(url: &str, token: &str, workspace: &str) -> Result<EdgeRecord, Problem> {
    let url = url.trim().trim_end_matches('/');
    let plausible = url.is_empty() || url.starts_with("https://") || url.starts_with("http://");
    if !plausible || url.chars().any(char::is_whitespace) {
        return Err(Problem::bad_request(
            "url: give an address that starts with https://, or none for this page's own",
        ));
    }
    let workspace = if workspace.trim().is_empty() {
        DEFAULT_WORKSPACE
    } else {
        workspace.trim()
    };
    if !workspace
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    {
        return Err(Problem::bad_request(format!(
            "workspace: `{workspace}` is not a name of letters, digits, -, _ and ."
        )));
    }
    let token = token.trim();
    if token.is_empty() || !token.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Problem::new(
            "unauthorized",
            401,
            "give the API token of the workspace",
        ));
    }
    Ok(EdgeRecord {
        version: crate::record::RECORD_VERSION,
        url: url.to_owned(),
        workspace: workspace.to_owned(),
        token: token.to_owned(),
        head_revision: 0,
    })
}

impl EdgeRecord {
    /// `own` is the page's own origin, for an edge without a URL.
    fn call(&self, own: &str, method: &'static str, rest: &str, timeout_ms: u32) -> Call {
        let at = if self.url.is_empty() { own } else { &self.url };
        Call {
            method,
            url: format!("{at}/api/v1/workspaces/{}{rest}", self.workspace),
            token: self.token.clone(),
            body: None,
            key: None,
            timeout_ms,
        }
    }

    /// Asks for revision and digest.
    pub(crate) fn ask_head(&self, own: &str) -> Call {
        self.call(own, "GET", "", SHORT_MS)
    }

    /// Asks for the snapshot of at least this revision.
    pub(crate) fn ask_snapshot(&self, own: &str, min_revision: u64) -> Call {
        self.call(
            own,
            "GET",
            &format!("/snapshot?minRevision={min_revision}"),
            LONG_MS,
        )
    }

    /// Asks for the history of a prefix, from the journal. A prefix has no character that a query may not have.
    pub(crate) fn ask_history(&self, own: &str, space: SpaceId, cidr: Cidr, skip: u64) -> Call {
        self.call(
            own,
            "GET",
            &format!("/history?cidr={cidr}&space={space}&skip={skip}"),
            SHORT_MS,
        )
    }

    /// Applies a plan. The key follows from all that is sent, so that the same wish is the same request however often it
    /// is sent, and another wish is another one.
    ///
    /// # Errors
    /// A fault where the plan has no JSON, which it has.
    pub(crate) fn ask_apply(&self, own: &str, request: &ApplyRequest) -> Result<Call, Problem> {
        let body = json(request)?.to_string();
        let key = Digest::of("plat/apply/1", body.as_bytes()).to_string();
        Ok(Call {
            body: Some(body),
            key: Some(key),
            ..self.call(own, "POST", "/plans/apply", LONG_MS)
        })
    }
}

/// What an answer, or its absence, says about the link.
pub(crate) fn link(reply: &Result<Reply, Unreachable>) -> Link {
    match reply {
        Ok(reply) if reply.status == 401 => Link::Unauthorized,
        Ok(reply) if (502..=504).contains(&reply.status) => Link::Offline,
        Ok(_) => Link::Live,
        Err(Unreachable(_)) => Link::Offline,
    }
}

/// The body of a good answer; the problem of another.
fn good(reply: Reply) -> Result<Vec<u8>, Problem> {
    if reply.status < 400 {
        return Ok(reply.body);
    }
    let read = serde_json::from_str::<Problem>(&String::from_utf8_lossy(&reply.body));
    Err(read.unwrap_or_else(|_| {
        let detail = format!(
            "the edge answered {} without saying why: is this the address of one?",
            reply.status
        );
        Problem::new("edge-failed", reply.status, detail)
    }))
}

/// Reads an answer.
///
/// # Errors
/// The [`Problem`] that it is, or that it is not what was asked for.
pub(crate) fn answer<T: DeserializeOwned>(reply: Result<Reply, Unreachable>) -> Result<T, Problem> {
    let body = good(reply?)?;
    serde_json::from_str(&String::from_utf8_lossy(&body)).map_err(|e| {
        Problem::new(
            "edge-failed",
            502,
            format!("the edge's answer is not understood: {e}"),
        )
    })
}

/// Reads a snapshot and holds it to what the edge said of it.
///
/// # Errors
/// The [`Problem`] that the answer is, or that it is no snapshot, or not the one.
pub(crate) fn snapshot(reply: Result<Reply, Unreachable>, head: &Workspace) -> Result<State, Problem> {
    let state = State::from_snapshot(&good(reply?)?)?;
    if state.revision() < head.revision
        || (state.revision() == head.revision && state.digest() != head.digest)
    {
        let detail = format!(
            "the snapshot is not that of revision {}, which the edge said it has: try again",
            head.revision
        );
        return Err(Problem::new("edge-failed", 502, detail));
    }
    Ok(state)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_are_named_within_reason() {
        let edge = named(" https://plat.example/ ", "t", "").unwrap();
        assert_eq!(
            (edge.url.as_str(), edge.workspace.as_str()),
            ("https://plat.example", "main")
        );
        assert_eq!(
            edge.ask_head("https://own").url,
            "https://plat.example/api/v1/workspaces/main"
        );
        let own = named("", "t", "lab").unwrap();
        assert_eq!(
            own.ask_snapshot("https://own", 7).url,
            "https://own/api/v1/workspaces/lab/snapshot?minRevision=7"
        );
        assert_eq!(
            own.ask_history(
                "https://own",
                SpaceId::from_bytes([0; 16]),
                "2001:db8::/48".parse().unwrap(),
                100
            )
            .url,
            "https://own/api/v1/workspaces/lab/history?cidr=2001:db8::/48&space=00000000-0000-0000-0000-000000000000&skip=100"
        );
        for (url, token, workspace) in [
            ("ftp://x", "t", ""),
            ("plat.example", "t", ""),
            ("", "", ""),
            ("", "t", "a/b"),
            ("", "a b", ""),
        ] {
            assert!(named(url, token, workspace).is_err(), "{url} {token} {workspace}");
        }
    }

    #[test]
    fn answers_say_how_the_link_is() {
        let reply = |status| {
            Ok(Reply {
                status,
                body: Vec::new(),
            })
        };
        assert_eq!(link(&reply(200)), Link::Live);
        assert_eq!(link(&reply(409)), Link::Live);
        assert_eq!(link(&reply(401)), Link::Unauthorized);
        assert_eq!(link(&reply(503)), Link::Offline);
        assert_eq!(link(&Err(Unreachable("no".into()))), Link::Offline);
        let moved = Problem::new("plan-moved", 409, "look").with("moved", [1]);
        let body = serde_json::to_vec(&moved).unwrap();
        assert_eq!(
            answer::<Workspace>(Ok(Reply { status: 409, body })).unwrap_err(),
            moved
        );
        assert_eq!(
            answer::<Workspace>(Ok(Reply {
                status: 502,
                body: b"<html>".to_vec()
            }))
            .unwrap_err()
            .code(),
            "edge-failed"
        );
        assert_eq!(
            answer::<Workspace>(Err(Unreachable("no".into())))
                .unwrap_err()
                .code(),
            "unreachable"
        );
    }
}
