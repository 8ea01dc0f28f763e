//! From crates to `target/dist`: `assets` (the site), `worker` (what the Workers runtime loads), `js` (the package for others).
//!
//! A stage runs only if what it reads has changed since it last ran (see [`stage`]), so a second build takes a second.

mod bindings;
mod cargo;
mod headers;
mod optimise;
mod site;
mod sizes;
mod stage;
mod worker;

pub(crate) use stage::files_below;

use anyhow::Result;
use plat_local_edge::{Paths, Tools};

use crate::report::step;
use crate::setup;

/// Whether the result should be good or soon there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speed {
    /// Profile `wasm`, then wasm-opt.
    Release,
    /// Little optimisation, no wasm-opt, no minifying.
    Dev,
}

impl Speed {
    pub(crate) fn from_dev(dev: bool) -> Self {
        if dev { Self::Dev } else { Self::Release }
    }
}

/// What the result is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// Planner and API on this machine: all but the package for others.
    Serve,
    /// Everything that the product is.
    All,
}

/// What every stage needs to know.
pub(crate) struct Build<'a> {
    pub(crate) paths: &'a Paths,
    pub(crate) tools: &'a Tools,
    pub(crate) speed: Speed,
}

/// The `build` task: build and say how large everything became.
pub(crate) fn run(speed: Speed) -> Result<()> {
    let paths = Paths::of_checkout();
    let tools = setup::for_build(&paths)?;
    needed(&paths, &tools, speed, Purpose::All)?;
    sizes::print(&paths, &tools)
}

/// Builds what has changed of what is needed.
pub(crate) fn needed(paths: &Paths, tools: &Tools, speed: Speed, purpose: Purpose) -> Result<()> {
    let build = Build { paths, tools, speed };
    let packages = cargo::packages(paths, purpose);
    step("compile", || {
        cargo::compile(&build, &packages)?;
        Ok(((), format!("{} wasm packages", packages.len())))
    })?;
    step("bind", || {
        let redone = bindings::all(&build, &packages)?;
        Ok((
            (),
            if redone == 0 {
                "unchanged".to_owned()
            } else {
                format!("{redone} packages bound and optimised")
            },
        ))
    })?;
    step("assemble", || {
        let worker = worker::assemble(&build)?;
        let site = site::assemble(&build)?;
        Ok((
            (),
            if worker || site {
                "target/dist".to_owned()
            } else {
                "unchanged".to_owned()
            },
        ))
    })
}
