use serde::{Deserialize, Serialize};

use super::{Command, apply, changes_of, ended_with_their_conflicts};
use crate::{Change, Context, Rejection, State, limits};

/// Several commands as one revision, all or nothing. Each sees what those before it changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Batch {
    /// In order. A batch holds no batch.
    pub commands: Vec<Command>,
}

impl Batch {
    /// Rejections: `limit-exceeded`, `invalid` for a batch in a batch, else the first that a command meets.
    pub(super) fn decide(&self, state: &State, context: &Context) -> Result<Vec<Change>, Rejection> {
        if self.commands.len() > limits::COMMANDS_PER_BATCH {
            return Err(Rejection::limit(
                "commands in a batch",
                limits::COMMANDS_PER_BATCH,
            ));
        }
        let mut working = state.clone();
        let mut all = Vec::new();
        for (i, command) in self.commands.iter().enumerate() {
            if matches!(command, Command::Batch(_)) {
                return Err(Rejection::invalid(
                    &format!("commands[{i}]"),
                    "a batch cannot hold a batch",
                ));
            }
            let field = format!("commands[{i}]");
            // Only what was accepted before a command can end by it; and a state that nothing shares changes in place.
            let before = (working.acceptance_count() > 0).then(|| working.clone());
            let mut changes = changes_of(&working, command, context)?;
            apply(&mut working, &field, &changes)?;
            if let Some(before) = before {
                let ended = ended_with_their_conflicts(&before, &working, &changes);
                apply(&mut working, &field, &ended)?;
                changes.extend(ended);
            }
            all.extend(changes);
        }
        Ok(all)
    }
}
