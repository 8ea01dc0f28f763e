//! A trap (a panic, an exhausted stack) costs the requests in flight and nothing else; a power cut costs nothing answered.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

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

/// Traps in every place a request can be, several times; what those requests wrote is undone, what others wrote is not.
fn traps_cost_only_their_request(front: Front, name: &str) -> Result<()> {
    let edge = Edge::start(
        Settings::new(data(name))
            .front(front)
            .var("PLAT_TEST_CONTROLS", "1"),
    )?;
    let before = visits(&edge)?;
    let places = [
        "object", "worker", "stack", "stack", "object", "object", "worker", "worker",
    ];
    for place in places {
        let (status, body) = get(&edge, &format!("/api/v1/test/panic/{place}"))?;
        assert_eq!(
            status,
            503,
            "a trap in {place} answered {body}\n{}",
            edge.log_tail()
        );
        assert!(body.contains("internal-fault"), "{body}");
    }
    assert_eq!(
        visits(&edge)?,
        before + 1,
        "what the trapped requests wrote was not undone"
    );
    edge.stop()
}

#[test]
fn next_request_after_a_trap_is_served() -> Result<()> {
    traps_cost_only_their_request(Front::Wrangler, "trap-wrangler")
}

#[test]
fn next_request_after_a_trap_is_served_without_a_proxy() -> Result<()> {
    traps_cost_only_their_request(Front::Direct, "trap-direct")
}

#[test]
fn request_in_flight_during_a_trap_is_answered_at_once() -> Result<()> {
    let settings = Settings::new(data("trap-in-flight"))
        .front(Front::Direct)
        .var("PLAT_TEST_CONTROLS", "1");
    let edge = Edge::start(settings)?;
    for place in ["object", "worker"] {
        let started = Instant::now();
        thread::scope(|scope| -> Result<()> {
            let waiting = scope.spawn(|| get(&edge, "/api/v1/test/wait"));
            thread::sleep(Duration::from_millis(500));
            assert_eq!(get(&edge, &format!("/api/v1/test/panic/{place}"))?.0, 503);
            let (status, body) = waiting.join().expect("the waiting request does not panic here")?;
            assert_eq!(status, 503, "{body}\n{}", edge.log_tail());
            Ok(())
        })?;
        assert!(
            started.elapsed() < Duration::from_secs(3),
            "it hung for {:?}",
            started.elapsed()
        );
        visits(&edge)?;
    }
    edge.stop()
}

#[test]
fn killed_edge_keeps_what_it_answered() -> Result<()> {
    let folder = data("killed");
    let counting = |settings: Settings| settings.var("PLAT_TEST_CONTROLS", "1");
    let mut edge = Edge::start(counting(Settings::new(&folder).front(Front::Direct)))?;
    let before = visits(&edge)?;
    assert!(!edge.workerd_pids().is_empty());
    edge.kill_hard();
    let again = Edge::start(counting(Settings::new(&folder)))?;
    // Starting asks for the health once more than we do.
    assert!(visits(&again)? > before);
    again.stop()
}
