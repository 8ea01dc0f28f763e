//! Every scenario file as one test, on one host.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, PoisonError};
use std::{env, fs};

use anyhow::{Context, Result, bail};
use libtest_mimic::{Arguments, Failed, Trial};
use plat_local_edge::Paths;

use crate::host::Host;
use crate::runner::Runner;
use crate::script::Script;
use crate::twin::Twin;

/// Set to write what is answered into the files instead of comparing.
const BLESS: &str = "PLAT_BLESS";

/// Runs every scenario against a host that is started once, one test a file, and reports as libtest does.
#[must_use]
pub fn run<H: Host + 'static>(start: impl FnOnce() -> Result<H>) -> ExitCode {
    let mut arguments = Arguments::from_args();
    // A host answers one scenario at a time.
    arguments.test_threads = Some(1);
    let (folder, files) = match scenario_files() {
        Ok(found) => found,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::FAILURE;
        }
    };
    let host: Arc<Mutex<Option<H>>> = Arc::new(Mutex::new(None));
    if !arguments.list {
        match start() {
            Ok(started) => *host.lock().unwrap_or_else(PoisonError::into_inner) = Some(started),
            Err(error) => {
                eprintln!("error: {error:#}");
                return ExitCode::FAILURE;
            }
        }
    }
    let trials = files.into_iter().map(|file| {
        let name = file
            .strip_prefix(&folder)
            .unwrap_or(&file)
            .with_extension("")
            .display()
            .to_string();
        let host = Arc::clone(&host);
        Trial::test(name.clone(), move || {
            let mut host = host.lock().unwrap_or_else(PoisonError::into_inner);
            let host = host
                .as_mut()
                .ok_or_else(|| Failed::from("the host was not started"))?;
            run_file(host, &name, &file).map_err(|error| Failed::from(format!("{error:#}")))
        })
    });
    let conclusion = libtest_mimic::run(&arguments, trials.collect());
    // The host stops here, before the process does: it may own other processes.
    drop(host.lock().unwrap_or_else(PoisonError::into_inner).take());
    conclusion.exit_code()
}

fn scenario_files() -> Result<(PathBuf, Vec<PathBuf>)> {
    let folder = Paths::of_checkout().root.join("tests/scenarios");
    let mut files = Vec::new();
    collect(&folder, &mut files)?;
    files.sort();
    if files.is_empty() {
        bail!("no scenarios in {}", folder.display());
    }
    Ok((folder, files))
}

/// Runs one file, and its IPv6 twin if it has one.
fn run_file(host: &mut dyn Host, name: &str, file: &Path) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    let script = Script::read(&text)?;
    if script.needs_journal && !host.keeps_journal() {
        return Ok(());
    }
    let (outputs, _) = outputs(host, name, &script, Twin::AsWritten)?;
    let mut twin_end = None;
    if script.has_twin {
        let (twin, end) = outputs_of_twin(host, name, &script)?;
        compare(
            "the IPv6 twin answers otherwise",
            &without_digests(&script.with_outputs(&outputs, None)),
            &twin,
        )?;
        twin_end = Some(end);
    }
    let answered = script.with_outputs(&outputs, twin_end.as_deref());
    if env::var_os(BLESS).is_some() {
        return Ok(fs::write(file, answered)?);
    }
    compare("answers are not as recorded", &text, &answered)
}

fn outputs_of_twin(host: &mut dyn Host, name: &str, script: &Script) -> Result<(String, String)> {
    let (outputs, end) = outputs(host, &format!("{name}-v6"), script, Twin::V6)?;
    Ok((without_digests(&script.with_outputs(&outputs, None)), end))
}

fn outputs(host: &mut dyn Host, name: &str, script: &Script, twin: Twin) -> Result<(Vec<String>, String)> {
    let mut runner = Runner::new(host, name, twin)?;
    let outputs = script.blocks().map(|block| {
        block
            .commands
            .iter()
            .map(|command| runner.step(command))
            .collect()
    });
    let outputs = outputs.collect::<Result<Vec<String>>>()?;
    Ok((outputs, runner.end()))
}

/// The digests of two families differ; the rest must not.
fn without_digests(text: &str) -> String {
    let mut parts = text.split("digest ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        format!(
            "{text}digest {}",
            part.trim_start_matches(|c: char| c.is_ascii_hexdigit())
        )
    })
}

fn compare(what: &str, expected: &str, found: &str) -> Result<()> {
    if expected == found {
        return Ok(());
    }
    let (expected, found): (Vec<&str>, Vec<&str>) = (expected.lines().collect(), found.lines().collect());
    let same = expected.iter().zip(&found).take_while(|(a, b)| a == b).count();
    let around = |lines: &[&str], mark: &str| -> String {
        lines
            .iter()
            .skip(same)
            .take(8)
            .map(|line| format!("  {mark} {line}\n"))
            .collect()
    };
    bail!(
        "{what}, from line {}:\n{}{}",
        same + 1,
        around(&expected, "-"),
        around(&found, "+")
    )
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|end| end == "plat") {
            files.push(path);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_left_out_and_nothing_else() {
        assert_eq!(
            without_digests("revision 2 digest 00ff created\nadd digest 1a\n"),
            "revision 2 digest  created\nadd digest \n"
        );
    }
}
