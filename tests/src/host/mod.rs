//! What a scenario runs against.

pub(crate) mod http;
pub(crate) mod lines;
pub(crate) mod native;

use anyhow::{Result, bail};
use plat_api::{Reference, Request};
use plat_domain::{Cidr, Context};
use serde::Deserialize;
use serde_json::Value;

/// What a host answered.
#[derive(Clone, Debug, Deserialize)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The JSON body: an answer, or a problem.
    pub body: Value,
    /// The revision the workspace is at.
    pub revision: u64,
}

/// One way of running the service.
pub trait Host: Send {
    /// Goes on with a workspace that nobody has used: what follows sees only its genesis.
    ///
    /// # Errors
    /// When the host is not there.
    fn open(&mut self, scenario: &str) -> Result<()>;

    /// Asks. A refusal is an answer.
    ///
    /// # Errors
    /// When the host does not answer, or breaks a promise that no refusal may break.
    fn call(&mut self, request: &Request, context: &Context, base: Option<u64>) -> Result<Answer>;

    /// Whether it keeps a journal: scripts that say `# hosts: journal` run only where it does.
    fn keeps_journal(&self) -> bool {
        false
    }

    /// What its journal says of a prefix.
    ///
    /// # Errors
    /// As [`Host::call`], and where it keeps none.
    fn history(&mut self, cidr: Cidr, _space: Option<&Reference>, _context: &Context) -> Result<Answer> {
        bail!("this host keeps no journal: it knows nothing of what happened to {cidr}")
    }
}
