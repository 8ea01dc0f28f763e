//! From a route, its parameters and a body to what the service is asked. The contents are the service's to judge.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use plat_api::{ComplianceRequest, PoolRequest, Problem, Reference, Request, SimulateRequest, TreeRequest};
use plat_domain::query::{Compliance, Cursor, Part};
use plat_domain::{Description, Timestamp};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::routes::{Parameters, Resource, Verb, unreadable};

/// What the service is asked; none for what the object answers from its own ledger.
pub(crate) fn request(
    resource: &Resource,
    verb: Verb,
    parameters: &Parameters,
    body: &[u8],
) -> Result<Option<Request>, Problem> {
    let space = || parameters.reference("space");
    let cursor = || parameters.text("cursor").map(read_cursor).transpose();
    Ok(Some(match (resource, verb) {
        (Resource::Workspace, _) => Request::Workspace,
        (Resource::Tree, _) => Request::Tree(TreeRequest {
            space: space(),
            parent: parameters.reference("parent"),
            after: cursor()?,
            limit: parameters.number("limit")?,
        }),
        (Resource::Claim(claim), Verb::Patch) => Request::Edit(with_reference(body, "claim", claim)?),
        (Resource::Claim(claim), Verb::Delete) => Request::Release {
            claim: claim.clone(),
            at_once: parameters.flag("atOnce")?,
        },
        (Resource::Claim(claim), _) => Request::Claim { claim: claim.clone() },
        (Resource::Split(claim), _) => Request::Split(with_reference(body, "claim", claim)?),
        (Resource::Merge(claim), _) => Request::Merge(with_reference(body, "claim", claim)?),
        (Resource::Recommendation(claim), _) => Request::Recommend { claim: claim.clone() },
        (Resource::ReleasePlan(claim), _) => Request::PlanRelease { claim: claim.clone() },
        (Resource::Usage(pool), _) => Request::Usage { pool: pool.clone() },
        (Resource::Free(pool), _) => Request::Free {
            pool: pool.clone(),
            limit: parameters.number("limit")?,
        },
        (Resource::Prefixes(pool), _) => Request::Prefixes {
            pool: pool.clone(),
            part: part(parameters)?,
            after: parameters.cidr("after")?,
            limit: parameters.number("limit")?,
        },
        (Resource::PoolHolders(pool), _) => Request::Resources {
            pool: pool.clone(),
            after: cursor()?,
            limit: parameters.number("limit")?,
        },
        (Resource::Pools, _) => Request::CreatePool(json::<PoolRequest>(body)?),
        (Resource::Allocations(pool), _) => Request::Allocate(with_reference(body, "pool", pool)?),
        (Resource::Associations(pool), _) => Request::Associate(with_reference(body, "pool", pool)?),
        (Resource::Resources, _) => Request::PutResource(json(body)?),
        (Resource::Holder(id), Verb::Delete) => Request::RemoveResource { resource: id.clone() },
        (Resource::Holder(id), _) => Request::Resource { resource: id.clone() },
        (Resource::Spaces, _) => Request::CreateSpace(json(body)?),
        (Resource::Space(space), Verb::Delete) => Request::RemoveSpace { space: space.clone() },
        (Resource::Space(space), _) => Request::EditSpace(with_reference(body, "space", space)?),
        (Resource::Search, _) => Request::Search {
            q: parameters.text("q").unwrap_or_default().to_owned(),
            space: space(),
            limit: parameters.number("limit")?,
        },
        (Resource::Conflicts, _) => Request::Conflicts {
            space: space(),
            skip: parameters.number("skip")?,
            limit: parameters.number("limit")?,
        },
        (Resource::Conflict(left, right), Verb::Delete) => Request::ReopenConflict {
            left: left.clone(),
            right: right.clone(),
        },
        (Resource::Conflict(left, right), _) => {
            let Accepted { reason, expires_at } = json(body)?;
            Request::AcceptConflict {
                left: left.clone(),
                right: right.clone(),
                reason,
                expires_at,
            }
        }
        (Resource::Compliance, _) => Request::Compliance(ComplianceRequest {
            space: space(),
            within: parameters.reference("within"),
            status: parameters.text("status").map_or(Ok(Vec::new()), statuses)?,
            after: cursor()?,
            limit: parameters.number("limit")?,
        }),
        (Resource::Commands, _) => Request::Command(Box::new(json(body)?)),
        (Resource::Preview, _) => Request::Preview {
            command: Box::new(json(body)?),
        },
        (Resource::Simulate, _) => Request::Simulate(json::<SimulateRequest>(body)?),
        (Resource::Apply, _) => Request::Apply(Box::new(json(body)?)),
        (Resource::Imports, _) => Request::Import(json(body)?),
        (Resource::ImportPreview, _) => Request::PreviewImport(json(body)?),
        (Resource::Export, _) => Request::Export {
            format: parameters.text("format").unwrap_or("json").to_owned(),
        },
        (Resource::Snapshot | Resource::Changes | Resource::History, _) => return Ok(None),
    }))
}

/// The body with which a conflict is accepted; the path says which.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Accepted {
    reason: Description,
    #[serde(default)]
    expires_at: Option<Timestamp>,
}

fn part(parameters: &Parameters) -> Result<Part, Problem> {
    let word = parameters.text("part").unwrap_or_default();
    if word.is_empty() {
        return Err(unreadable("part", "give `allocated`, `reserved` or `available`"));
    }
    Parameters::word("part", word)
}

/// A list with commas.
fn statuses(text: &str) -> Result<Vec<Compliance>, Problem> {
    text.split(',')
        .map(|word| Parameters::word("status", word))
        .collect()
}

fn json<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|e| Problem::bad_request(format!("the body cannot be read: {e}")))
}

/// A body to which the path adds one field. The body must not have that field itself.
fn with_reference<T: DeserializeOwned>(
    body: &[u8],
    field: &str,
    reference: &Reference,
) -> Result<T, Problem> {
    let mut value: Value = json(body)?;
    let Some(fields) = value.as_object_mut() else {
        return Err(Problem::bad_request(
            "the body cannot be read: expected an object",
        ));
    };
    if fields
        .insert(field.to_owned(), Value::String(reference.0.clone()))
        .is_some()
    {
        return Err(Problem::bad_request(format!(
            "the body cannot be read: unknown field `{field}`, the path says which"
        )));
    }
    serde_json::from_value(value).map_err(|e| Problem::bad_request(format!("the body cannot be read: {e}")))
}

/// Cursors are opaque to callers: base64url of what the service needs to go on.
pub(crate) fn written_cursor(cursor: &Value) -> Value {
    Value::String(URL_SAFE_NO_PAD.encode(cursor.to_string()))
}

fn read_cursor(text: &str) -> Result<Cursor, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(text).ok();
    bytes
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .ok_or_else(|| unreadable("cursor", "give the `next` of an earlier answer as it is"))
}
