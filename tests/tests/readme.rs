//! The README's curl commands, run as written against a fresh edge.
//! needs: edge
//! rows: F03 F08

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use plat_local_edge::{Edge, Paths, Settings, owner_token};

const STATED_ADDRESS: &str = "127.0.0.1:8787";
const STATED_TOKEN_FILE: &str = ".plat/data/owner-token";

fn readme() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")
}

/// The shell block after the marker, with the port and the token's place of this run.
fn script(text: &str, address: &str, token_file: &str) -> Result<String> {
    let after = text
        .split_once("tests/tests/readme.rs runs this block")
        .context("the README has lost its marker")?
        .1;
    let block = after
        .split_once("```sh\n")
        .context("no block after the marker")?
        .1;
    let block = block.split_once("\n```").context("the block has no end")?.0;
    for stated in [STATED_ADDRESS, STATED_TOKEN_FILE] {
        ensure!(block.contains(stated), "the block does not name {stated}");
    }
    Ok(format!(
        "set -eux -o pipefail\n{}",
        block
            .replace(STATED_ADDRESS, address)
            .replace(STATED_TOKEN_FILE, token_file)
    ))
}

#[test]
fn curl_commands_of_the_readme_work_as_written() -> Result<()> {
    let data = Paths::of_checkout().target.join("edge-tests/readme");
    let _ = std::fs::remove_dir_all(&data);
    let token = owner_token(&data)?;
    let edge = Edge::start(Settings::new(&data).var("OWNER_TOKEN_SHA256", token.sha256_hex()))?;
    let token_file = data.join("owner-token");
    ensure!(
        std::fs::read_to_string(&token_file)?.trim() == token.token.trim(),
        "the token is not where serve keeps it"
    );
    let address = format!("127.0.0.1:{}", edge.port());
    let script = script(
        &std::fs::read_to_string(readme())?,
        &address,
        &token_file.to_string_lossy(),
    )?;
    let output = Command::new("bash").args(["-c", &script]).output()?;
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    ensure!(output.status.success(), "{out}\n{err}\n{}", edge.log_tail());
    for expected in [
        "10.0.0.0/16",
        "10.0.0.0/24",
        "10.0.1.0/24",
        "\"allocated\":\"512\"",
        "\"released\":[",
    ] {
        ensure!(out.contains(expected), "no {expected} in\n{out}");
    }
    edge.stop()
}
