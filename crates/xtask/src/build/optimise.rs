//! wasm-opt.

use std::fs;
use std::path::Path;

use anyhow::Result;

use super::Build;
use crate::report::run_quietly;

/// What browsers and the Workers runtime have had for years. Listed by name: with "all", wasm-opt may use what they lack.
const FEATURES: [&str; 8] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
    "--enable-simd",
    "--enable-exception-handling",
];

/// Optimises a module in place: for speed as far as that does not cost much size, since the compiler has chosen per crate already.
pub(crate) fn wasm(build: &Build<'_>, file: &Path) -> Result<()> {
    let optimised = file.with_extension("wasm.opt");
    let mut command = build.tools.node_command(&build.paths.npm_program("wasm-opt"));
    command
        .arg("-O2")
        .args(FEATURES)
        .arg(file)
        .arg("-o")
        .arg(&optimised);
    run_quietly(&mut command)?;
    Ok(fs::rename(optimised, file)?)
}
