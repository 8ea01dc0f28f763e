//! What a URL names, what may be done with it, and with which parameters.
//!
//! Below `/api/v1/workspaces/{workspace}`; `{ref}` is an id or a pool's name, percent-encoded (`/` as `%2F`). Bodies and answers
//! are those of `plat_api::Request` and its answers, with the differences named here.
//!
//! | path | methods | difference |
//! |---|---|---|
//! | `` | GET | |
//! | `/tree` `?space= &parent= &limit= &cursor=` | GET | `next` is opaque text, to be given back as `cursor` |
//! | `/claims/{ref}` `?atOnce=` (DELETE) | GET, PATCH, DELETE | an edit's body has no `claim` and needs `If-Match` |
//! | `/claims/{ref}/split`, `/claims/{ref}/merge` | POST | the body has no `claim` and needs `If-Match` |
//! | `/claims/{ref}/recommendation`, `/claims/{ref}/release-plan` | GET | |
//! | `/pools` | POST | 201 with `Location` |
//! | `/pools/{ref}/usage`, `/pools/{ref}/free` `?limit=` | GET | |
//! | `/pools/{ref}/prefixes` `?part= &after= &limit=` | GET | `part` is needed; `next` is the prefix to go on after |
//! | `/pools/{ref}/resources` `?cursor= &limit=` | GET | `next` is opaque, as in `/tree` |
//! | `/pools/{ref}/allocations` | POST | the body has no `pool`; 201 with `Location` |
//! | `/pools/{ref}/associations` | POST | the body has no `pool` |
//! | `/resources` | POST | 201 with `Location` where it came with allocations |
//! | `/resources/{id}` | GET, DELETE | |
//! | `/spaces` | POST | |
//! | `/spaces/{ref}` | PATCH, DELETE | an edit's body has no `space` and needs `If-Match` |
//! | `/search` `?q= &space= &limit=`, `/conflicts` `?space= &skip= &limit=` | GET | |
//! | `/conflicts/{ref}/{ref}` | POST, DELETE | accepted with `reason` and `expiresAt`, and opened again |
//! | `/compliance` `?space= &within= &status= &cursor= &limit=` | GET | `status` is a list with commas; `next` is opaque, as in `/tree` |
//! | `/commands`, `/preview` | POST | the body is a `Command` |
//! | `/plans/simulate`, `/plans/apply` | POST | |
//! | `/imports`, `/imports/preview` | POST | an import needs `If-Match` |
//! | `/export` `?format=` | GET | the file itself |
//! | `/snapshot` `?from=published &minRevision=` | GET | `State::to_snapshot` as it is; `x-plat-digest`, `x-plat-source` |
//! | `/changes` `?since= &limit=` | GET | the journal: `entries` of revision, base, digest, actor, at, word, changes; `next` for `since` |
//! | `/history` `?cidr= &space= &skip= &limit=` | GET | what happened to a prefix and in it; `cidr` is needed, `next` is for `skip` |
//!
//! Outside of workspaces, without a token: `/api/v1/health`; `/api/v1/problems` and `/problems/{code}` (GET), which say what the
//! problems mean. Whatever answers GET answers HEAD.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use plat_api::{Problem, Reference};
use plat_domain::Cidr;
use serde::de::{self, DeserializeOwned};

use crate::limits;

/// What a path names within a workspace. References are decoded: `%2F` in the path is `/` here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    Workspace,
    Tree,
    Claim(Reference),
    Split(Reference),
    Merge(Reference),
    Recommendation(Reference),
    ReleasePlan(Reference),
    Usage(Reference),
    Free(Reference),
    Prefixes(Reference),
    PoolHolders(Reference),
    Pools,
    Allocations(Reference),
    Associations(Reference),
    Resources,
    Holder(Reference),
    Spaces,
    Space(Reference),
    Search,
    Conflicts,
    Conflict(Reference, Reference),
    Compliance,
    Commands,
    Preview,
    Simulate,
    Apply,
    Imports,
    ImportPreview,
    Export,
    Snapshot,
    Changes,
    History,
}

