//! A planned release as it is answered, as far as a form needs it.

use plat_api::Request;
use plat_domain::command::{Batch, Release};
use plat_domain::{Command, Diff};
use serde::Deserialize;

/// The answer to [`Request::PlanRelease`]: its releases and its net effect.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Planned {
    plan: Steps,
    pub(crate) diff: Diff,
}

#[derive(Clone, Debug, Deserialize)]
struct Steps {
    steps: Vec<Step>,
}

#[derive(Clone, Debug, Deserialize)]
struct Step {
    command: Releases,
}

/// A command, of which only a release concerns us: what is due by itself the engine does anyway.
#[derive(Clone, Debug, Deserialize)]
struct Releases {
    release: Option<Release>,
}

impl Planned {
    /// All of it as one step, so that one undo takes it back.
    pub(crate) fn request(&self) -> Request {
        let releases = self
            .plan
            .steps
            .iter()
            .filter_map(|step| step.command.release.clone());
        Request::Command(Box::new(Command::Batch(Batch {
            commands: releases.map(Command::Release).collect(),
        })))
    }

    /// How many claims go.
    pub(crate) fn released(&self) -> u64 {
        self.diff.claims.iter().filter(|d| d.now.is_none()).count() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_releases_of_a_plan_become_one_step() {
        let one = plat_domain::ClaimId::derived(&["a"]);
        let text = format!(
            r#"{{"plan":{{"version":2,"steps":[
                {{"command":{{"expireDue":{{}}}},"changes":[]}},
                {{"command":{{"release":{{"id":"{one}","atOnce":true}}}},"changes":[]}}
            ]}},"diff":{{"claims":[],"spaces":0,"resources":0}}}}"#
        );
        let planned: Planned = serde_json::from_str(&text).unwrap();
        let Request::Command(command) = planned.request() else {
            panic!("a command")
        };
        let Command::Batch(Batch { commands }) = *command else {
            panic!("a batch")
        };
        assert!(matches!(commands.as_slice(), [Command::Release(r)] if r.id == one && r.at_once));
    }
}
