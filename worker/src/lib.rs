//! The edge: the API over HTTP, in front of one Durable Object a workspace.
//!
//! **In scope**: paths, headers, credentials, limits, storage. **Out of scope**: every rule about addresses (`plat-domain`) and
//! every answer's content (`plat-service`): a request becomes a value here, and its outcome is made durable here.
//!
//! | file | what |
//! |---|---|
//! | `routes`, `requests` | what a URL names; what the service is asked |
//! | `gate`, `credentials` | what every request passes before its body is read |
//! | `http`, `problems` | headers, problems, entity tags, bodies within limits; what the problems mean |
//! | `workspace_object`, `workspace` | the single writer: one request, one turn without an await |
//! | `ledger`, `sql` | the journal, kept answers and snapshots in SQLite |
//! | `history` | what the journal says of a prefix |
//! | `upkeep`, `publish` | the alarm: expiry, snapshots, forgetting, the copy in KV |
//! | `testing` | what tests may ask for, where the edge is a test's |
//!
//! `cargo xtask build` runs wasm-bindgen over this crate and puts `shim/entry.mjs` in front of it; that file states what
//! happens after a trap.

mod credentials;
mod gate;
mod history;
mod http;
mod ledger;
mod limits;
mod problems;
mod publish;
mod requests;
mod routes;
mod sql;
mod testing;
mod upkeep;
mod workspace;
mod workspace_object;

use plat_api::Problem;
use serde_json::json;
use worker::{Context, Env, Request, Response, Result, event};

use gate::Passed;
use http::Answer;
use routes::Resource;

/// In front of a workspace's name in the name of its object: another layout of objects would have another.
const OBJECT_PREFIX: &str = "v1:";

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    let path = request.path();
    if testing::is_test_path(&path) && testing::allowed(&env) {
        if path == "/api/v1/test/panic/worker" {
            panic!("asked to by a test");
        }
        return env
            .durable_object("WORKSPACE")?
            .get_by_name(testing::VISITED_OBJECT)?
            .fetch_with_request(request)
            .await;
    }
    if path == "/api/v1/health" {
        return health(&request).into_response();
    }
    if let Some(asked) = problems::asked(&path) {
        return problems::answer(&request, &asked).into_response();
    }
    match gate::pass(&request, &env) {
        Ok(passed) => answer(request, &env, &passed).await,
        Err(problem) => Answer::from(problem).into_response(),
    }
}

async fn answer(request: Request, env: &Env, passed: &Passed) -> Result<Response> {
    if passed.route.resource == Resource::Snapshot
        && let Some(copy) = published(env, passed).await
    {
        return copy;
    }
    let name = format!("{OBJECT_PREFIX}{}", passed.route.workspace);
    env.durable_object("WORKSPACE")?
        .get_by_name(&name)?
        .fetch_with_request(request)
        .await
}

/// The copy in KV, if the caller takes one and it is new enough. Whatever is wrong with it, the object is asked instead.
async fn published(env: &Env, passed: &Passed) -> Option<Result<Response>> {
    match passed.parameters.text("from") {
        None | Some("object") => return None,
        Some("published") => {}
        Some(_) => {
            let problem =
                Problem::bad_request("from: give `published` or `object`").with("parameter", "from");
            return Some(Answer::from(problem).into_response());
        }
    }
    let at_least = match passed.parameters.number::<u64>("minRevision") {
        Ok(revision) => revision.unwrap_or(0),
        Err(problem) => return Some(Answer::from(problem).into_response()),
    };
    publish::read(env, &passed.route.workspace, at_least)
        .await
        .map(Ok)
}

/// That the Worker runs. It asks no object, so that it costs nothing to ask and tells a stranger nothing.
fn health(request: &Request) -> Answer {
    match request.inner().method().as_str() {
        "GET" | "HEAD" => Answer::json(
            200,
            &json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }),
            None,
        ),
        _ => Answer::from(
            Problem::new("method-not-allowed", 405, "this path answers GET, HEAD").with("allow", "GET, HEAD"),
        ),
    }
}
