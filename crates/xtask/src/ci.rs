//! `ci`: the script CI runs, so that both are one.

use std::process::Command;

use anyhow::Result;
use plat_local_edge::Paths;

use crate::report::run_shown;

pub(crate) fn run() -> Result<()> {
    let paths = Paths::of_checkout();
    run_shown(Command::new("bash").arg(".ci/run").current_dir(paths.root))
}
