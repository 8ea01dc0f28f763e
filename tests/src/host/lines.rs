//! A host in JavaScript: one JSON line to it for each request, one from it for each answer.
//!
//! To it: `{"open":true}`, or `{"request":TEXT,"context":TEXT,"base":N}` where the texts are JSON as this process wrote it.
//! From it: `{}`, or `{"status":…,"body":…,"revision":…}`, or `{"error":TEXT}`.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use anyhow::{Context as _, Result, bail};
use plat_api::Request;
use plat_domain::Context;
use plat_local_edge::{Paths, Tools};
use serde_json::{Value, json};

use super::{Answer, Host};

/// The wasm package behind a script that Node runs. Stops when dropped.
pub struct Lines {
    child: Child,
    /// Closed first when dropped: the script ends with its input.
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Lines {
    /// Node with the package itself.
    ///
    /// # Errors
    /// Missing tools or a missing build: the message names the command that helps.
    pub fn node() -> Result<Self> {
        Self::start("node/scenario_host.mjs", "js/node/plat_js.js")
    }

    /// Node with a Chromium whose page has loaded the package.
    ///
    /// # Errors
    /// As for [`Lines::node`].
    pub fn browser() -> Result<Self> {
        Self::start("browser/scenario_host.mjs", "js/web/plat_js.js")
    }

    fn start(script: &str, needs: &str) -> Result<Self> {
        let paths = Paths::of_checkout();
        let tools = Tools::find(&paths)?;
        if !paths.dist.join(needs).is_file() {
            bail!(
                "there is no wasm package at {}: run `cargo xtask build` first",
                paths.dist.join(needs).display()
            );
        }
        let mut child = tools
            .node_command(&paths.npm.join(script))
            .env("PLAT_DIST", &paths.dist)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {script}"))?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let output = BufReader::new(output.context("no output")?);
        Ok(Self { child, input, output })
    }

    fn exchange(&mut self, line: &Value) -> Result<Value> {
        let input = self.input.as_mut().context("the script was stopped")?;
        writeln!(input, "{line}")?;
        let mut answer = String::new();
        if self.output.read_line(&mut answer)? == 0 {
            bail!("the script ended; what it said is above");
        }
        let answer: Value =
            serde_json::from_str(&answer).with_context(|| format!("not a JSON line: {answer:.300}"))?;
        match answer.get("error") {
            Some(error) => bail!("the script failed: {error}"),
            None => Ok(answer),
        }
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.input = None;
        let _ = self.child.wait();
    }
}

impl Host for Lines {
    fn open(&mut self, _scenario: &str) -> Result<()> {
        self.exchange(&json!({ "open": true })).map(|_| ())
    }

    fn call(&mut self, request: &Request, context: &Context, base: Option<u64>) -> Result<Answer> {
        let (request, context) = (serde_json::to_string(request)?, serde_json::to_string(context)?);
        let answer = self.exchange(&json!({ "request": request, "context": context, "base": base }))?;
        serde_json::from_value(answer).context("not an answer")
    }
}
