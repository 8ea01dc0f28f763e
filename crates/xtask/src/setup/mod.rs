//! The tools a fresh machine lacks. Every step looks first and installs only what is missing.

mod chromium;
mod node;
mod python;
mod wasm_target;

use std::path::PathBuf;

use anyhow::Result;
use plat_local_edge::{Paths, Tools};

pub(crate) use chromium::VARIABLE as CHROMIUM_VARIABLE;

/// What `cargo xtask setup` does: everything any task may need.
pub(crate) fn everything() -> Result<()> {
    let paths = Paths::of_checkout();
    for_build(&paths)?;
    let chromium = browser()?;
    println!("  ready; chromium is {}", chromium.display());
    Ok(())
}

/// What building and running the Worker needs.
pub(crate) fn for_build(paths: &Paths) -> Result<Tools> {
    wasm_target::ensure()?;
    let node = node::ensure(paths)?;
    let tools = Tools { node };
    node::ensure_packages(paths, &tools)?;
    Ok(tools)
}

/// A Chromium for the browser tests.
pub(crate) fn browser() -> Result<PathBuf> {
    chromium::ensure()
}

/// A Python with the packages of `tests/requirements.txt`: for comparisons and for the SDK's own tests.
pub(crate) fn python(paths: &Paths) -> Result<PathBuf> {
    python::ensure(paths)
}
