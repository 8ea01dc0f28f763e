//! rows: none; the Worker's own promise (EDGE): a panic costs the request it happened in and nothing else.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;

use anyhow::{Context, Result};
use plat_local_edge::{Edge, Front, Paths, Settings};

fn data(name: &str) -> PathBuf {
    let folder = Paths::of_checkout().target.join("edge-tests").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// Status and body of a GET.
fn get(edge: &Edge, path: &str) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect(("127.0.0.1", edge.port()))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n\r\n",
        edge.port()
    )?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.split(' ').nth(1).context("no status")?.parse()?;
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    Ok((status, body.to_owned()))
}

fn visits(edge: &Edge) -> Result<u64> {
    let (status, body) = get(edge, "/api/v1/health")?;
    anyhow::ensure!(status == 200, "health answered {status}: {body}");
    let digits: String = body
        .split("\"visits\":")
        .nth(1)
        .context("no visits")?
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    Ok(digits.parse()?)
}

fn panicking_request_costs_only_itself(front: Front, name: &str) -> Result<()> {
    let edge = Edge::start(
        Settings::new(data(name))
            .front(front)
            .var("PLAT_TEST_CONTROLS", "1"),
    )?;
    let before = visits(&edge)?;
    for _ in 0..3 {
        let (status, body) = get(&edge, "/api/v1/test/panic")?;
        assert_eq!(status, 503, "a panic answered {body}\n{}", edge.log_tail());
        assert!(body.contains("internal-fault"), "{body}");
    }
    let after = visits(&edge)?;
    eprintln!("{front:?}: {before} before, {after} after three panics");
    assert_eq!(
        after,
        before + 1,
        "what the panicking requests wrote was not undone\n{}",
        edge.log_tail()
    );
    edge.stop()
}

#[test]
fn next_request_after_a_panic_is_served() -> Result<()> {
    panicking_request_costs_only_itself(Front::Wrangler, "trap-wrangler")
}

#[test]
fn next_request_after_a_panic_is_served_without_a_proxy() -> Result<()> {
    panicking_request_costs_only_itself(Front::Direct, "trap-direct")
}

#[test]
fn killed_edge_keeps_what_it_answered() -> Result<()> {
    let folder = data("killed");
    let mut edge = Edge::start(Settings::new(&folder).front(Front::Direct))?;
    let before = visits(&edge)?;
    assert!(!edge.workerd_pids().is_empty());
    edge.kill_hard();
    let again = Edge::start(Settings::new(&folder))?;
    // The start itself asks for the health once or more.
    assert!(visits(&again)? > before);
    again.stop()
}
