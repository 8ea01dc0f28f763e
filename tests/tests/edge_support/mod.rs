//! A real edge with an owner, and a client that shows statuses, headers and bodies as they came.
#![allow(dead_code, reason = "each test file uses its part")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use anyhow::{Context, Result, ensure};
use plat_local_edge::{Edge, Front, Paths, Settings, owner_token};
use serde_json::Value;
use ureq::http::Request;
use ureq::{Agent, SendBody};

/// A fresh folder for an edge's data.
pub(crate) fn fresh(name: &str) -> PathBuf {
    let folder = Paths::of_checkout().target.join("edge-tests").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// An edge and its owner.
pub(crate) struct World {
    pub(crate) edge: Edge,
    pub(crate) token: String,
}

impl World {
    /// Starts an edge over `data`, which may hold what an earlier one left.
    pub(crate) fn start(data: &Path) -> Result<Self> {
        Self::start_behind(Front::Direct, data)
    }

    /// The same with wrangler's proxy in front, as `cargo xtask serve` has it.
    pub(crate) fn start_behind_wrangler(data: &Path) -> Result<Self> {
        Self::start_behind(Front::Wrangler, data)
    }

    fn start_behind(front: Front, data: &Path) -> Result<Self> {
        let owner = owner_token(data)?;
        let settings = Settings::new(data)
            .front(front)
            .var("OWNER_TOKEN_SHA256", owner.sha256_hex())
            .var("PLAT_TEST_CONTROLS", "1");
        Ok(Self {
            edge: Edge::start(settings)?,
            token: owner.token,
        })
    }

    /// The owner's view of a workspace.
    pub(crate) fn workspace(&self, name: &str) -> Workspace {
        Workspace {
            agent: agent(),
            origin: self.edge.url(),
            root: format!("{}/api/v1/workspaces/{name}", self.edge.url()),
            token: Some(self.token.clone()),
        }
    }
}

/// The edge that all tests of one file share, each in a workspace of its own. It ends with the process.
pub(crate) fn shared(name: &str) -> &'static World {
    static WORLD: OnceLock<World> = OnceLock::new();
    WORLD.get_or_init(|| World::start(&fresh(name)).expect("an edge starts"))
}

fn agent() -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_idle_connections_per_host(0)
        .build()
        .into()
}

/// Someone's view of a workspace.
#[derive(Clone)]
pub(crate) struct Workspace {
    agent: Agent,
    pub(crate) origin: String,
    root: String,
    token: Option<String>,
}

impl Workspace {
    /// The same workspace with other credentials, or none.
    pub(crate) fn with_token(&self, token: Option<&str>) -> Self {
        Self {
            token: token.map(str::to_owned),
            ..self.clone()
        }
    }

    pub(crate) fn ask(&self, method: &str, path: &str) -> Ask<'_> {
        let of_no_workspace = path.starts_with("/api") || path.starts_with("/problems");
        let url = if of_no_workspace {
            format!("{}{path}", self.origin)
        } else {
            format!("{}{path}", self.root)
        };
        Ask {
            workspace: self,
            method: method.to_owned(),
            url,
            headers: Vec::new(),
            body: None,
            chunked: false,
        }
    }

    pub(crate) fn get(&self, path: &str) -> Result<Reply> {
        self.ask("GET", path).send()
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Reply> {
        self.ask("POST", path).json(body).send()
    }

    /// Makes a pool at the top of the default space.
    pub(crate) fn pool(&self, name: &str, prefix: &str) -> Result<Reply> {
        let reply = self.post(
            "/pools",
            &serde_json::json!({ "name": name, "prefixes": [prefix] }),
        )?;
        ensure!(reply.status == 201, "{reply:?}");
        Ok(reply)
    }

    pub(crate) fn revision(&self) -> Result<u64> {
        self.get("")?.json()?["revision"].as_u64().context("no revision")
    }

    /// The whole journal.
    pub(crate) fn journal(&self) -> Result<Vec<Value>> {
        let (mut all, mut since) = (Vec::new(), 0);
        loop {
            let page = self.get(&format!("/changes?since={since}&limit=1000"))?.json()?;
            all.extend(page["entries"].as_array().context("no entries")?.iter().cloned());
            match page["next"].as_u64() {
                Some(next) => since = next,
                None => return Ok(all),
            }
        }
    }
}

/// A request on its way.
pub(crate) struct Ask<'a> {
    workspace: &'a Workspace,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
    chunked: bool,
}

impl Ask<'_> {
    pub(crate) fn header(mut self, name: &str, value: impl ToString) -> Self {
        self.headers.push((name.to_owned(), value.to_string()));
        self
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        let body = body.to_string();
        self.header("content-type", "application/json")
            .bytes(body.into_bytes())
    }

    pub(crate) fn bytes(mut self, body: Vec<u8>) -> Self {
        self.body = Some(body);
        self
    }

    /// Sends the body in pieces, without its length.
    pub(crate) fn chunked(mut self) -> Self {
        self.chunked = true;
        self
    }

    pub(crate) fn send(self) -> Result<Reply> {
        let mut request = Request::builder().method(self.method.as_str()).uri(&self.url);
        if let Some(token) = &self.workspace.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let agent = &self.workspace.agent;
        let mut response = match self.body {
            Some(body) if self.chunked => {
                agent.run(request.body(SendBody::from_owned_reader(std::io::Cursor::new(body)))?)?
            }
            Some(body) => agent.run(request.body(body)?)?,
            None => agent.run(request.body(())?)?,
        };
        let headers = response.headers().iter();
        let headers = headers.map(|(name, value)| {
            (
                name.as_str().to_owned(),
                value.to_str().unwrap_or_default().to_owned(),
            )
        });
        Ok(Reply {
            status: response.status().as_u16(),
            headers: headers.collect(),
            body: response.body_mut().with_config().limit(200 << 20).read_to_vec()?,
        })
    }
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: u16,
    headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl std::fmt::Debug for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = String::from_utf8_lossy(&self.body);
        write!(
            f,
            "{} {:?} {}",
            self.status,
            self.headers,
            text.chars().take(2_000).collect::<String>()
        )
    }
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn json(&self) -> Result<Value> {
        serde_json::from_slice(&self.body).with_context(|| format!("{self:?}"))
    }

    /// The problem's code; fails where the answer is not a problem with this status.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        let body = self.json().expect("a problem is JSON");
        assert_eq!(body["type"], format!("/problems/{code}"), "{self:?}");
        assert_eq!(body["status"], status, "{self:?}");
        for field in ["title", "detail"] {
            assert!(
                body[field].as_str().is_some_and(|text| !text.is_empty()),
                "no {field}: {self:?}"
            );
        }
        body
    }

    /// The first prefix of the claim in the answer.
    #[track_caller]
    pub(crate) fn cidr(&self) -> String {
        let body = self.json().expect("JSON");
        body["claim"]["prefixes"][0]
            .as_str()
            .unwrap_or_else(|| panic!("no claim: {self:?}"))
            .to_owned()
    }

    #[track_caller]
    pub(crate) fn claim_id(&self) -> String {
        let body = self.json().expect("JSON");
        body["claim"]["id"]
            .as_str()
            .unwrap_or_else(|| panic!("no claim: {self:?}"))
            .to_owned()
    }
}

/// Base64 (RFC 4648 §4), as files travel in requests.
pub(crate) fn base64(bytes: &[u8]) -> String {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = three.iter().fold(0, |n, byte| n << 8 | u32::from(*byte)) << (8 * (3 - three.len()));
        for at in 0..4 {
            let digit = digits[(number >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= three.len() { char::from(digit) } else { '=' });
        }
    }
    text
}
