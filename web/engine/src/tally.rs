//! The net effect of a draft in numbers, kept up to date by the claims that each step touches: O(step), not O(draft).

use std::collections::BTreeMap;

use plat_domain::{Change, ChangeSet, ClaimId, State};
use plat_web_protocol::Effect;

/// What became of a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    PoolAdded,
    ClaimAdded,
    Changed,
    Released,
}

/// Fates of the claims that differ, and how many of each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    fates: BTreeMap<ClaimId, Fate>,
    effect: Effect,
}

fn fate(base: &State, head: &State, id: ClaimId) -> Option<Fate> {
    match (base.claim(id), head.claim(id)) {
        (None, Some(now)) if now.kind.is_pool() => Some(Fate::PoolAdded),
        (None, Some(_)) => Some(Fate::ClaimAdded),
        (Some(_), None) => Some(Fate::Released),
        (Some(before), Some(now)) if before != now => Some(Fate::Changed),
        (Some(_), Some(_)) | (None, None) => None,
    }
}

impl Tally {
    fn count(&mut self, fate: Fate) -> &mut u64 {
        match fate {
            Fate::PoolAdded => &mut self.effect.pools_added,
            Fate::ClaimAdded => &mut self.effect.claims_added,
            Fate::Changed => &mut self.effect.changed,
            Fate::Released => &mut self.effect.released,
        }
    }

    /// Looks at these claims again.
    pub(crate) fn look_again(&mut self, base: &State, head: &State, touched: &[ClaimId]) {
        for id in touched {
            let now = fate(base, head, *id);
            let before = match now {
                Some(fate) => self.fates.insert(*id, fate),
                None => self.fates.remove(id),
            };
            if let Some(before) = before {
                *self.count(before) -= 1;
            }
            if let Some(now) = now {
                *self.count(now) += 1;
            }
        }
    }

    pub(crate) fn effect(&self) -> Effect {
        self.effect
    }
}

/// The claims that a change set touches.
pub(crate) fn touched(changes: &ChangeSet) -> Box<[ClaimId]> {
    let claim = |change: &Change| match change {
        Change::ClaimPut(claim) => Some(claim.id),
        Change::ClaimRemoved(id) => Some(*id),
        Change::SpacePut(_)
        | Change::SpaceRemoved(_)
        | Change::ResourcePut(_)
        | Change::ResourceRemoved(_)
        | Change::ConflictAccepted(_)
        | Change::AcceptanceEnded(_) => None,
    };
    changes.changes.iter().filter_map(claim).collect()
}
