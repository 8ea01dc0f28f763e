//! A Python of our own, with the packages pinned in `tests/requirements.txt`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use plat_local_edge::Paths;

use crate::report::{run_quietly, step};

/// The interpreter in `.plat/python`, made when it is missing or the pins have changed.
pub(crate) fn ensure(paths: &Paths) -> Result<PathBuf> {
    let pins = paths.npm.join("requirements.txt");
    let wanted = fs::read_to_string(&pins)?;
    let home = paths.kept.join("python");
    let (python, stamp) = (home.join("bin/python"), home.join("installed-from"));
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    step("python", || {
        let _ = fs::remove_dir_all(&home);
        run_quietly(Command::new("python3").args(["-m", "venv"]).arg(&home))
            .context("no Python with venv: install it (on Debian: apt-get install python3-venv)")?;
        let mut pip = Command::new(&python);
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
        ])
        .arg(&pins);
        run_quietly(&mut pip)
            .context("pip could not install what tests/requirements.txt pins; is there a network?")?;
        fs::write(&stamp, &wanted)?;
        Ok((python, "packages of tests/requirements.txt".to_owned()))
    })
}
