//! The single writer of a workspace.

use std::time::Duration;

use serde::Deserialize;
use serde_json::json;
use worker::{Delay, DurableObject, Env, Request, Response, Result, State, durable_object};

/// Holds one workspace; everything it must keep is in its SQLite database.
#[durable_object]
pub struct WorkspaceObject {
    state: State,
    env: Env,
}

#[derive(Deserialize)]
struct Counted {
    rows: u32,
}

impl WorkspaceObject {
    fn count_visit(&self) -> Result<()> {
        let sql = self.state.storage().sql();
        sql.exec("INSERT INTO visit DEFAULT VALUES", None)?;
        Ok(())
    }

    async fn health(&self) -> Result<Response> {
        self.count_visit()?;
        let sql = self.state.storage().sql();
        let counted: Counted = sql.exec("SELECT count(*) AS rows FROM visit", None)?.one()?;
        let published = self.env.kv("PUBLISHED")?;
        published
            .put("visits", counted.rows.to_string())?
            .execute()
            .await?;
        let read_back = published.get("visits").text().await?;
        Response::from_json(&json!({ "status": "ok", "visits": counted.rows, "published": read_back }))
    }

    fn test_controls(&self) -> bool {
        self.env
            .var("PLAT_TEST_CONTROLS")
            .is_ok_and(|value| value.to_string() == "1")
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

impl DurableObject for WorkspaceObject {
    fn new(state: State, env: Env) -> Self {
        let sql = state.storage().sql();
        sql.exec("CREATE TABLE IF NOT EXISTS visit (id INTEGER PRIMARY KEY)", None)
            .expect("the database of a new object takes a table");
        Self { state, env }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        match request.path().as_str() {
            "/api/v1/health" => self.health().await,
            "/api/v1/test/panic/object" if self.test_controls() => {
                self.count_visit()?;
                panic!("asked to by a test");
            }
            "/api/v1/test/panic/stack" if self.test_controls() => {
                self.count_visit()?;
                Response::ok(dig(1).to_string())
            }
            "/api/v1/test/wait" if self.test_controls() => {
                Delay::from(Duration::from_secs(5)).await;
                Response::ok("waited")
            }
            _ => Response::error("not found", 404),
        }
    }
}
