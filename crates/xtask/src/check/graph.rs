//! Who depends on whom.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use plat_local_edge::Paths;
use serde_json::Value;

use super::allowed::{CORE, LISTED, NEVER, NEVER_IN_CORE, TOOLS};
use crate::report::{cargo, run_quietly};

#[derive(Debug, Default)]
struct Package {
    /// What its manifest declares for ordinary use.
    declares: BTreeSet<String>,
    /// All that is compiled for it when it is built alone, on any target.
    reaches: BTreeSet<String>,
    /// Its folder, from the top of the checkout.
    folder: String,
}

/// The packages of the workspace and what they depend on.
#[derive(Debug, Default)]
pub(crate) struct Graph(BTreeMap<String, Package>);

impl Graph {
    /// What the manifests declare.
    pub(crate) fn declared(paths: &Paths) -> Result<Self> {
        let mut metadata = cargo();
        metadata
            .current_dir(&paths.root)
            .args(["metadata", "--format-version", "1", "--no-deps"]);
        let metadata: Value = serde_json::from_str(&run_quietly(&mut metadata)?)?;
        let mut graph = Self::default();
        for package in metadata["packages"]
            .as_array()
            .context("cargo metadata without packages")?
        {
            let declares = package["dependencies"].as_array().into_iter().flatten();
            let declares = declares
                .filter(|on| on["kind"].is_null())
                .filter_map(|on| on["name"].as_str());
            let manifest = package["manifest_path"].as_str().unwrap_or_default();
            let root = paths.root.to_string_lossy();
            let folder = manifest
                .trim_start_matches(&*root)
                .trim_matches('/')
                .trim_end_matches("/Cargo.toml")
                .to_owned();
            let known = Package {
                declares: declares.map(str::to_owned).collect(),
                reaches: BTreeSet::new(),
                folder,
            };
            graph
                .0
                .insert(package["name"].as_str().unwrap_or_default().to_owned(), known);
        }
        Ok(graph)
    }

    /// The same, and what each package reaches. `cargo tree` is asked a package at a time: one resolution for the whole
    /// workspace would add features (and so dependencies) that only other packages ask for.
    pub(crate) fn of_workspace(paths: &Paths) -> Result<Self> {
        let mut graph = Self::declared(paths)?;
        for (name, package) in &mut graph.0 {
            let mut tree = cargo();
            tree.current_dir(&paths.root)
                .args(["tree", "--target", "all", "--edges", "normal", "--prefix", "none"]);
            tree.args(["--format", "{p}", "--package", name]);
            let listed = run_quietly(&mut tree)?;
            let names = listed
                .lines()
                .filter_map(|line| line.split(' ').next())
                .filter(|on| !on.is_empty() && on != name);
            package.reaches = names.map(str::to_owned).collect();
        }
        Ok(graph)
    }

    pub(crate) fn packages(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The folders of the core crates that exist.
    pub(crate) fn core_folders(&self) -> impl Iterator<Item = &str> {
        CORE.iter()
            .filter_map(|core| self.0.get(core.package))
            .map(|package| package.folder.as_str())
    }
}

/// Every rule that is broken, a line each.
pub(crate) fn faults(graph: &Graph) -> Vec<String> {
    let mut faults = Vec::new();
    for listed in CORE.iter().chain(&LISTED) {
        let declares = graph.0.get(listed.package).map(|package| &package.declares);
        let declares = declares.into_iter().flatten();
        for on in declares.filter(|on| !listed.may.iter().any(|(name, _)| name == on)) {
            faults.push(format!(
                "{} depends on {on}: allow it with a reason in crates/xtask/src/check/allowed.rs, or do without",
                listed.package
            ));
        }
    }
    for core in &CORE {
        let Some(package) = graph.0.get(core.package) else {
            continue;
        };
        for on in NEVER_IN_CORE.iter().filter(|on| package.reaches.contains(**on)) {
            faults.push(format!(
                "{} reaches {on}: the core takes no clock, entropy, host or executor",
                core.package
            ));
        }
    }
    for (who, on, why) in NEVER {
        if graph
            .0
            .get(who)
            .is_some_and(|package| package.reaches.contains(on))
        {
            faults.push(format!("{who} reaches {on}: {why}"));
        }
    }
    for tool in TOOLS {
        let reaches = graph
            .0
            .get(tool)
            .map(|package| &package.reaches)
            .into_iter()
            .flatten();
        for on in reaches.filter(|on| on.starts_with("plat-") && !TOOLS.contains(&on.as_str())) {
            faults.push(format!(
                "{tool} reaches {on}: what builds the product is not built from it"
            ));
        }
    }
    faults
}

/// Each pair breaks exactly one rule; if one is let through, the check itself is broken.
pub(crate) fn refuses_wrong_samples() -> Result<()> {
    let wrong = [
        ("plat-domain", "left-pad"),
        ("plat-js", "left-pad"),
        ("plat-domain", "getrandom"),
        ("plat-allocator", "serde_json"),
        ("plat-web-page", "plat-worker"),
        ("plat-worker", "plat-web-engine"),
        ("xtask", "plat-domain"),
    ];
    for (who, on) in wrong {
        let package = Package {
            declares: [on.to_owned()].into(),
            reaches: [on.to_owned()].into(),
            folder: String::new(),
        };
        if faults(&Graph([(who.to_owned(), package)].into())).is_empty() {
            bail!("the check lets {who} depend on {on}, so it proves nothing");
        }
    }
    Ok(())
}
