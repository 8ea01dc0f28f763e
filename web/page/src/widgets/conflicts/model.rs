//! Which conflicts are listed where.

use plat_domain::ClaimId;
use plat_domain::query::Conflict;

/// Which are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    All,
    Open,
    Accepted,
}

/// Those that somebody accepted, or those that nobody did.
pub(super) fn parted(conflicts: Vec<Conflict>, accepted: bool) -> Vec<Conflict> {
    let mut conflicts = conflicts;
    conflicts.retain(|c| c.accepted.is_some() == accepted);
    conflicts
}

/// Two lists of pairs draw the same where this is the same.
pub(super) fn key(conflict: &Conflict) -> (ClaimId, ClaimId, String) {
    let mut text: String = [&conflict.left, &conflict.right]
        .iter()
        .map(ToString::to_string)
        .collect();
    for cidr in &conflict.shared {
        text.push_str(&cidr.to_string());
    }
    if let Some(accepted) = &conflict.accepted {
        text.push_str(accepted.reason.as_str());
        text.push_str(&accepted.expires_at.map(|at| at.to_string()).unwrap_or_default());
    }
    (conflict.left.id, conflict.right.id, text)
}

/// A path to a claim, outermost first.
pub(super) fn path(labels: &[String]) -> String {
    if labels.is_empty() {
        "at the top of the space".to_owned()
    } else {
        format!("in {}", labels.join(" ▸ "))
    }
}

#[cfg(test)]
mod tests {
    use plat_domain::{Acceptance, Description, Named, Pair, SpaceId};

    use super::*;

    fn conflict(n: u8, accepted: bool) -> Conflict {
        let side = |n: u8| Named {
            id: ClaimId::from_bytes([n; 16]),
            kind: "network".into(),
            label: format!("n{n}"),
            prefixes: vec!["10.0.0.0/24".parse().unwrap()],
            holder: None,
            available_at: None,
        };
        Conflict {
            space: SpaceId::derived(&["s"]),
            left: side(n),
            right: side(n + 1),
            shared: vec!["10.0.0.0/25".parse().unwrap()],
            accepted: accepted.then(|| Acceptance {
                pair: Pair::of(ClaimId::from_bytes([n; 16]), ClaimId::from_bytes([n + 1; 16])),
                reason: Description::new("until the move").unwrap(),
                expires_at: None,
            }),
        }
    }

    #[test]
    fn accepted_ones_are_apart_and_a_change_is_drawn_anew() {
        let all = vec![conflict(1, false), conflict(3, true)];
        assert_eq!(parted(all.clone(), false), [conflict(1, false)]);
        assert_eq!(parted(all, true), [conflict(3, true)]);
        assert_ne!(key(&conflict(1, false)), key(&conflict(1, true)));
        assert_eq!(key(&conflict(1, true)), key(&conflict(1, true)));
    }

    #[test]
    fn a_place_is_a_path() {
        assert_eq!(path(&[]), "at the top of the space");
        assert_eq!(path(&["Europe".into(), "Hub".into()]), "in Europe ▸ Hub");
    }
}
