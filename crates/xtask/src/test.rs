//! stub
use anyhow::Result;
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Kind { Native, Node, Edge, Browser }
pub(crate) fn run(_only: &[Kind]) -> Result<()> { let _ = crate::setup::browser()?; Ok(()) }
