use serde::{Deserialize, Serialize};

use super::check;
use crate::rejection::{Rejection, name_some};
use crate::span::difference;
use crate::{Change, Cidr, Claim, ClaimId, ClaimKind, Fingerprint, Name, State, limits};

/// Makes several claims of one. The claim keeps what it does not give away; each part becomes a claim of its own beside it,
/// of the same kind and with the same attributes. What lies in the claim goes to the part that holds it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Split {
    /// Which.
    pub id: ClaimId,
    /// What becomes claims of their own: at most [`limits::SPLIT_PARTS`]. Something must be left.
    pub parts: Vec<SplitPart>,
}

/// A part of a claim that becomes a claim of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SplitPart {
    /// The identity of the new claim.
    pub id: ClaimId,
    /// Its prefixes, within the claim's.
    pub prefixes: Vec<Cidr>,
    /// Its name. A pool needs one; others have the claim's if unset.
    #[serde(default)]
    pub name: Option<Name>,
}

impl Split {
    /// Rejections, in precedence order: `invalid`, `limit-exceeded`, `not-found`, `id-in-use`, `name-in-use`,
    /// `wrong-family`, `outside-parent`, `size-not-allowed`, `would-orphan` for what lies across two parts.
    pub(super) fn decide(&self, state: &State, request: Fingerprint) -> Result<Vec<Change>, Rejection> {
        if self.parts.is_empty() {
            return Err(Rejection::invalid("parts", "name at least one part"));
        }
        if self.parts.len() > limits::SPLIT_PARTS {
            return Err(Rejection::limit("parts of a split", limits::SPLIT_PARTS));
        }
        if self
            .parts
            .iter()
            .all(|part| state.claim(part.id).is_some_and(|c| c.request == request))
        {
            return Ok(Vec::new());
        }
        let whole = state
            .claim(self.id)
            .ok_or_else(|| Rejection::not_found("claim", self.id))?;
        if matches!(whole.kind, ClaimKind::Address { .. } | ClaimKind::Cooling { .. }) {
            let reason = format!("a claim of kind {} cannot be split", whole.kind.word());
            return Err(Rejection::invalid("id", reason));
        }
        if let Some(part) = self.parts.iter().find(|part| state.claim(part.id).is_some()) {
            return Err(Rejection::IdInUse {
                id: part.id.to_string(),
            });
        }
        let (rest, mut parts) = self.divide(state, whole, request)?;
        let children = self.children(state, &rest, &parts)?;
        // First the claim shrinks, so that each part finds its space free; then what lay in it follows.
        let mut after = state.clone();
        let shrunk = Change::ClaimPut(rest);
        after.apply(&shrunk).map_err(|e| Rejection::invalid("parts", e))?;
        let mut changes = vec![shrunk];
        for part in &mut parts {
            // It had its space before: of the rules only that of sizes is asked anew.
            check::check_sizes(&after, whole, part)?;
            check::check_as(&after, part, check::Standing::Had)?;
            let put = Change::ClaimPut(part.clone());
            after.apply(&put).map_err(|e| Rejection::invalid("parts", e))?;
            changes.push(put);
        }
        changes.extend(children);
        Ok(changes)
    }

    /// What the claim keeps, and the parts as claims.
    fn divide(
        &self,
        state: &State,
        whole: &Claim,
        request: Fingerprint,
    ) -> Result<(Claim, Vec<Claim>), Rejection> {
        let mut given: Vec<Cidr> = self
            .parts
            .iter()
            .flat_map(|part| part.prefixes.iter().copied())
            .collect();
        check::check_prefixes(&mut given)?;
        if let Some(outside) = given.iter().find(|p| !whole.contains(p)) {
            return Err(Rejection::OutsideParent {
                prefix: *outside,
                parent: crate::Named::new(state, whole),
            });
        }
        let mut rest = Claim {
            prefixes: difference(&whole.prefixes, &given),
            ..whole.clone()
        };
        if rest.prefixes.is_empty() {
            return Err(Rejection::invalid("parts", "something must be left of the claim"));
        }
        check::check_sizes(state, whole, &mut rest)?;
        let parts = self.parts.iter().map(|part| {
            let kept = whole.name.clone().filter(|_| !whole.kind.is_pool());
            Claim {
                id: part.id,
                prefixes: part.prefixes.clone(),
                name: part.name.clone().or(kept),
                request,
                ..whole.clone()
            }
        });
        Ok((rest, parts.collect()))
    }

    /// What lies in the claim, with the part that each goes to.
    fn children(&self, state: &State, rest: &Claim, parts: &[Claim]) -> Result<Vec<Change>, Rejection> {
        let (mut moved, mut orphans) = (Vec::new(), Vec::new());
        // Only what shares addresses with a part can have to go: the rest of a large pool is not looked at.
        let given = parts.iter().flat_map(|part| &part.prefixes);
        let mut touched: Vec<&Claim> = given
            .flat_map(|prefix| state.level_touching(rest.space, Some(self.id), prefix))
            .filter(|child| child.parent == Some(self.id) && !rest.holds(child))
            .collect();
        touched.sort_by_key(|child| (child.prefixes[0], child.id));
        touched.dedup_by_key(|child| child.id);
        for child in touched {
            match parts.iter().find(|part| part.holds(child)) {
                Some(part) => moved.push(Change::ClaimPut(Claim {
                    parent: Some(part.id),
                    ..child.clone()
                })),
                None => orphans.push(child.id),
            }
        }
        if orphans.is_empty() {
            return Ok(moved);
        }
        let (orphans, orphans_total) = name_some(state, &orphans);
        Err(Rejection::WouldOrphan {
            orphans,
            orphans_total,
        })
    }
}
