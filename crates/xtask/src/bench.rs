//! `bench`: the bench crate, which is outside the default members.

use std::process::Command;

use anyhow::{Result, bail};
use plat_local_edge::Paths;

use crate::report::{cargo, run_shown};
use crate::{build, setup};

pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let paths = Paths::of_checkout();
    if !paths.root.join("crates/bench/Cargo.toml").exists() {
        bail!("there is no bench crate in this checkout (crates/bench)");
    }
    let mut command = cargo();
    command
        .current_dir(&paths.root)
        .args(["run", "--profile", "bench", "-p", "plat-bench", "--"])
        .args(arguments);
    if !arguments.iter().any(|argument| argument == "--python") {
        match setup::python(&paths) {
            Ok(python) => {
                command.arg("--python").arg(python);
            }
            Err(error) => println!("  without the comparison with netaddr: {error:#}"),
        }
    }
    run_shown(&mut command)?;
    match arguments.iter().position(|argument| argument == "--decisions") {
        Some(at) => in_wasm(&paths, arguments.get(at + 1)),
        None => Ok(()),
    }
}

/// Decides the same in wasm, with the package for Node, and compares the digests.
fn in_wasm(paths: &Paths, directory: Option<&String>) -> Result<()> {
    build::run(build::Speed::from_dev(false))?;
    let mut node = Command::new("node");
    node.current_dir(&paths.root)
        .arg("crates/bench/decisions.mjs")
        .args(directory)
        .env("PLAT_DIST", &paths.dist);
    run_shown(&mut node)
}
