//! `test`: everything that shows the rows to be true, cheapest first. The runners' own closing lines stay visible.
//!
//! Where a test belongs is said by where it is:
//! - a crate's own tests: native;
//! - `tests/tests/*.rs`: by name, `edge_*` and `*_http` against a real workerd (they start their own), `*_node` and `*_browser` as
//!   they say, all others native; a file of another name says `//! needs: edge` (or node, browser) among its first lines;
//! - `tests/node/*.test.mjs`: the wasm package in Node;
//! - `tests/edge/*.test.mjs` and `tests/browser/*.test.mjs`: an edge runs beside them, at `PLAT_URL` with `PLAT_OWNER_TOKEN`.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use clap::ValueEnum;
use plat_local_edge::{Edge, Paths, Settings, Tools, owner_token};

use crate::build::{self, Purpose, Speed};
use crate::report::{cargo, run_shown};
use crate::setup;

/// Environment variables a test is given.
type Variables = [(&'static str, String)];

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
const NEEDS: &str = "//! needs: ";
/// How many lines may stand before that mark.
const NEEDS_WITHIN_LINES: usize = 10;

pub(crate) fn run(only: &[Kind]) -> Result<()> {
    let kinds = if only.is_empty() { &Kind::ALL[..] } else { only };
    let paths = Paths::of_checkout();
    let mut results = Vec::new();
    if kinds.contains(&Kind::Native) {
        results.push(native(&paths));
    }
    if kinds.iter().any(|kind| kind.needs_build()) {
        let tools = setup::for_build(&paths)?;
        build::needed(&paths, &tools, Speed::Release, Purpose::All)?;
        results.extend(kinds.iter().map(|kind| match kind {
            Kind::Native => Ok(()),
            Kind::Node => node(&paths, &tools),
            Kind::Edge => edge(&paths, &tools),
            Kind::Browser => browser(&paths, &tools),
        }));
    }
    all(results)
}

/// Every failure of what has been run already, so that one run tells everything.
fn all(results: impl IntoIterator<Item = Result<()>>) -> Result<()> {
    let failed: Vec<String> = results
        .into_iter()
        .filter_map(|result| Some(format!("{:#}", result.err()?)))
        .collect();
    if failed.is_empty() {
        Ok(())
    } else {
        bail!("{}", failed.join("\n"))
    }
}

fn native(paths: &Paths) -> Result<()> {
    let mut command = cargo();
    command
        .current_dir(&paths.root)
        .args(["test", "--workspace", "--no-fail-fast"]);
    let present = crate::check::package_names(paths)?;
    for package in NOT_NATIVE.iter().filter(|package| present.contains(**package)) {
        command.args(["--exclude", package]);
    }
    all([
        run_shown(&mut command),
        integration_tests(paths, Kind::Native, &[]),
    ])
}

/// Runs the files of `tests/tests` of this kind, in one cargo command; none is fine.
fn integration_tests(paths: &Paths, kind: Kind, variables: &Variables) -> Result<()> {
    let mut names = Vec::new();
    for file in files(&paths.npm.join("tests"), ".rs") {
        let name = file
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if kind_of(&name, &fs::read_to_string(&file)?)? == kind {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Ok(());
    }
    let mut command = cargo();
    command
        .current_dir(&paths.root)
        .args(["test", "-p", "plat-tests", "--no-fail-fast"])
        .envs(variables.iter().cloned());
    command.args(names.iter().flat_map(|name| ["--test", name]));
    if kind == Kind::Native {
        command.arg("--lib");
    }
    run_shown(&mut command)
}

fn kind_of(name: &str, text: &str) -> Result<Kind> {
    if let Some(needs) = text
        .lines()
        .take(NEEDS_WITHIN_LINES)
        .find_map(|line| line.strip_prefix(NEEDS))
    {
        let needs = needs.trim().trim_end_matches('.');
        return Kind::from_str(needs, false)
            .map_err(|_| anyhow!("tests/tests/{name}.rs needs {needs:?}, which is no kind of test"));
    }
    Ok(match name {
        _ if name.starts_with("edge_") || name.ends_with("_http") => Kind::Edge,
        _ if name.ends_with("_node") => Kind::Node,
        _ if name.ends_with("_browser") => Kind::Browser,
        _ => Kind::Native,
    })
}

fn node(paths: &Paths, tools: &Tools) -> Result<()> {
    all([
        integration_tests(paths, Kind::Node, &[]),
        node_tests(paths, tools, "node", &[]),
    ])
}

fn edge(paths: &Paths, tools: &Tools) -> Result<()> {
    let rust = integration_tests(paths, Kind::Edge, &[]);
    if files(&paths.npm.join("edge"), ".test.mjs").is_empty() {
        return rust;
    }
    let node = with_edge(paths, "edge", |variables| {
        node_tests(paths, tools, "edge", variables)
    });
    all([rust, node])
}

fn browser(paths: &Paths, tools: &Tools) -> Result<()> {
    let chromium = (setup::CHROMIUM_VARIABLE, setup::browser()?.display().to_string());
    let rust = integration_tests(paths, Kind::Browser, std::slice::from_ref(&chromium));
    let node = with_edge(paths, "browser", |variables| {
        node_tests(paths, tools, "browser", &[variables, &[chromium]].concat())
    });
    all([rust, node])
}

/// An edge with empty data for as long as `work` takes; the variables say where it is.
fn with_edge(paths: &Paths, name: &str, work: impl FnOnce(&Variables) -> Result<()>) -> Result<()> {
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
fn node_tests(paths: &Paths, tools: &Tools, folder: &str, variables: &Variables) -> Result<()> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_is_told() {
        assert!(all([Ok(()), Ok(())]).is_ok());
        let told = all([Err(anyhow!("one")), Ok(()), Err(anyhow!("two"))]).unwrap_err();
        assert_eq!(told.to_string(), "one\ntwo");
    }

    #[test]
    fn kind_is_the_mark_or_the_name() {
        let kinds = [
            ("edge_http", "", Kind::Edge),
            ("scenarios_http", "", Kind::Edge),
            ("scenarios_node", "", Kind::Node),
            ("scenarios_browser", "", Kind::Browser),
            ("scenarios_native", "", Kind::Native),
            ("readme", "//! It runs.\n//! needs: edge\n", Kind::Edge),
        ];
        for (name, text, kind) in kinds {
            assert_eq!(kind_of(name, text).unwrap(), kind, "{name}");
        }
        assert!(kind_of("readme", "//! needs: luck\n").is_err());
    }
}
