//! What a refusal to apply says.

use plat_api::Problem;
use plat_domain::{Digest, Moved};

/// The claims that moved and the digest to agree to; none for any other problem.
pub(crate) fn moved_of(problem: &Problem) -> Option<(Vec<Moved>, Digest)> {
    if problem.code() != "plan-moved" {
        return None;
    }
    let moved = serde_json::from_str(&problem.fields.get("moved")?.to_string()).ok()?;
    let digest = serde_json::from_str(&problem.fields.get("digest")?.to_string()).ok()?;
    Some((moved, digest))
}

/// Why a claim is elsewhere, before what is there now is named.
pub(crate) fn reason(moved: &Moved) -> &'static str {
    if moved.before == moved.now && !moved.now.is_empty() {
        return "changed meanwhile";
    }
    match (
        moved.before.is_empty(),
        moved.now.is_empty(),
        moved.because.is_empty(),
    ) {
        (false, false, false) => "taken meanwhile by ",
        (false, false, true) => "other space fits now",
        (false, true, _) => "not made any more ",
        (true, false, _) => "made only now ",
        (true, true, _) => "changes otherwise ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plat_domain::ClaimId;

    #[test]
    fn a_moved_plan_is_told_from_other_refusals() {
        let moved = Moved {
            step: 0,
            claim: ClaimId::derived(&["x"]),
            label: "web".into(),
            before: vec!["10.0.0.0/24".parse().unwrap()],
            now: vec!["10.0.1.0/24".parse().unwrap()],
            because: Vec::new(),
        };
        let problem = Problem::plan_moved(std::slice::from_ref(&moved), Digest::default(), 7);
        assert_eq!(moved_of(&problem), Some((vec![moved.clone()], Digest::default())));
        assert_eq!(moved_of(&Problem::bad_request("x")), None);
        assert_eq!(reason(&moved), "other space fits now");
        let stays = Moved {
            now: moved.before.clone(),
            ..moved
        };
        assert_eq!(reason(&stays), "changed meanwhile");
    }
}
