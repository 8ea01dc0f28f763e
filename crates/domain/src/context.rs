//! Who asks and when: the inputs that a command does not carry.

use serde::{Deserialize, Serialize};

use crate::{Name, Timestamp};

/// What an actor may do in a workspace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Role {
    /// Reads everything, changes nothing.
    Reader,
    /// Reads and changes everything.
    Owner,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Actor {
    /// The principal's name, as the audit trail shows it.
    pub name: Name,
    /// What it may do.
    pub role: Role,
}

/// Who asks and when. Core code reads no clock: `now` is the edge's committed time or a plan's `as_of`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Context {
    /// Who.
    pub actor: Actor,
    /// When.
    pub now: Timestamp,
}
