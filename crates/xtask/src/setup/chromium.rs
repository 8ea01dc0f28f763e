//! A Chromium: whatever the machine has, else Debian's.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::report::{run_quietly, step};

/// The variable that names a Chromium to use; the browser scripts read it too.
pub(crate) const VARIABLE: &str = "PLAT_CHROMIUM";
const NAMES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
];

pub(crate) fn ensure() -> Result<PathBuf> {
    if let Some(named) = env::var_os(VARIABLE).map(PathBuf::from) {
        if named.is_file() {
            return Ok(named);
        }
        bail!("{VARIABLE} names {}, which is no file", named.display());
    }
    if let Some(found) = on_search_path() {
        return Ok(found);
    }
    if run_quietly(Command::new("id").arg("-u"))?.trim() != "0" {
        bail!(
            "no Chromium found: install it (on Debian, as root: apt-get install chromium) or name one in {VARIABLE}"
        );
    }
    step("chromium", || {
        apt_get(&["update"])?;
        apt_get(&[
            "install",
            "-y",
            "--no-install-recommends",
            "chromium",
            "fonts-dejavu-core",
        ])?;
        let found =
            on_search_path().context("Debian's chromium was installed but is not on the search path")?;
        Ok((found, "from Debian".to_owned()))
    })
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    run_quietly(
        Command::new("apt-get")
            .args(arguments)
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
    .with_context(|| format!("no Chromium found and Debian's cannot be had; name one in {VARIABLE}"))?;
    Ok(())
}

fn on_search_path() -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    env::split_paths(&path).find_map(|dir| {
        NAMES
            .iter()
            .map(|name| dir.join(name))
            .find(|file| file.is_file())
    })
}
