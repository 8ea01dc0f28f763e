//! Who shares addresses with whom, kept exact while claims come and go.
//!
//! Each level of the tree has a [`Layer`]: the union of its *members*, namely the level's children and the claims
//! from elsewhere that conflict with the level's own claim. A child of the level conflicts with every other member that
//! shares an address with it; so among the owner of an address and the owner's conflicts are all children that claim it.
//! (Two members from elsewhere may lie in one another.)

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{
    ChildKey, Level, Slot, State,
    cover::{Layer, Weight},
};
use crate::{Cidr, Claim, ClaimId};

impl State {
    /// The claims of the space that share addresses with `claim` (which need not be in the state) and are neither
    /// declared ancestors of it nor lie within it: what rule 2 of SEMANTICS forbids for new claims.
    pub(crate) fn intersecting(&self, claim: &Claim) -> BTreeSet<Slot> {
        let ancestors: Vec<ClaimId> = self.ancestors(claim).map(|c| c.id).collect();
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut levels = vec![Level::Space(claim.space)];
        while let Some(level) = levels.pop() {
            let Some(layer) = self.layers.get(&level) else {
                continue;
            };
            for prefix in &claim.prefixes {
                for slot in self.members(layer, prefix) {
                    let Some(other) = self.at(slot) else { continue };
                    if other.id == claim.id || !seen.insert(slot) {
                        continue;
                    }
                    if ancestors.contains(&other.id) {
                        levels.push(Level::Claim(slot));
                    } else if other.overlaps(claim) && !self.is_within(other, claim.id) {
                        found.insert(slot);
                        levels.push(Level::Claim(slot));
                    }
                }
            }
        }
        found
    }

    /// Members of a layer that may share addresses with `prefix`: the owners of its addresses, and all who
    /// conflict with an owner.
    pub(crate) fn members(&self, layer: &Layer, prefix: &Cidr) -> BTreeSet<Slot> {
        let mut members = BTreeSet::new();
        for slot in layer.owners(prefix) {
            if !members.insert(slot) {
                continue;
            }
            if let Some(owner) = self.at(slot) {
                members.extend(self.conflicts_of(owner.id).filter_map(|id| self.slot(id)));
            }
        }
        members
    }

    fn weight_at(&self, claim: &Claim, level: Level) -> Weight {
        if claim.kind.is_reserved() {
            Weight::Reserved
        } else if claim.kind.is_pool() && self.is_child(claim, level) {
            Weight::ChildPool
        } else {
            Weight::Allocated
        }
    }

    pub(crate) fn level_of(&self, claim: &Claim) -> Option<Level> {
        match claim.parent {
            None => Some(Level::Space(claim.space)),
            Some(parent) => self.slot(parent).map(Level::Claim),
        }
    }

    /// Adds a claim that is in the slab and in `by_id` to every index of addresses.
    pub(super) fn index(&mut self, slot: Slot, claim: &Arc<Claim>) {
        let Some(level) = self.level_of(claim) else { return };
        let rivals = self.intersecting(claim);
        self.children.insert(ChildKey {
            level,
            first: claim.prefixes[0],
            id: claim.id,
        });
        self.open_layer(level);
        self.cover(level, slot, claim);
        for rival in &rivals {
            if let Some(other) = self.at(*rival).map(|c| c.id) {
                self.conflicts.insert((claim.id, other));
                self.conflicts.insert((other, claim.id));
            }
        }
        for rival in &rivals {
            let inside = Level::Claim(*rival);
            if self.layers.contains_key(&inside) {
                self.cover(inside, slot, claim);
            } else if self.at(*rival).is_some_and(|other| other.kind.holds_claims()) {
                self.open_layer(inside);
            }
        }
        if !rivals.is_empty() && claim.kind.holds_claims() {
            self.open_layer(Level::Claim(slot));
        }
        self.mark(slot, claim);
    }

    /// Takes a claim with nothing in it out of every index of addresses. It stays in the slab and in `by_id`.
    pub(super) fn unindex(&mut self, slot: Slot, claim: &Arc<Claim>) {
        let Some(level) = self.level_of(claim) else { return };
        self.layers.remove(&Level::Claim(slot));
        self.children.remove(&ChildKey {
            level,
            first: claim.prefixes[0],
            id: claim.id,
        });
        let rivals: Vec<ClaimId> = self.conflicts_of(claim.id).collect();
        for rival in &rivals {
            self.conflicts.remove(&(claim.id, *rival));
            self.conflicts.remove(&(*rival, claim.id));
        }
        // At a rival's level a claim and what it lies in may both be members; there either may own what they share.
        let heirs: Vec<ClaimId> = rivals
            .iter()
            .copied()
            .chain(self.ancestors(claim).map(|c| c.id))
            .collect();
        self.unmark(slot, claim, &heirs);
        self.uncover(level, slot, claim, &heirs);
        for rival in &rivals {
            if let Some(rival_slot) = self.slot(*rival)
                && self.layers.contains_key(&Level::Claim(rival_slot))
            {
                self.uncover(Level::Claim(rival_slot), slot, claim, &heirs);
            }
        }
    }

