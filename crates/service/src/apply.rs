//! Applying a plan: simulate again at the head, refuse or commit.

use plat_api::{Applied, ApplyRequest, Problem};
use plat_domain::Context;
use serde_json::Value;

use crate::change::{Progress, to_value};

/// Commits the plan's steps, each as one revision, if they change the same as planned, or if the caller confirmed what
/// they change now.
pub(crate) fn apply(
    progress: &mut Progress,
    request: &ApplyRequest,
    context: &Context,
) -> Result<Value, Problem> {
    let (plan, head) = (&request.plan, progress.state.clone());
    let on_base = plan.base_revision == head.revision() && plan.base_digest == head.digest();
    let rebased = plan.rebase(&head, context).map_err(|e| Problem::plan_error(&e))?;
    // What a plan releases may rest until another time than it states: then its own times decide whether it is genuine.
    let as_stated = rebased.plan.digest == plan.digest;
    if on_base && rebased.moved.is_empty() && !as_stated && !plan.is_genuine(&head, context) {
        let detail =
            "the plan's steps do not give the digest that it states: it was changed after it was simulated";
        return Err(Problem::new("plan-altered", 422, detail).with("digest", rebased.plan.digest));
    }
    if !rebased.moved.is_empty() && request.confirm != Some(rebased.plan.digest) {
        return Err(
            Problem::plan_moved(&rebased.moved, rebased.plan.digest, head.revision())
                .with("plan", &rebased.plan),
        );
    }
    for step in &rebased.plan.steps {
        progress.commit(step.changes.clone(), step.command.word())?;
    }
    to_value(&Applied {
        revision: progress.state.revision(),
        digest: progress.state.digest(),
        rebased: !on_base,
        moved: rebased.moved,
    })
}