impl Resource {
    /// The methods it answers. A HEAD is a GET whose body the runtime drops.
    const fn methods(&self) -> &'static [&'static str] {
        match self {
            Self::Workspace
            | Self::Tree
            | Self::Recommendation(_)
            | Self::ReleasePlan(_)
            | Self::Usage(_)
            | Self::Free(_)
            | Self::Prefixes(_)
            | Self::PoolHolders(_)
            | Self::Search
            | Self::Conflicts
            | Self::Compliance
            | Self::Export
            | Self::Snapshot
            | Self::Changes
            | Self::History => &["GET", "HEAD"],
            Self::Claim(_) => &["GET", "HEAD", "PATCH", "DELETE"],
            Self::Holder(_) => &["GET", "HEAD", "DELETE"],
            Self::Space(_) => &["PATCH", "DELETE"],
            Self::Conflict(..) => &["POST", "DELETE"],
            Self::Split(_)
            | Self::Merge(_)
            | Self::Pools
            | Self::Allocations(_)
            | Self::Associations(_)
            | Self::Resources
            | Self::Spaces
            | Self::Commands
            | Self::Preview
            | Self::Simulate
            | Self::Apply
            | Self::Imports
            | Self::ImportPreview => &["POST"],
        }
    }

    /// The query parameters that it knows when this is done.
    const fn parameters(&self, verb: Verb) -> &'static [&'static str] {
        match (self, verb) {
            (Self::Claim(_), Verb::Delete) => &["atOnce"],
            (_, Verb::Post | Verb::Patch | Verb::Delete) => &[],
            (Self::Tree, Verb::Get) => &["space", "parent", "limit", "cursor"],
            (Self::Free(_), Verb::Get) => &["limit"],
            (Self::Prefixes(_), Verb::Get) => &["part", "after", "limit"],
            (Self::PoolHolders(_), Verb::Get) => &["cursor", "limit"],
            (Self::Search, Verb::Get) => &["q", "space", "limit"],
            (Self::Conflicts, Verb::Get) => &["space", "skip", "limit"],
            (Self::Compliance, Verb::Get) => &["space", "within", "status", "cursor", "limit"],
            (Self::Export, Verb::Get) => &["format"],
            (Self::Snapshot, Verb::Get) => &["from", "minRevision"],
            (Self::Changes, Verb::Get) => &["since", "limit"],
            (Self::History, Verb::Get) => &["cidr", "space", "skip", "limit"],
            (_, Verb::Get) => &[],
        }
    }

    /// Bytes that a body for it may have.
    pub(crate) const fn body_bytes(&self) -> usize {
        if matches!(
            self,
            Self::Simulate | Self::Apply | Self::Imports | Self::ImportPreview
        ) {
            limits::LARGE_BODY_BYTES
        } else {
            limits::BODY_BYTES
        }
    }

    /// True if the `next` of its answer is a cursor that callers need not understand.
    pub(crate) const fn has_cursor(&self) -> bool {
        matches!(self, Self::Tree | Self::PoolHolders(_) | Self::Compliance)
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
        number
            .map(Some)
            .ok_or_else(|| unreadable(name, "give a whole number"))
    }

    /// False where it is not given.
    pub(crate) fn flag(&self, name: &str) -> Result<bool, Problem> {
        match self.text(name) {
            None | Some("false") => Ok(false),
            Some("true") => Ok(true),
            Some(_) => Err(unreadable(name, "give `true` or `false`")),
        }
    }

    /// One word of a type that is a word in JSON.
    pub(crate) fn word<W: DeserializeOwned>(name: &str, word: &str) -> Result<W, Problem> {
        let read = W::deserialize(de::value::StrDeserializer::<de::value::Error>::new(word));
        read.map_err(|e| unreadable(name, &e.to_string()))
    }

    pub(crate) fn cidr(&self, name: &str) -> Result<Option<Cidr>, Problem> {
        let parsed = self.text(name).map(str::parse::<Cidr>).transpose();
        parsed.map_err(|e| unreadable(name, &e.to_string()))
    }

    pub(crate) fn reference(&self, name: &str) -> Option<Reference> {
        self.text(name).map(Reference::from)
    }
}

/// A parameter is not what it must be.
pub(crate) fn unreadable(name: &str, why: &str) -> Problem {
    Problem::bad_request(format!("{name}: {why}")).with("parameter", name)
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
        ["claims", claim, "split"] => Resource::Split((*claim).into()),
        ["claims", claim, "merge"] => Resource::Merge((*claim).into()),
        ["claims", claim, "recommendation"] => Resource::Recommendation((*claim).into()),
        ["claims", claim, "release-plan"] => Resource::ReleasePlan((*claim).into()),
        ["pools"] => Resource::Pools,
        ["pools", pool, "usage"] => Resource::Usage((*pool).into()),
        ["pools", pool, "free"] => Resource::Free((*pool).into()),
        ["pools", pool, "prefixes"] => Resource::Prefixes((*pool).into()),
        ["pools", pool, "resources"] => Resource::PoolHolders((*pool).into()),
        ["pools", pool, "allocations"] => Resource::Allocations((*pool).into()),
        ["pools", pool, "associations"] => Resource::Associations((*pool).into()),
        ["resources"] => Resource::Resources,
        ["resources", id] => Resource::Holder((*id).into()),
        ["spaces"] => Resource::Spaces,
        ["spaces", space] => Resource::Space((*space).into()),
        ["search"] => Resource::Search,
        ["conflicts"] => Resource::Conflicts,
        ["conflicts", left, right] => Resource::Conflict((*left).into(), (*right).into()),
        ["compliance"] => Resource::Compliance,
        ["commands"] => Resource::Commands,
        ["preview"] => Resource::Preview,
        ["plans", "simulate"] => Resource::Simulate,
        ["plans", "apply"] => Resource::Apply,
        ["imports"] => Resource::Imports,
        ["imports", "preview"] => Resource::ImportPreview,
        ["export"] => Resource::Export,
        ["snapshot"] => Resource::Snapshot,
        ["changes"] => Resource::Changes,
        ["history"] => Resource::History,
        _ => return None,
    })
}

/// Reads the query of a URL, already split and decoded.
pub(crate) fn parameters(
    resource: &Resource,
    verb: Verb,
    pairs: impl Iterator<Item = (String, String)>,
) -> Result<Parameters, Problem> {
    let known = resource.parameters(verb);
    let mut found = BTreeMap::new();
    for (name, value) in pairs {
        if !known.contains(&name.as_str()) {
            let name: String = name.chars().take(64).collect();
            let detail = match known {
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
