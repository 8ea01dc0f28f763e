//! What the edge is made of, written for wrangler and for workerd without it.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use crate::{Paths, Tools, log_path};

/// The Workers runtime's behaviour is that of this day.
const COMPATIBILITY_DATE: &str = "2026-11-01";
/// The name under which the data directory files things; changing it loses sight of the data.
const WORKER_NAME: &str = "plat";
/// The Worker answers these paths, static assets all others.
const WORKER_PATHS: [&str; 3] = ["/api/*", "/problems/*", "/subscriptions/*"];

fn vars(pairs: &[(String, String)]) -> Value {
    Value::Object(
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), json!(value)))
            .collect::<Map<_, _>>(),
    )
}

fn wrangler_config(paths: &Paths, pairs: &[(String, String)]) -> Value {
    json!({
        "name": WORKER_NAME,
        "main": paths.dist.join("worker/entry.mjs"),
        "compatibility_date": COMPATIBILITY_DATE,
        "assets": {
            "directory": paths.dist.join("assets"),
            "binding": "ASSETS",
            "not_found_handling": "single-page-application",
            "run_worker_first": WORKER_PATHS,
        },
        "durable_objects": { "bindings": [{ "name": "WORKSPACE", "class_name": "WorkspaceObject" }] },
        "migrations": [{ "tag": "v1", "new_sqlite_classes": ["WorkspaceObject"] }],
        "kv_namespaces": [{ "binding": "PUBLISHED", "id": "published" }],
        "vars": vars(pairs),
    })
}

pub(crate) fn start_wrangler(
    paths: &Paths,
    tools: &Tools,
    port: u16,
    data: &Path,
    pairs: &[(String, String)],
) -> Result<Child> {
    let run = data.join("run");
    fs::create_dir_all(&run)?;
    let config = run.join("wrangler.json");
    fs::write(
        &config,
        serde_json::to_string_pretty(&wrangler_config(paths, pairs))?,
    )?;
    let mut command = node_that_ends_with_us(paths, tools);
    command
        .arg(paths.npm_program("wrangler"))
        .args([
            "dev",
            "--local",
            "--ip",
            "127.0.0.1",
            "--inspector-port",
            "0",
            "--port",
        ])
        .arg(port.to_string())
        .arg("--config")
        .arg(&config)
        .arg("--persist-to")
        .arg(data)
        .current_dir(&run)
        .env("XDG_CONFIG_HOME", run.join("config"))
        .env("WRANGLER_LOG_PATH", run.join("logs"));
    spawn(command, data)
}

pub(crate) fn start_direct(
    paths: &Paths,
    tools: &Tools,
    port: u16,
    data: &Path,
    pairs: &[(String, String)],
) -> Result<Child> {
    let run = data.join("run");
    fs::create_dir_all(&run)?;
    let config = run.join("direct.json");
    let settings = json!({
        "name": WORKER_NAME,
        "port": port,
        "compatibilityDate": COMPATIBILITY_DATE,
        "worker": paths.dist.join("worker"),
        "data": data,
        "vars": vars(pairs),
    });
    fs::write(&config, serde_json::to_string_pretty(&settings)?)?;
    let mut command = node_that_ends_with_us(paths, tools);
    command.arg(paths.npm.join("edge/direct.mjs")).arg(&config);
    spawn(command, data)
}

/// The pipe at its standard input closes when we are gone, however we went.
fn node_that_ends_with_us(paths: &Paths, tools: &Tools) -> Command {
    let mut command = tools.bare_node_command();
    command
        .arg("--import")
        .arg(paths.npm.join("edge/end-with-parent.mjs"))
        .stdin(Stdio::piped());
    command
}

/// Starts it silent, offline and in a process group of its own, so that an interrupt typed at the terminal reaches us first.
fn spawn(mut command: Command, data: &Path) -> Result<Child> {
    let log = File::create(log_path(data))?;
    command
        .env("CI", "1")
        .env("WRANGLER_SEND_METRICS", "false")
        .env("WRANGLER_SEND_ERROR_REPORTS", "false")
        .env("CLOUDFLARE_CF_FETCH_ENABLED", "false")
        .env("NO_UPDATE_NOTIFIER", "1")
        .stdout(log.try_clone()?)
        .stderr(log)
        .process_group(0);
    command.spawn().context("cannot start the local edge")
}
