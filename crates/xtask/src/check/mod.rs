//! `check`: the rules between crates and in their sources, each with proof that it can fail.

mod allowed;
mod graph;
mod source;

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use plat_local_edge::Paths;

use graph::Graph;

pub(crate) fn run() -> Result<()> {
    let paths = Paths::of_checkout();
    graph::refuses_wrong_samples()?;
    source::refuses_wrong_sample(&paths)?;
    let graph = Graph::of_workspace(&paths)?;
    let mut faults = graph::faults(&graph);
    faults.extend(source::faults(&paths, &graph)?);
    if faults.is_empty() {
        println!(
            "check: {} packages keep the rules, and the wrong samples are refused",
            graph.packages().count()
        );
        return Ok(());
    }
    for fault in &faults {
        eprintln!("{fault}");
    }
    bail!("{} rules broken", faults.len())
}

/// The names of the packages of this workspace.
pub(crate) fn package_names(paths: &Paths) -> Result<BTreeSet<String>> {
    Ok(Graph::declared(paths)?.packages().map(str::to_owned).collect())
}
