//! `dist/worker`: the shim, the bindings and the module. wrangler bundles them from there.

use std::fs;

use anyhow::Result;

use super::{Build, bindings, stage};

/// Returns whether anything had changed.
pub(crate) fn assemble(build: &Build<'_>) -> Result<bool> {
    let bound = bindings::folder(build, "plat-worker");
    let shim = build.paths.root.join("worker/shim");
    let mut inputs = stage::Inputs::new("worker");
    let sources = [stage::files_below(&shim), stage::files_below(&bound)];
    inputs.files(&sources.concat())?;
    let folder = build.paths.dist.join("worker");
    stage::run(&build.paths.dist.join("stamps/worker"), &inputs, &folder, || {
        let _ = fs::remove_dir_all(&folder);
        for (from, files) in [shim, bound].iter().zip(sources) {
            for file in files {
                let to = folder.join(file.strip_prefix(from)?);
                if let Some(parent) = to.parent() {
                    fs::create_dir_all(parent)?;
                }
                fs::copy(file, to)?;
            }
        }
        Ok(())
    })
}
