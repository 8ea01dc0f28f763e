//! The standard library for wasm.

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use crate::report::{run_quietly, step};

pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Looks into the sysroot rather than asking rustup, which takes longer and may not be there.
pub(crate) fn ensure() -> Result<()> {
    let sysroot = run_quietly(Command::new("rustc").args(["--print", "sysroot"]))?;
    let library = PathBuf::from(sysroot.trim())
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib");
    if library.is_dir() {
        return Ok(());
    }
    step("wasm target", || {
        if let Err(error) = run_quietly(Command::new("rustup").args(["target", "add", TARGET])) {
            bail!(
                "rustup could not add {TARGET} ({}). The way out on Debian: apt-get install rustc-web cargo-web rust-web-src lld, \
                 then build with RUSTC_BOOTSTRAP=1 and -Zbuild-std=std,panic_abort, linker rust-lld",
                error.to_string().replace('\n', " ")
            );
        }
        Ok(((), format!("{TARGET} added by rustup")))
    })
}
