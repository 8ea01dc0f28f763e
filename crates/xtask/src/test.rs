//! `test`: everything that shows the rows to be true, cheapest first. The runners' own closing lines stay visible.
//!
//! Where a test belongs is said by where it is:
//! - a crate's own tests, and `tests/tests/*.rs`: native;
//! - `tests/node/*.test.mjs`: the wasm package in Node;
//! - `tests/tests/edge_*.rs` and `tests/edge/*.test.mjs`: against a real workerd (the former start their own);
//! - `tests/browser/*.test.mjs`: a real Chromium against a real workerd.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::ValueEnum;
use plat_local_edge::{Edge, Paths, Settings, Tools, owner_token};

use crate::build::{self, Speed};
use crate::report::{cargo, run_shown};
use crate::setup;

/// What a test needs around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Rust on this machine
    Native,
    /// The wasm package in Node
    Node,
    /// The Worker in a local workerd
    Edge,
    /// The planner in Chromium
    Browser,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Native, Self::Node, Self::Edge, Self::Browser];

    fn needs_build(self) -> bool {
        match self {
            Self::Native => false,
            Self::Node | Self::Edge | Self::Browser => true,
        }
    }
}

/// Not run natively by themselves: the Worker has no native tests, the bench crate is no test, `plat-tests` is told apart below.
const NOT_NATIVE: [&str; 3] = ["plat-worker", "plat-bench", "plat-tests"];
const EDGE_TEST_PREFIX: &str = "edge_";

pub(crate) fn run(only: &[Kind]) -> Result<()> {
    let kinds = if only.is_empty() { &Kind::ALL[..] } else { only };
    let paths = Paths::of_checkout();
    if kinds.contains(&Kind::Native) {
        native(&paths)?;
    }
    if !kinds.iter().any(|kind| kind.needs_build()) {
        return Ok(());
    }
    let tools = setup::for_build(&paths)?;
    build::everything(&paths, &tools, Speed::Release)?;
    for kind in kinds {
        match kind {
            Kind::Native => {}
            Kind::Node => node_tests(&paths, &tools, "node", &[])?,
            Kind::Edge => edge(&paths, &tools)?,
            Kind::Browser => browser(&paths, &tools)?,
        }
    }
    Ok(())
}

fn native(paths: &Paths) -> Result<()> {
    let mut command = cargo();
    command.current_dir(&paths.root).args(["test", "--workspace"]);
    let present = crate::check::package_names(paths)?;
    for package in NOT_NATIVE.iter().filter(|package| present.contains(**package)) {
        command.args(["--exclude", package]);
    }
    run_shown(&mut command)?;
    integration_tests(paths, |name| !name.starts_with(EDGE_TEST_PREFIX))
}

/// Runs those files of `tests/tests` whose name is `wanted`, in one cargo command; none is fine.
fn integration_tests(paths: &Paths, wanted: impl Fn(&str) -> bool) -> Result<()> {
    let names: Vec<String> = files(&paths.npm.join("tests"), ".rs")
        .iter()
        .filter_map(|file| file.file_stem().map(|stem| stem.to_string_lossy().into_owned()))
        .filter(|name| wanted(name))
        .collect();
    if names.is_empty() {
        return Ok(());
    }
    let mut command = cargo();
    command
        .current_dir(&paths.root)
        .args(["test", "-p", "plat-tests"]);
    command.args(names.iter().flat_map(|name| ["--test", name]));
    run_shown(&mut command)
}

fn edge(paths: &Paths, tools: &Tools) -> Result<()> {
    integration_tests(paths, |name| name.starts_with(EDGE_TEST_PREFIX))?;
    if files(&paths.npm.join("edge"), ".test.mjs").is_empty() {
        return Ok(());
    }
    with_edge(paths, "edge", |variables| {
        node_tests(paths, tools, "edge", variables)
    })
}

fn browser(paths: &Paths, tools: &Tools) -> Result<()> {
    let chromium = setup::browser()?;
    with_edge(paths, "browser", |variables| {
        let mut variables = variables.to_vec();
        variables.push((setup::CHROMIUM_VARIABLE, chromium.display().to_string()));
        node_tests(paths, tools, "browser", &variables)
    })
}

/// An edge with empty data for as long as `work` takes; the variables say where it is.
fn with_edge(
    paths: &Paths,
    name: &str,
    work: impl FnOnce(&[(&'static str, String)]) -> Result<()>,
) -> Result<()> {
    let data = paths.target.join("edge-tests").join(format!("xtask-{name}"));
    let _ = fs::remove_dir_all(&data);
    let owner = owner_token(&data)?;
    let settings = Settings::new(&data)
        .var("OWNER_TOKEN_SHA256", owner.sha256_hex())
        .var("PLAT_TEST_CONTROLS", "1");
    let edge = Edge::start(settings)?;
    work(&[("PLAT_URL", edge.url()), ("PLAT_OWNER_TOKEN", owner.token)])?;
    edge.stop()
}

/// Node's own test runner over `tests/FOLDER/*.test.mjs`; none is fine.
fn node_tests(
    paths: &Paths,
    tools: &Tools,
    folder: &str,
    variables: &[(&'static str, String)],
) -> Result<()> {
    let found = files(&paths.npm.join(folder), ".test.mjs");
    if found.is_empty() {
        println!("  no tests in tests/{folder} yet");
        return Ok(());
    }
    let mut command = tools.bare_node_command();
    command
        .args(["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .args(&found)
        .envs(variables.iter().map(|(name, value)| (name, value)))
        .env("PLAT_DIST", &paths.dist)
        .current_dir(&paths.root);
    if run_shown(&mut command).is_err() {
        bail!("tests in tests/{folder} failed");
    }
    Ok(())
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(ending))
        .collect();
    found.sort();
    found
}
