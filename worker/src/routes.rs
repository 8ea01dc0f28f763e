//! What a URL names, what may be done with it, and with which parameters.
//!
//! Below `/api/v1/workspaces/{workspace}`; `{ref}` is an id or a pool's name, percent-encoded (`/` as `%2F`). Bodies and answers
//! are those of `plat_api::Request` and its answers, with the differences named here.
//!
//! | path | methods | difference |
//! |---|---|---|
//! | `` | GET | |
//! | `/tree` `?space= &parent= &limit= &cursor=` | GET | `next` is opaque text, to be given back as `cursor` |
//! | `/claims/{ref}` | GET, PATCH, DELETE | an edit's body has no `claim` |
//! | `/pools` | POST | 201 with `Location` |
//! | `/pools/{ref}/usage`, `/pools/{ref}/free` `?limit=` | GET | |
//! | `/pools/{ref}/allocations` | POST | the body has no `pool`; 201 with `Location` |
//! | `/search` `?q= &space= &limit=`, `/conflicts` `?space= &skip= &limit=` | GET | |
//! | `/commands`, `/preview` | POST | the body is a `Command` |
//! | `/plans/simulate`, `/plans/apply` | POST | |
//! | `/imports`, `/imports/preview` | POST | |
//! | `/export` `?format=` | GET | the file itself |
//! | `/snapshot` `?from=published &minRevision=` | GET | `State::to_snapshot` as it is; `x-plat-digest`, `x-plat-source` |
//! | `/changes` `?since= &limit=` | GET | the journal: `entries` of revision, digest, actor, at, word, changes; `next` for `since` |

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use plat_api::{Problem, Reference};

use crate::limits;

/// What a path names within a workspace. References are decoded: `%2F` in the path is `/` here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    Workspace,
    Tree,
    Claim(Reference),
    Usage(Reference),
    Free(Reference),
    Pools,
    Allocations(Reference),
    Search,
    Conflicts,
    Commands,
    Preview,
    Simulate,
    Apply,
    Imports,
    ImportPreview,
    Export,
    Snapshot,
    Changes,
}

impl Resource {
    /// The methods it answers. A HEAD is a GET whose body the runtime drops.
    const fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::Workspace
            | Self::Tree
            | Self::Usage(_)
            | Self::Free(_)
            | Self::Search
            | Self::Conflicts
            | Self::Export
            | Self::Snapshot
            | Self::Changes => &["GET", "HEAD"],
            Self::Claim(_) => &["GET", "HEAD", "PATCH", "DELETE"],
            Self::Pools
            | Self::Allocations(_)
            | Self::Commands
            | Self::Preview
            | Self::Simulate
            | Self::Apply
            | Self::Imports
            | Self::ImportPreview => &["POST"],
        }
    }

    /// The query parameters it knows.
    const fn parameters(&self) -> &'static [&'static str] {
        match self {
            Self::Tree => &["space", "parent", "limit", "cursor"],
            Self::Free(_) => &["limit"],
            Self::Search => &["q", "space", "limit"],
            Self::Conflicts => &["space", "skip", "limit"],
            Self::Export => &["format"],
            Self::Snapshot => &["from", "minRevision"],
            Self::Changes => &["since", "limit"],
            Self::Workspace
            | Self::Claim(_)
            | Self::Usage(_)
            | Self::Pools
            | Self::Allocations(_)
            | Self::Commands
            | Self::Preview
            | Self::Simulate
            | Self::Apply
            | Self::Imports
            | Self::ImportPreview => &[],
        }
    }

    /// Bytes that a body for it may have.
    pub(crate) const fn body_bytes(&self) -> usize {
        match self {
            Self::Simulate | Self::Apply | Self::Imports | Self::ImportPreview => limits::LARGE_BODY_BYTES,
            Self::Workspace
            | Self::Tree
            | Self::Claim(_)
            | Self::Usage(_)
            | Self::Free(_)
            | Self::Pools
            | Self::Allocations(_)
            | Self::Search
            | Self::Conflicts
            | Self::Commands
            | Self::Preview
            | Self::Export
            | Self::Snapshot
            | Self::Changes => limits::BODY_BYTES,
        }
    }
}

/// What is done. Only those that some resource answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Post,
    Patch,
    Delete,
}

impl Verb {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    /// True if a cross-site request could do harm with it.
    pub(crate) const fn is_unsafe(self) -> bool {
        !matches!(self, Self::Get)
    }

