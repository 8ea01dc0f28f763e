//! A real edge (workerd) over HTTP: every request by the route that the API has for it.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result, ensure};
use plat_api::{Reference, Request};
use plat_domain::query::Cursor;
use plat_domain::{Cidr, Context};
use plat_local_edge::{Edge, Front, Paths, Settings, owner_token};
use serde::Serialize;
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http;

use super::{Answer, Host};

/// An edge of its own, with a workspace for each scenario.
pub struct Http {
    edge: Edge,
    agent: Agent,
    token: String,
    workspace: String,
    /// The opaque cursors that pages gave out, by the row that they follow.
    cursors: BTreeMap<Cursor, String>,
}

/// Method, path below the workspace, and body.
struct Route {
    method: &'static str,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
}

impl Http {
    /// Starts an edge with empty data.
    ///
    /// # Errors
    /// As [`Edge::start`]: the message names the command that helps.
    pub fn start() -> Result<Self> {
        let data = Paths::of_checkout().target.join("edge-tests/scenarios");
        let _ = fs::remove_dir_all(&data);
        let owner = owner_token(&data)?;
        let settings = Settings::new(&data)
            .front(Front::Direct)
            .var("OWNER_TOKEN_SHA256", owner.sha256_hex())
            .var("PLAT_TEST_CONTROLS", "1");
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .allow_non_standard_methods(true)
            .build();
        Ok(Self {
            edge: Edge::start(settings)?,
            agent: config.into(),
            token: owner.token,
            workspace: String::new(),
            cursors: BTreeMap::new(),
        })
    }

    /// The opaque text of a page's end, as the edge gave it.
    fn cursor(&self, after: Option<&Cursor>) -> Result<Option<(&'static str, String)>> {
        let Some(after) = after else { return Ok(None) };
        let text = self.cursors.get(after).context("no page ended there")?;
        Ok(Some(("cursor", text.clone())))
    }

