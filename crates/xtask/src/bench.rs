//! `bench`: the bench crate, which is outside the default members.

use anyhow::{Result, bail};
use plat_local_edge::Paths;

use crate::report::{cargo, run_shown};
use crate::setup;

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
    run_shown(&mut command)
}
