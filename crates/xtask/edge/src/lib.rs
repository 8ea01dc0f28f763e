//! A local edge: the built Worker, its Durable Object, KV and static assets in a real workerd on a
//! loopback port, with its data in a directory that outlives the process.
//!
//! In scope: finding the tools `cargo xtask` set up, writing the configuration, starting, waiting until
//! it answers, stopping with grace or without any. Out of scope: installing (that is `cargo xtask`), building
//! (`cargo xtask build`), and speaking the API.
//!
//! ```no_run
//! # fn main() -> anyhow::Result<()> {
//! use plat_local_edge::{Edge, Settings};
//! let edge = Edge::start(Settings::new("target/edge-test/data").var("PLAT_TEST_CONTROLS", "1"))?;
//! println!("{}/api/v1/health", edge.url());
//! edge.stop()?;
//! # Ok(())
//! # }
//! ```

mod config;
mod process;
mod readiness;
mod token;
mod tools;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

use anyhow::{Context, Result, bail};

pub use token::{OwnerToken, crc32, owner_token};
pub use tools::{Paths, Tools};

/// What stands between the caller and workerd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Front {
    /// `wrangler dev`: assets with their headers, reload after a build; its proxy makes requests several times slower.
    Wrangler,
    /// workerd without a proxy, the API only (no static assets): for load and fault tests. Starts faster.
    Direct,
}

/// How to start an [`Edge`].
#[derive(Clone, Debug)]
pub struct Settings {
    port: Option<u16>,
    data: PathBuf,
    front: Front,
    vars: Vec<(String, String)>,
}

impl Settings {
    /// A wrangler edge on a free port that keeps its data in `data` (relative to the current directory; made if missing).
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self {
            port: None,
            data: data.into(),
            front: Front::Wrangler,
            vars: Vec::new(),
        }
    }

    /// Listens on this port of 127.0.0.1; without it, on a free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Chooses what stands in front of workerd.
    #[must_use]
    pub fn front(mut self, front: Front) -> Self {
        self.front = front;
        self
    }

    /// Adds a variable that the Worker reads from its environment.
    #[must_use]
    pub fn var(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.vars.push((name.into(), value.into()));
        self
    }
}

/// A running edge. Dropping it kills it at once, as [`Edge::kill_hard`] does.
#[derive(Debug)]
pub struct Edge {
    child: Child,
    port: u16,
    data: PathBuf,
    finished: bool,
}

/// How long an edge may take until it answers.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// How long it may take to stop when asked to.
const STOPPED_WITHIN: Duration = Duration::from_secs(10);

impl Edge {
    /// Starts the edge and returns once it answers.
    ///
    /// # Errors
    /// Missing tools or a missing build (the message names the `cargo xtask` command that helps), a taken port,
    /// or an edge that stops or does not answer within a minute (the message ends with its last output).
    pub fn start(settings: Settings) -> Result<Self> {
        let paths = Paths::of_checkout();
        let tools = Tools::find(&paths)?;
        paths.require_build()?;
        let port = match settings.port {
            Some(port) => {
                require_free(port)?;
                port
            }
            None => free_port()?,
        };
        fs::create_dir_all(&settings.data)
            .with_context(|| format!("cannot make the data directory {}", settings.data.display()))?;
        let data = fs::canonicalize(&settings.data)?;
        let child = match settings.front {
            Front::Wrangler => config::start_wrangler(&paths, &tools, port, &data, &settings.vars)?,
            Front::Direct => config::start_direct(&paths, &tools, port, &data, &settings.vars)?,
        };
        let mut edge = Self {
            child,
            port,
            data,
            finished: false,
        };
        if let Err(error) = readiness::wait(&mut edge.child, port, READY_WITHIN) {
            edge.kill_hard();
            bail!(
                "{error}; the last of {}:\n{}",
                edge.log_path().display(),
                edge.log_tail()
            );
        }
        Ok(edge)
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where its data is; start another edge over it to see what was kept.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// The file its output goes to.
    pub fn log_path(&self) -> PathBuf {
        log_path(&self.data)
    }

    /// The last lines of its output.
    pub fn log_tail(&self) -> String {
        let text = fs::read_to_string(self.log_path()).unwrap_or_default();
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        lines[lines.len().saturating_sub(15)..].join("\n")
    }

    /// Whether it is still running.
    pub fn is_running(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// The process ids of its workerd processes.
    pub fn workerd_pids(&self) -> Vec<u32> {
        process::descendants(self.child.id())
            .into_iter()
            .filter(|pid| process::name(*pid).is_some_and(|name| name.starts_with("workerd")))
            .collect()
    }

    /// Asks it to stop and waits until it, workerd included, is gone.
    ///
    /// # Errors
    /// When it is still there after ten seconds; it is killed then.
    pub fn stop(mut self) -> Result<()> {
        self.finished = true;
        process::stop_gently(&mut self.child, STOPPED_WITHIN)
    }

    /// Kills workerd and whatever started it, at once, as a power cut would. Its data stays as it then is.
    pub fn kill_hard(&mut self) {
        if !self.finished {
            self.finished = true;
            process::kill_tree(&mut self.child);
        }
    }
}

impl Drop for Edge {
    fn drop(&mut self) {
        self.kill_hard();
    }
}

pub(crate) fn log_path(data: &Path) -> PathBuf {
    data.join("edge.log")
}

/// A port of 127.0.0.1 that nothing listened on a moment ago.
///
/// # Errors
/// When the system has none.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port on 127.0.0.1")?;
    Ok(listener.local_addr()?.port())
}

/// Refuses a port that something listens on.
///
/// # Errors
/// Names the port and the way out.
pub fn require_free(port: u16) -> Result<()> {
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(error) => {
            bail!(
                "port {port} cannot be used ({error}): stop what listens there, or choose another with --port"
            )
        }
    }
}