    fn route(&self, request: &Request) -> Result<Route> {
        let limit = |limit: &Option<usize>| limit.map(|n| ("limit", n.to_string()));
        let space = |space: &Option<Reference>| space.as_ref().map(|s| ("space", s.0.clone()));
        let get = |path: String, query: Vec<Option<(&'static str, String)>>| Route {
            method: "GET",
            path,
            query: query.into_iter().flatten().collect(),
            body: None,
        };
        let post = |path: &str, body: Value| Route {
            method: "POST",
            path: path.to_owned(),
            query: Vec::new(),
            body: Some(body),
        };
        let delete = |path: String| Route {
            method: "DELETE",
            path,
            query: Vec::new(),
            body: None,
        };
        Ok(match request {
            Request::Workspace => get(String::new(), Vec::new()),
            Request::Tree(tree) => {
                let cursor = self.cursor(tree.after.as_ref())?;
                let parent = tree.parent.as_ref().map(|p| ("parent", p.0.clone()));
                get(
                    "/tree".into(),
                    vec![space(&tree.space), parent, cursor, limit(&tree.limit)],
                )
            }
            Request::Claim { claim } => get(format!("/claims/{}", encoded(claim)), Vec::new()),
            Request::Usage { pool } => get(format!("/pools/{}/usage", encoded(pool)), Vec::new()),
            Request::Free { pool, limit: n } => get(format!("/pools/{}/free", encoded(pool)), vec![limit(n)]),
            Request::Search {
                q,
                space: s,
                limit: n,
            } => get("/search".into(), vec![Some(("q", q.clone())), space(s), limit(n)]),
            Request::Conflicts {
                space: s,
                skip,
                limit: n,
            } => {
                let skip = skip.map(|n| ("skip", n.to_string()));
                get("/conflicts".into(), vec![space(s), skip, limit(n)])
            }
            Request::Export { format } => get("/export".into(), vec![Some(("format", format.clone()))]),
            Request::Preview { command } => post("/preview", value(command)?),
            Request::Simulate(simulate) => post("/plans/simulate", value(simulate)?),
            Request::PreviewImport(import) => post("/imports/preview", value(import)?),
            Request::CreatePool(pool) => post("/pools", value(pool)?),
            Request::Allocate(allocation) => {
                let path = format!("/pools/{}/allocations", encoded(&allocation.pool));
                post(&path, without(value(allocation)?, "pool"))
            }
            Request::Edit(edit) => {
                let path = format!("/claims/{}", encoded(&edit.claim));
                Route {
                    method: "PATCH",
                    path,
                    query: Vec::new(),
                    body: Some(without(value(edit)?, "claim")),
                }
            }
            Request::Release { claim, at_once } => Route {
                query: at_once
                    .then(|| ("atOnce", "true".to_owned()))
                    .into_iter()
                    .collect(),
                ..delete(format!("/claims/{}", encoded(claim)))
            },
            Request::Split(split) => {
                let path = format!("/claims/{}/split", encoded(&split.claim));
                post(&path, without(value(split)?, "claim"))
            }
            Request::Merge(merge) => {
                let path = format!("/claims/{}/merge", encoded(&merge.claim));
                post(&path, without(value(merge)?, "claim"))
            }
            Request::Associate(associate) => {
                let path = format!("/pools/{}/associations", encoded(&associate.pool));
                post(&path, without(value(associate)?, "pool"))
            }
            Request::PutResource(put) => post("/resources", value(put)?),
            Request::RemoveResource { resource } => delete(format!("/resources/{}", encoded(resource))),
            Request::CreateSpace(space) => post("/spaces", value(space)?),
            Request::EditSpace(edit) => Route {
                method: "PATCH",
                ..post(
                    &format!("/spaces/{}", encoded(&edit.space)),
                    without(value(edit)?, "space"),
                )
            },
            Request::RemoveSpace { space } => delete(format!("/spaces/{}", encoded(space))),
            Request::AcceptConflict {
                left,
                right,
                reason,
                expires_at,
            } => post(
                &format!("/conflicts/{}/{}", encoded(left), encoded(right)),
                json!({ "reason": reason, "expiresAt": expires_at }),
            ),
            Request::ReopenConflict { left, right } => {
                delete(format!("/conflicts/{}/{}", encoded(left), encoded(right)))
            }
            Request::Prefixes {
                pool,
                part,
                after,
                limit: n,
            } => {
                let part = value(part)?.as_str().unwrap_or_default().to_owned();
                let after = after.map(|after| ("after", after.to_string()));
                let path = format!("/pools/{}/prefixes", encoded(pool));
                get(path, vec![Some(("part", part)), after, limit(n)])
            }
            Request::Resources {
                pool,
                after,
                limit: n,
            } => {
                let path = format!("/pools/{}/resources", encoded(pool));
                get(path, vec![self.cursor(after.as_ref())?, limit(n)])
            }
            Request::Resource { resource } => get(format!("/resources/{}", encoded(resource)), Vec::new()),
            Request::Recommend { claim } => {
                get(format!("/claims/{}/recommendation", encoded(claim)), Vec::new())
            }
            Request::PlanRelease { claim } => {
                get(format!("/claims/{}/release-plan", encoded(claim)), Vec::new())
            }
            Request::Compliance(asked) => {
                let status: Vec<String> = asked
                    .status
                    .iter()
                    .map(|status| Ok(value(status)?.as_str().unwrap_or_default().to_owned()))
                    .collect::<Result<_>>()?;
                let status = (!status.is_empty()).then(|| ("status", status.join(",")));
                let within = asked.within.as_ref().map(|w| ("within", w.0.clone()));
                let cursor = self.cursor(asked.after.as_ref())?;
                get(
                    "/compliance".into(),
                    vec![space(&asked.space), within, status, cursor, limit(&asked.limit)],
                )
            }
            Request::Command(command) => post("/commands", value(command)?),
            Request::Import(import) => post("/imports", value(import)?),
            Request::Apply(apply) => post("/plans/apply", value(apply)?),
        })
    }
}

fn value(of: &impl Serialize) -> Result<Value> {
    Ok(serde_json::to_value(of)?)
}

/// The path says what the field would.
fn without(mut body: Value, field: &str) -> Value {
    if let Some(fields) = body.as_object_mut() {
        fields.remove(field);
    }
    body
}

/// A reference as one segment of a path.
fn encoded(reference: &Reference) -> String {
    percent(&reference.0)
}

/// Percent-encoding of all but unreserved characters (RFC 3986 §2.3).
fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            other => format!("%{other:02X}"),
        })
        .collect()
}

impl Host for Http {
    fn open(&mut self, scenario: &str) -> Result<()> {
        self.workspace = scenario
            .to_lowercase()
            .replace(|c: char| !c.is_ascii_alphanumeric(), "-");
        self.cursors.clear();
        Ok(())
    }

