//! Node, and the npm packages pinned in `tests/package-lock.json`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use plat_local_edge::{Paths, Tools};

use crate::report::{run_quietly, step};

/// The machine's Node if it is new enough, else one from npm (the package without an install script).
pub(crate) fn ensure(paths: &Paths) -> Result<PathBuf> {
    if let Some(node) = Tools::find_node(paths) {
        return Ok(node);
    }
    require_npm()?;
    step("node", || {
        let own = paths.kept.join("node");
        fs::create_dir_all(&own)?;
        for file in ["package.json", "package-lock.json"] {
            fs::copy(paths.root.join("crates/xtask/node").join(file), own.join(file))?;
        }
        let mut npm = Command::new("npm");
        install(&mut npm, &own)?;
        let node = Tools::find_node(paths).context("the Node from npm does not run on this machine")?;
        Ok((node, "from npm, for this checkout only".to_owned()))
    })
}

/// `npm ci`, unless the packages of this very lock file are installed.
pub(crate) fn ensure_packages(paths: &Paths, tools: &Tools) -> Result<()> {
    let lock = fs::read_to_string(paths.npm.join("package-lock.json"))?;
    let stamp = paths.npm.join("node_modules/.installed-from");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    require_npm()?;
    step("npm packages", || {
        let mut npm = Command::new("npm");
        tools.put_node_first(&mut npm);
        install(&mut npm, &paths.npm)?;
        fs::write(&stamp, &lock)?;
        Ok(((), "wrangler, esbuild, binaryen, playwright".to_owned()))
    })
}

fn install(npm: &mut Command, folder: &Path) -> Result<()> {
    npm.args([
        "ci",
        "--ignore-scripts",
        "--no-audit",
        "--no-fund",
        "--loglevel",
        "error",
    ])
    .args([
        "--fetch-retries",
        "2",
        "--fetch-retry-mintimeout",
        "2000",
        "--fetch-retry-maxtimeout",
        "10000",
    ])
    .current_dir(folder);
    if let Err(error) = run_quietly(npm) {
        let said = error.to_string();
        let Some(code) = NETWORK_CODES.iter().find(|code| said.contains(**code)) else {
            bail!("npm could not install the pinned packages: {said}");
        };
        bail!(
            "npm cannot reach its registry ({code}): run `cargo xtask setup` once where there is a network"
        );
    }
    Ok(())
}

/// How npm says that it has no network, or none that leads anywhere.
const NETWORK_CODES: [&str; 6] = [
    "ECONNREFUSED",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ETIMEDOUT",
    "ENETUNREACH",
    "ECONNRESET",
];

fn require_npm() -> Result<()> {
    if Command::new("npm").arg("--version").output().is_err() {
        bail!("npm is missing: install Node 20 or newer with npm (on Debian: apt-get install npm)");
    }
    Ok(())
}
