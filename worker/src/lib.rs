//! The edge: routes every API request to the Durable Object that owns the workspace.
//!
//! `cargo xtask build` runs wasm-bindgen over this crate and puts `shim/entry.mjs` in front of it;
//! that file states what happens after a trap.

mod workspace_object;

use worker::{Context, Env, Request, Response, Result, event};

/// One object a workspace; until there are several, this is the one.
const WORKSPACE_NAME: &str = "v1:main";

#[event(fetch)]
async fn fetch(request: Request, env: Env, _context: Context) -> Result<Response> {
    if request.path() == "/api/v1/test/panic/worker" && env.var("PLAT_TEST_CONTROLS").is_ok() {
        panic!("asked to by a test");
    }
    let object = env.durable_object("WORKSPACE")?;
    let stub = object.id_from_name(WORKSPACE_NAME)?.get_stub()?;
    stub.fetch_with_request(request).await
}
