//! Waiting until the edge answers.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Child;
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// Any answer of the Worker below 500 counts; before that, wrangler's proxy holds or refuses the connection.
pub(crate) fn wait(child: &mut Child, port: u16, within: Duration) -> Result<()> {
    let deadline = Instant::now() + within;
    while Instant::now() < deadline {
        if let Some(status) = child.try_wait()? {
            bail!("the local edge stopped before it answered ({status})");
        }
        if status_of(port, deadline).is_some_and(|status| status < 500) {
            return Ok(());
        }
        sleep(Duration::from_millis(40));
    }
    bail!("the local edge did not answer within {} s", within.as_secs())
}

fn status_of(port: u16, deadline: Instant) -> Option<u16> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    let left = deadline
        .saturating_duration_since(Instant::now())
        .max(Duration::from_millis(1));
    stream.set_read_timeout(Some(left)).ok()?;
    let request =
        format!("GET /api/v1/health HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).ok()?;
    std::str::from_utf8(&head).ok()?.split(' ').nth(1)?.parse().ok()
}
