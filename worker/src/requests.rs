//! From a route, its parameters and a body to what the service is asked. The contents are the service's to judge.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use plat_api::{PoolRequest, Problem, Reference, Request, SimulateRequest, TreeRequest};
use plat_domain::query::Cursor;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::routes::{Parameters, Resource, Verb};

/// What the service is asked; none for what the object answers from its own ledger.
pub(crate) fn request(
    resource: &Resource,
    verb: Verb,
    parameters: &Parameters,
    body: &[u8],
) -> Result<Option<Request>, Problem> {
    let space = || parameters.reference("space");
    Ok(Some(match resource {
        Resource::Workspace => Request::Workspace,
        Resource::Tree => Request::Tree(TreeRequest {
            space: space(),
            parent: parameters.reference("parent"),
            after: parameters.text("cursor").map(read_cursor).transpose()?,
            limit: parameters.number("limit")?,
        }),
        Resource::Claim(claim) => match verb {
            Verb::Patch => Request::Edit(with_reference(body, "claim", claim)?),
            Verb::Delete => Request::Release { claim: claim.clone() },
            Verb::Get | Verb::Post => Request::Claim { claim: claim.clone() },
        },
        Resource::Usage(pool) => Request::Usage { pool: pool.clone() },
        Resource::Free(pool) => Request::Free {
            pool: pool.clone(),
            limit: parameters.number("limit")?,
        },
        Resource::Pools => Request::CreatePool(json::<PoolRequest>(body)?),
        Resource::Allocations(pool) => Request::Allocate(with_reference(body, "pool", pool)?),
        Resource::Search => Request::Search {
            q: parameters.text("q").unwrap_or_default().to_owned(),
            space: space(),
            limit: parameters.number("limit")?,
        },
        Resource::Conflicts => Request::Conflicts {
            space: space(),
            skip: parameters.number("skip")?,
            limit: parameters.number("limit")?,
        },
        Resource::Commands => Request::Command(Box::new(json(body)?)),
        Resource::Preview => Request::Preview {
            command: Box::new(json(body)?),
        },
        Resource::Simulate => Request::Simulate(json::<SimulateRequest>(body)?),
        Resource::Apply => Request::Apply(Box::new(json(body)?)),
        Resource::Imports => Request::Import(json(body)?),
        Resource::ImportPreview => Request::PreviewImport(json(body)?),
        Resource::Export => Request::Export {
            format: parameters.text("format").unwrap_or("json").to_owned(),
        },
        Resource::Snapshot | Resource::Changes => return Ok(None),
    }))
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
        .ok_or_else(|| {
            Problem::bad_request("cursor: give the `next` of an earlier answer as it is")
                .with("parameter", "cursor")
        })
}
