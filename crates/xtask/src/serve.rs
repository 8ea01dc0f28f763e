//! `serve`: planner and API on this machine.

use std::path::PathBuf;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use plat_local_edge::{Edge, Paths, Settings, owner_token, require_free};

use crate::build::{self, Purpose, Speed};
use crate::report::step;
use crate::setup;

/// How often to look whether the edge still runs.
const LOOK_EVERY: Duration = Duration::from_millis(500);

pub(crate) fn run(port: u16, data: Option<PathBuf>, vars: &[String], speed: Speed) -> Result<()> {
    let started = Instant::now();
    let (interrupt, interrupted) = channel();
    ctrlc::set_handler(move || {
        let _ = interrupt.send(());
    })?;
    let paths = Paths::of_checkout();
    let data = data.unwrap_or_else(|| paths.kept.join("data"));
    require_free(port)?;
    let tools = setup::for_build(&paths)?;
    build::needed(&paths, &tools, speed, Purpose::Serve)?;
    let owner = owner_token(&data)?;
    let mut settings = Settings::new(&data)
        .port(port)
        .var("OWNER_TOKEN_SHA256", owner.sha256_hex());
    for pair in vars {
        let (name, value) = pair
            .split_once('=')
            .with_context(|| format!("--var {pair}: want NAME=VALUE"))?;
        settings = settings.var(name, value);
    }
    let mut edge = step("edge", || {
        Ok((Edge::start(settings)?, format!("data in {}", data.display())))
    })?;
    println!(
        "\nPlat is on {} after {:.1} s; Ctrl-C stops it",
        edge.url(),
        started.elapsed().as_secs_f32()
    );
    if owner.is_new {
        println!(
            "owner's token, shown this once, kept in {}:\n  {}",
            owner.path.display(),
            owner.token
        );
    } else {
        println!("owner's token: in {}", owner.path.display());
    }
    while interrupted.recv_timeout(LOOK_EVERY).is_err() {
        if !edge.is_running() {
            bail!(
                "the edge stopped by itself; the last of {}:\n{}",
                edge.log_path().display(),
                edge.log_tail()
            );
        }
    }
    println!("stopping");
    edge.stop()
}