    /// True if it comes with a body.
    pub(crate) const fn has_body(self) -> bool {
        matches!(self, Self::Post | Self::Patch)
    }
}

/// Query parameters, each known and given once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Parameters(BTreeMap<String, String>);

impl Parameters {
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn number<N: std::str::FromStr>(&self, name: &str) -> Result<Option<N>, Problem> {
        let Some(text) = self.text(name) else {
            return Ok(None);
        };
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = if digits { text.parse().ok() } else { None };
        number.map(Some).ok_or_else(|| {
            Problem::bad_request(format!("{name}: give a whole number")).with("parameter", name)
        })
    }

    pub(crate) fn reference(&self, name: &str) -> Option<Reference> {
        self.text(name).map(Reference::from)
    }
}

/// A request's place in the API.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) workspace: String,
    pub(crate) resource: Resource,
    pub(crate) verb: Verb,
}

/// Finds what a path names and checks the method. `path` is as it came, percent-encoded.
pub(crate) fn route(method: &str, path: &str) -> Result<Route, Problem> {
    let segments: Vec<String> = path
        .trim_start_matches('/')
        .split('/')
        .map(decoded)
        .collect::<Result<_, _>>()?;
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let ["api", "v1", "workspaces", workspace, rest @ ..] = &segments[..] else {
        return Err(no_such_path());
    };
    if !is_workspace_name(workspace) {
        return Err(no_such_path());
    }
    let resource = resource(rest).ok_or_else(no_such_path)?;
    let verb = match method {
        "GET" | "HEAD" => Verb::Get,
        "POST" => Verb::Post,
        "PATCH" => Verb::Patch,
        "DELETE" => Verb::Delete,
        _ => return Err(method_not_allowed(&resource)),
    };
    if !resource.methods().contains(&method) {
        return Err(method_not_allowed(&resource));
    }
    Ok(Route {
        workspace: (*workspace).to_owned(),
        resource,
        verb,
    })
}

fn resource(segments: &[&str]) -> Option<Resource> {
    Some(match segments {
        [] => Resource::Workspace,
        ["tree"] => Resource::Tree,
        ["claims", claim] => Resource::Claim((*claim).into()),
        ["pools"] => Resource::Pools,
        ["pools", pool, "usage"] => Resource::Usage((*pool).into()),
        ["pools", pool, "free"] => Resource::Free((*pool).into()),
        ["pools", pool, "allocations"] => Resource::Allocations((*pool).into()),
        ["search"] => Resource::Search,
        ["conflicts"] => Resource::Conflicts,
        ["commands"] => Resource::Commands,
        ["preview"] => Resource::Preview,
        ["plans", "simulate"] => Resource::Simulate,
        ["plans", "apply"] => Resource::Apply,
        ["imports"] => Resource::Imports,
        ["imports", "preview"] => Resource::ImportPreview,
        ["export"] => Resource::Export,
        ["snapshot"] => Resource::Snapshot,
        ["changes"] => Resource::Changes,
        _ => return None,
    })
}

/// Reads the query of a URL, already split and decoded.
pub(crate) fn parameters(
    resource: &Resource,
    pairs: impl Iterator<Item = (String, String)>,
) -> Result<Parameters, Problem> {
    let mut found = BTreeMap::new();
    for (name, value) in pairs {
        if !resource.parameters().contains(&name.as_str()) {
            let name: String = name.chars().take(64).collect();
            let detail = match resource.parameters() {
                [] => format!("`{name}` is not a parameter here: there is none"),
                known => format!("`{name}` is not a parameter here: there are {}", known.join(", ")),
            };
            return Err(Problem::bad_request(detail).with("parameter", name));
        }
        if found.insert(name.clone(), value).is_some() {
            return Err(Problem::bad_request(format!("`{name}` is given twice")).with("parameter", name));
        }
    }
    Ok(Parameters(found))
}

fn decoded(segment: &str) -> Result<String, Problem> {
    let text = percent_decode_str(segment).decode_utf8();
    text.map(std::borrow::Cow::into_owned)
        .map_err(|_| Problem::bad_request("the path is not percent-encoded UTF-8"))
}

fn is_workspace_name(name: &str) -> bool {
    (1..=limits::WORKSPACE_CHARS).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

pub(crate) fn no_such_path() -> Problem {
    Problem::new("not-found", 404, "no such path in this API").with("what", "path")
}

fn method_not_allowed(resource: &Resource) -> Problem {
    let allow = resource.methods().join(", ");
    Problem::new("method-not-allowed", 405, format!("this path answers {allow}")).with("allow", allow)
}
