//! A stage of the build with a memory: it runs when what it reads differs from the last time.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::Result;

/// What a stage reads, as text: paths with sizes and times of change, settings, and this program itself by its size.
pub(crate) struct Inputs(String);

impl Inputs {
    pub(crate) fn new(settings: &str) -> Self {
        let tool = std::env::current_exe()
            .and_then(fs::metadata)
            .ok()
            .map_or(0, |file| file.len());
        Self(format!("xtask {tool} {settings}\n"))
    }

    pub(crate) fn file(&mut self, path: &Path) -> Result<()> {
        let metadata = fs::metadata(path)?;
        let changed = metadata.modified()?.duration_since(UNIX_EPOCH)?.as_nanos();
        writeln!(self.0, "{} {} {changed}", path.display(), metadata.len())?;
        Ok(())
    }

    pub(crate) fn files(&mut self, paths: &[PathBuf]) -> Result<()> {
        paths.iter().try_for_each(|path| self.file(path))
    }
}

/// Runs `work` unless `outputs` exists and was made from the same inputs. Returns whether it ran.
pub(crate) fn run(
    stamp: &Path,
    inputs: &Inputs,
    output: &Path,
    work: impl FnOnce() -> Result<()>,
) -> Result<bool> {
    if output.exists() && fs::read_to_string(stamp).is_ok_and(|last| last == inputs.0) {
        return Ok(false);
    }
    let _ = fs::remove_file(stamp);
    work()?;
    if let Some(folder) = stamp.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(stamp, &inputs.0)?;
    Ok(true)
}

/// Every file below `folder`, sorted; nothing if there is no such folder.
pub(crate) fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