    /// True if only a claim's own prefixes change, and it shares addresses with nobody before or after: then nothing that
    /// lies in it has to be looked at, since what a claim conflicts with does not depend on the prefixes of its ancestors.
    pub(super) fn only_reshapes(&self, old: &Claim, new: &Claim) -> bool {
        (old.space, old.parent, old.kind.word()) == (new.space, new.parent, new.kind.word())
            && self.marks_of(old).is_empty()
            && self.marks_of(new).is_empty()
            && self.conflicts_of(old.id).next().is_none()
            && self.intersecting(new).is_empty()
    }

    /// Gives a claim other prefixes, under the conditions of [`State::only_reshapes`].
    pub(super) fn reshape(&mut self, slot: Slot, old: &Arc<Claim>, new: &Arc<Claim>) {
        let Some(level) = self.level_of(old) else { return };
        let key = |claim: &Claim| ChildKey {
            level,
            first: claim.prefixes[0],
            id: claim.id,
        };
        self.children.remove(&key(old));
        self.children.insert(key(new));
        // Emptying the level would close it.
        self.cover(level, slot, new);
        let weight = self.weight_at(old, level);
        if let Some(layer) = self.layers.get_mut(&level) {
            for prefix in &old.prefixes {
                layer.remove(prefix, slot, weight);
            }
        }
        self.claims.set(slot.0 as usize, Some(Arc::clone(new)));
        self.cover(level, slot, new);
    }

    /// A claim that holds claims has a layer from its first child or conflict on; it starts with the claims that conflict
    /// with it.
    fn open_layer(&mut self, level: Level) {
        if self.layers.contains_key(&level) {
            return;
        }
        self.layers.insert(level, Layer::default());
        if let Level::Claim(slot) = level
            && let Some(owner) = self.at(slot).map(|c| c.id)
        {
            let rivals: Vec<Slot> = self.conflicts_of(owner).filter_map(|id| self.slot(id)).collect();
            for rival in rivals {
                if let Some(claim) = self.claims.get(rival.0 as usize).cloned().flatten() {
                    self.cover(level, rival, &claim);
                }
            }
        }
    }

    /// The parts of `claim` that lie within a level: all of it for children, the shared part for others.
    fn parts(&self, claim: &Claim, level: Level) -> Vec<Cidr> {
        match level {
            Level::Claim(slot) if !self.is_child(claim, level) => match self.at(slot) {
                Some(owner) => owner.intersections(claim).collect(),
                None => Vec::new(),
            },
            Level::Claim(_) | Level::Space(_) => claim.prefixes.clone(),
        }
    }

    fn cover(&mut self, level: Level, slot: Slot, claim: &Claim) {
        let (parts, weight) = (self.parts(claim, level), self.weight_at(claim, level));
        if let Some(layer) = self.layers.get_mut(&level) {
            for part in &parts {
                layer.add(part, slot, weight);
            }
        }
    }

    fn uncover(&mut self, level: Level, slot: Slot, claim: &Claim, heirs: &[ClaimId]) {
        let (parts, weight) = (self.parts(claim, level), self.weight_at(claim, level));
        let Some(layer) = self.layers.get_mut(&level) else {
            return;
        };
        for part in &parts {
            layer.remove(part, slot, weight);
        }
        // What was shared now belongs to the others who claim it at this level.
        for heir in heirs {
            let Some(heir_slot) = self.slot(*heir) else {
                continue;
            };
            let Some(other) = self.claims.get(heir_slot.0 as usize).cloned().flatten() else {
                continue;
            };
            if self.is_member(&other, level) {
                self.cover(level, heir_slot, &other);
            }
        }
        let emptied = self.layers.get(&level).is_some_and(Layer::is_empty);
        if emptied && matches!(level, Level::Claim(_)) {
            self.layers.remove(&level);
        }
    }

    fn is_member(&self, claim: &Claim, level: Level) -> bool {
        self.is_child(claim, level)
            || match level {
                Level::Claim(slot) => self
                    .at(slot)
                    .is_some_and(|owner| self.conflicts.contains(&(owner.id, claim.id))),
                Level::Space(_) => false,
            }
    }
}
