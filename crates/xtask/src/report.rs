//! What a task prints while it works, and how it runs other programs.

use std::process::{Command, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// When a long step first says that it is still at work; then after twice as long, and so on.
const STILL_AFTER: Duration = Duration::from_secs(10);

/// Runs one step and prints one line with what came of it and its time; a long one says now and then that it goes on.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<(T, String)>) -> Result<T> {
    let started = Instant::now();
    let (done, waiting) = channel::<()>();
    let label = name.to_owned();
    let clock = thread::spawn(move || {
        let mut patience = STILL_AFTER;
        while waiting.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
            println!(
                "  {label:<12} still working, {:.0} s",
                started.elapsed().as_secs_f32()
            );
            patience *= 2;
        }
    });
    let outcome = work();
    drop(done);
    let _ = clock.join();
    let (value, note) = outcome?;
    println!(
        "  {name:<12} {note:<44} {:>6.1} s",
        started.elapsed().as_secs_f32()
    );
    Ok(value)
}

/// Runs a program whose output people should see.
pub(crate) fn run_shown(command: &mut Command) -> Result<()> {
    let name = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| missing(&name))?;
    if !status.success() {
        bail!("{} failed ({status})", described(command));
    }
    Ok(())
}

/// Runs a program whose output matters only when it fails; returns its standard output.
pub(crate) fn run_quietly(command: &mut Command) -> Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| missing(&name))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
        let last = lines[lines.len().saturating_sub(12)..].join("\n  ");
        bail!("{} failed ({}):\n  {last}", described(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

fn missing(program: &str) -> String {
    format!("cannot run `{program}`: is it installed and on the search path?")
}

/// The program and its first arguments, short enough for one line.
fn described(command: &Command) -> String {
    let mut text = format!("`{}", command.get_program().to_string_lossy());
    for argument in command.get_args().take(4) {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text.push('`');
    text
}

/// `cargo`, the one that runs this task.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
