//! One cargo command for all wasm packages: separate ones would unify features differently and compile everything twice.

use std::path::PathBuf;

use anyhow::{Result, bail};
use plat_local_edge::Paths;

use super::{Build, Purpose, Speed};
use crate::report::cargo;

/// A package that is compiled to wasm, and what is made of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WasmPackage {
    /// cargo's name for it.
    pub(crate) name: &'static str,
    folder: &'static str,
    pub(crate) host: Host,
}

/// Who loads it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    /// The document, or a module Web Worker.
    Browser,
    /// The Workers runtime.
    Edge,
    /// Other people's programs: Node and browsers.
    Package,
}

const PACKAGES: [WasmPackage; 4] = [
    WasmPackage {
        name: "plat-web-page",
        folder: "web/page",
        host: Host::Browser,
    },
    WasmPackage {
        name: "plat-web-engine",
        folder: "web/engine",
        host: Host::Browser,
    },
    WasmPackage {
        name: "plat-worker",
        folder: "worker",
        host: Host::Edge,
    },
    WasmPackage {
        name: "plat-js",
        folder: "crates/js",
        host: Host::Package,
    },
];

/// Those that exist in this checkout and are needed.
pub(crate) fn packages(paths: &Paths, purpose: Purpose) -> Vec<WasmPackage> {
    PACKAGES
        .into_iter()
        .filter(|package| purpose == Purpose::All || package.host != Host::Package)
        .filter(|package| paths.root.join(package.folder).join("Cargo.toml").exists())
        .collect()
}

/// Profile `wasm` is in the top manifest; this one is only for trying things out, so it lives here.
const DEV_PROFILE: [&str; 5] = [
    "profile.wasm-dev.inherits='dev'",
    "profile.wasm-dev.opt-level=1",
    "profile.wasm-dev.debug=false",
    "profile.wasm-dev.incremental=true",
    "profile.wasm-dev.panic='abort'",
];

pub(crate) fn profile(speed: Speed) -> &'static str {
    match speed {
        Speed::Release => "wasm",
        Speed::Dev => "wasm-dev",
    }
}

pub(crate) fn compile(build: &Build<'_>, packages: &[WasmPackage]) -> Result<()> {
    let mut command = cargo();
    command
        .current_dir(&build.paths.root)
        .args(["build", "--target", "wasm32-unknown-unknown", "--profile"]);
    command.arg(profile(build.speed));
    if build.speed == Speed::Dev {
        command.args(DEV_PROFILE.iter().flat_map(|setting| ["--config", setting]));
    }
    command.args(packages.iter().flat_map(|package| ["-p", package.name]));
    if !command.status()?.success() {
        bail!("the wasm packages do not compile; cargo's message above says why");
    }
    Ok(())
}

/// Where cargo leaves the module of a package.
pub(crate) fn module(build: &Build<'_>, package: WasmPackage) -> PathBuf {
    let file = format!("{}.wasm", package.name.replace('-', "_"));
    build
        .paths
        .target
        .join("wasm32-unknown-unknown")
        .join(profile(build.speed))
        .join(file)
}
