//! wasm-bindgen and wasm-opt over each compiled module, at the same time.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;

use anyhow::{Context, Result, anyhow, bail};
use wasm_bindgen_cli_support::Bindgen;

use super::cargo::{Host, WasmPackage, module, profile};
use super::{Build, Speed, optimise, stage};

/// Where the bound module of a package is: `NAME.js`, `NAME_bg.wasm`, with `-` written `_`.
pub(crate) fn folder(build: &Build<'_>, package: &str) -> PathBuf {
    build.paths.dist.join("bound").join(package)
}

/// Binds every package; returns how many had changed.
pub(crate) fn all(build: &Build<'_>, packages: &[WasmPackage]) -> Result<usize> {
    let outcomes: Vec<Result<bool>> = thread::scope(|scope| {
        let running: Vec<_> = packages
            .iter()
            .map(|package| scope.spawn(|| one(build, *package)))
            .collect();
        running
            .into_iter()
            .map(|run| run.join().unwrap_or_else(|_| Err(anyhow!("binding panicked"))))
            .collect()
    });
    let mut redone = 0;
    for (outcome, package) in outcomes.into_iter().zip(packages) {
        redone += usize::from(outcome.with_context(|| format!("binding {}", package.name))?);
    }
    Ok(redone)
}

fn one(build: &Build<'_>, package: WasmPackage) -> Result<bool> {
    let module = module(build, package);
    let mut inputs = stage::Inputs::new(profile(build.speed));
    inputs.file(&module)?;
    let folder = folder(build, package.name);
    let stamp = build.paths.dist.join("stamps").join(package.name);
    stage::run(&stamp, &inputs, &folder, || {
        let _ = fs::remove_dir_all(&folder);
        match package.host {
            Host::Browser => bind(&module, &folder, |bindgen| bindgen.web(true).map(|_| ()))?,
            Host::Edge => bind_for_edge(&module, &folder, package)?,
            Host::Package => return package_for_others(build, &module),
        }
        optimise_in(build, &folder, package)
    })
}

fn bind(module: &Path, folder: &Path, choose: impl FnOnce(&mut Bindgen) -> Result<()>) -> Result<()> {
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .typescript(false)
        .remove_producers_section(true)
        .remove_name_section(true);
    choose(&mut bindgen)?;
    bindgen.generate(folder)
}

/// The Worker survives a trap: `worker/shim/entry.mjs` says how, and depends on the two changes made here to what
/// wasm-bindgen writes.
///
/// - It imports the module in the `source` phase, which the Workers runtime does not know; there, a plain import of a wasm
///   file yields the same compiled module.
/// - When a trap leaves wasm it notes that the instance must be replaced before the next call. That is too late: a callback
///   of the old instance may be that call, and would run with its stale pointers in the new one. So the shim is told at once.
fn bind_for_edge(module: &Path, folder: &Path, package: WasmPackage) -> Result<()> {
    bind(module, folder, |bindgen| {
        bindgen
            .module(true)?
            .reset_state_function(true)
            .force_enable_abort_handler(true)
            .remove_name_section(false);
        Ok(())
    })?;
    let js = folder.join(format!("{}.js", package.name.replace('-', "_")));
    let text = fs::read_to_string(&js)?;
    let text = replace_once(&text, "import source ", "import ")?;
    let noted =
        "getInt32ArrayMemory0()[__wbg_terminated_addr] = 1;\n    __wbg_call_abort_hook();\n    throw e;";
    let text = replace_once(&text, noted, "globalThis.platTrapped(e);\n    throw e;")?;
    Ok(fs::write(js, text)?)
}

fn replace_once(text: &str, old: &str, new: &str) -> Result<String> {
    if text.matches(old).count() != 1 {
        bail!(
            "wasm-bindgen no longer writes {old:?} exactly once; look at what it writes now and at worker/shim/entry.mjs"
        );
    }
    Ok(text.replace(old, new))
}

/// Both module kinds, with types, straight into `dist/js`.
fn package_for_others(build: &Build<'_>, module: &Path) -> Result<()> {
    let dist = build.paths.dist.join("js");
    let _ = fs::remove_dir_all(&dist);
    let (web, node) = (dist.join("web"), dist.join("node"));
    bind(module, &web, |bindgen| {
        bindgen.typescript(true).web(true).map(|_| ())
    })?;
    bind(module, &node, |bindgen| {
        bindgen.typescript(true).nodejs_module(true).map(|_| ())
    })?;
    for folder in [&web, &node] {
        for file in stage::files_below(folder)
            .iter()
            .filter(|file| file.extension().is_some_and(|end| end == "wasm"))
        {
            optimise_file(build, file)?;
        }
    }
    fs::create_dir_all(build.paths.dist.join("bound/plat-js"))?;
    Ok(())
}

fn optimise_in(build: &Build<'_>, folder: &Path, package: WasmPackage) -> Result<()> {
    optimise_file(
        build,
        &folder.join(format!("{}_bg.wasm", package.name.replace('-', "_"))),
    )
}

fn optimise_file(build: &Build<'_>, file: &Path) -> Result<()> {
    match build.speed {
        Speed::Release => optimise::wasm(build, file),
        Speed::Dev => Ok(()),
    }
}
