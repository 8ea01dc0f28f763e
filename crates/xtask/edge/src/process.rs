//! Processes: whose child is whose, asking and forcing them to stop. Linux only, through `/proc`.

use std::fs;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};
use rustix::process::{Pid, Signal, kill_process};

const POLL_EVERY: Duration = Duration::from_millis(20);

/// Every process below `root`, parents first, without `root` itself.
pub(crate) fn descendants(root: u32) -> Vec<u32> {
    let parents: Vec<(u32, u32)> = fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(|pid| Some((pid, parent(pid)?)))
        .collect();
    let mut found = vec![root];
    let mut next = 0;
    while let Some(above) = found.get(next).copied() {
        found.extend(
            parents
                .iter()
                .filter(|(_, parent)| *parent == above)
                .map(|(pid, _)| *pid),
        );
        next += 1;
    }
    found.split_off(1)
}

/// The name the kernel knows a process by (15 bytes at most).
pub(crate) fn name(pid: u32) -> Option<String> {
    Some(
        fs::read_to_string(format!("/proc/{pid}/comm"))
            .ok()?
            .trim_end()
            .to_owned(),
    )
}

/// The fourth field of `/proc/PID/stat`, counted behind the name, which may hold anything.
fn parent(pid: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = i32::try_from(pid).ok().and_then(Pid::from_raw) {
        // A process that is gone already is what we want.
        let _ = kill_process(pid, signal);
    }
}

fn is_alive(pid: u32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else {
        return false;
    };
    !stat
        .rsplit_once(')')
        .is_some_and(|(_, rest)| rest.trim_start().starts_with('Z'))
}

/// An interrupt to the parent lets it end workerd itself; killing the parent would orphan workerd.
pub(crate) fn stop_gently(child: &mut Child, within: Duration) -> Result<()> {
    let below = descendants(child.id());
    signal(child.id(), Signal::INT);
    let deadline = Instant::now() + within;
    while Instant::now() < deadline {
        let ended = child.try_wait()?.is_some();
        if ended && !below.iter().any(|pid| is_alive(*pid)) {
            return Ok(());
        }
        sleep(POLL_EVERY);
    }
    kill_all(child, &below);
    bail!(
        "the local edge did not stop within {} s and was killed",
        within.as_secs()
    )
}

/// Children first, so that no parent has time to clean up.
pub(crate) fn kill_tree(child: &mut Child) {
    let below = descendants(child.id());
    kill_all(child, &below);
}

fn kill_all(child: &mut Child, below: &[u32]) {
    for pid in below.iter().rev() {
        signal(*pid, Signal::KILL);
    }
    let _ = child.kill();
    let _ = child.wait();
    let deadline = Instant::now() + Duration::from_secs(2);
    while below.iter().any(|pid| is_alive(*pid)) && Instant::now() < deadline {
        sleep(POLL_EVERY);
    }
}
