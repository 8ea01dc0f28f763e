//! What must not stand in the sources.

use std::fs;
use std::path::Path;

use anyhow::{Result, bail};
use plat_local_edge::Paths;

use super::graph::Graph;
use crate::build::files_below;

/// Words a core crate must not use, and why. A line that must may say `// allowed: reason`.
const NOT_IN_CORE: [(&str, &str); 8] = [
    ("f32", "results must be exact and equal everywhere"),
    ("f64", "results must be exact and equal everywhere"),
    ("HashMap", "its order differs from run to run"),
    ("HashSet", "its order differs from run to run"),
    ("SystemTime", "the time is given, not asked for"),
    ("Instant", "the time is given, not asked for"),
    ("thread_rng", "randomness is given, not asked for"),
    ("RandomState", "its order differs from run to run"),
];
const EXEMPTION: &str = "// allowed:";

const LINES_AT_MOST: usize = 800;
/// What the first lines of a longer file must say, with the reason.
const LENGTH_EXEMPTION: &str = "over 800 lines";

/// Every rule that is broken, a line each.
pub(crate) fn faults(paths: &Paths, graph: &Graph) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for folder in graph.core_folders() {
        for file in rust_files(&paths.root.join(folder).join("src")) {
            faults.extend(core_faults(&name(paths, &file), &fs::read_to_string(&file)?));
        }
    }
    for top in ["crates", "web", "worker", "tests"] {
        for file in rust_files(&paths.root.join(top)) {
            faults.extend(length_fault(&name(paths, &file), &fs::read_to_string(&file)?));
        }
    }
    Ok(faults)
}

fn rust_files(folder: &Path) -> impl Iterator<Item = std::path::PathBuf> {
    let files = files_below(folder).into_iter();
    files.filter(|file| {
        file.extension().is_some_and(|end| end == "rs")
            && !file.components().any(|part| part.as_os_str() == "node_modules")
    })
}

fn name(paths: &Paths, file: &Path) -> String {
    file.strip_prefix(&paths.root)
        .unwrap_or(file)
        .display()
        .to_string()
}

/// Comments do not count, nor does what follows `#[cfg(test)]`: by our habit, tests end a file.
fn core_faults(file: &str, text: &str) -> Vec<String> {
    let code = text
        .lines()
        .enumerate()
        .take_while(|(_, line)| line.trim() != "#[cfg(test)]");
    let mut faults = Vec::new();
    for (at, line) in code.filter(|(_, line)| !line.contains(EXEMPTION)) {
        let code = line.split("//").next().unwrap_or_default();
        for (word, why) in NOT_IN_CORE.iter().filter(|(word, _)| has_word(code, word)) {
            faults.push(format!("{file}:{}: {word} in the core: {why}", at + 1));
        }
    }
    faults
}

fn has_word(line: &str, word: &str) -> bool {
    line.split(|letter: char| !letter.is_alphanumeric() && letter != '_')
        .any(|part| {
            part == word
                || part.strip_suffix(word).is_some_and(|number| {
                    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
                })
        })
}

fn length_fault(file: &str, text: &str) -> Option<String> {
    let lines = text.lines().count();
    let excused = text
        .lines()
        .take(20)
        .any(|line| line.to_lowercase().contains(LENGTH_EXEMPTION));
    (lines > LINES_AT_MOST && !excused).then(|| {
        format!("{file} has {lines} lines: split it, or say at its top why it is {LENGTH_EXEMPTION}")
    })
}

/// Every word above stands once in the sample; if one is let through, the check itself is broken.
pub(crate) fn refuses_wrong_sample(paths: &Paths) -> Result<()> {
    let text = fs::read_to_string(paths.root.join("crates/xtask/samples/wrong/core.rs"))?;
    let found = core_faults("core.rs", &text);
    for (word, _) in NOT_IN_CORE {
        if !found.iter().any(|fault| fault.contains(word)) {
            bail!("the check lets {word} into the core, so it proves nothing");
        }
    }
    if found.len() != NOT_IN_CORE.len() || length_fault("long.rs", &"x\n".repeat(LINES_AT_MOST + 1)).is_none()
    {
        bail!("the check finds {found:?} in the wrong sample");
    }
    Ok(())
}