    fn call(&mut self, request: &Request, context: &Context, base: Option<u64>) -> Result<Answer> {
        let route = self.route(request)?;
        let mut answer = self.send(route, context, base)?;
        let paged = matches!(
            request,
            Request::Tree(_) | Request::Resources { .. } | Request::Compliance(_)
        );
        if paged {
            self.keep_cursor(&mut answer.body)?;
        }
        Ok(answer)
    }

    fn keeps_journal(&self) -> bool {
        true
    }

    fn history(&mut self, cidr: Cidr, space: Option<&Reference>, context: &Context) -> Result<Answer> {
        let space = space.map(|space| ("space", space.0.clone()));
        let route = Route {
            method: "GET",
            path: "/history".into(),
            query: core::iter::once(("cidr", cidr.to_string()))
                .chain(space)
                .collect(),
            body: None,
        };
        self.send(route, context, None)
    }
}

impl Http {
    fn send(&mut self, route: Route, context: &Context, base: Option<u64>) -> Result<Answer> {
        let Route {
            method,
            path,
            query,
            body,
        } = route;
        let query: Vec<String> = query
            .iter()
            .map(|(key, value)| format!("{key}={}", percent(value)))
            .collect();
        let query = if query.is_empty() {
            String::new()
        } else {
            format!("?{}", query.join("&"))
        };
        let uri = format!(
            "{}/api/v1/workspaces/{}{path}{query}",
            self.edge.url(),
            self.workspace
        );
        let mut asked = http::Request::builder()
            .method(method)
            .uri(&uri)
            .header("authorization", format!("Bearer {}", self.token))
            .header("x-plat-test-now", context.now.to_string());
        if let Some(base) = base {
            asked = asked.header("if-match", format!("\"{base}\""));
        }
        let response = match body {
            Some(body) => self.agent.run(
                asked
                    .header("content-type", "application/json")
                    .body(body.to_string())?,
            ),
            None => self.agent.run(asked.body(())?),
        };
        let mut response =
            response.with_context(|| format!("{method} {uri}; the edge says:\n{}", self.edge.log_tail()))?;
        let header = |name: &str| {
            response
                .headers()
                .get(name)
                .and_then(|v| v.to_str().ok())
                .unwrap_or_default()
                .to_owned()
        };
        let (status, media_type, revision) = (
            response.status().as_u16(),
            header("content-type"),
            header("x-plat-revision"),
        );
        let disposition = header("content-disposition");
        let text = response.body_mut().read_to_string()?;
        let revision = revision
            .parse()
            .with_context(|| format!("{method} {uri} answered {status} without a revision: {text:.300}"))?;
        let wanted = if status >= 400 {
            "application/problem+json"
        } else {
            "application/json"
        };
        let body = if status < 400 && path == "/export" {
            let file_name = disposition.split('"').nth(1).unwrap_or_default();
            json!({ "fileName": file_name, "mediaType": media_type, "text": text })
        } else {
            ensure!(
                media_type == wanted,
                "{method} {uri} answered {status} as `{media_type}`"
            );
            serde_json::from_str(&text).with_context(|| format!("not JSON: {text:.300}"))?
        };
        Ok(Answer {
            status,
            body,
            revision,
        })
    }

    /// Shows where a page ended as the other hosts do, and keeps the opaque text for it.
    fn keep_cursor(&mut self, body: &mut Value) -> Result<()> {
        if let Some(Value::String(opaque)) = body.get("next").cloned() {
            // Programs give an opaque cursor back as it is; the runner knows it by the row it follows.
            let rows = ["rows", "resources", "claims"]
                .iter()
                .find_map(|list| body[*list].as_array());
            let last = rows
                .and_then(|rows| rows.last())
                .context("an empty page with a next one")?;
            let last = ["network", "row"]
                .iter()
                .map(|of| &last[*of])
                .find(|row| row.is_object())
                .unwrap_or(last);
            let cursor = Cursor {
                first: serde_json::from_value(last["prefixes"][0].clone())?,
                id: serde_json::from_value(last["id"].clone())?,
            };
            self.cursors.insert(cursor, opaque);
            body["next"] = serde_json::to_value(cursor)?;
        }
        Ok(())
    }
}
