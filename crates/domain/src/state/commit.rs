//! Making decided facts true. No choice is made here.

use std::sync::Arc;

use super::{Ending, Slot, State};
use crate::change::Corrupt;
use crate::{Change, ChangeSet, Claim, ClaimId, Digest, Pair, Resource};

fn corrupt(what: &str, id: impl core::fmt::Display) -> Corrupt {
    Corrupt(format!("{what} {id}"))
}

impl State {
    /// Makes a change set true: the state at the next revision.
    ///
    /// Everything was decided: nothing is chosen here, and the same change sets give the same state for ever.
    /// Takes the state whole, so that a state in which half of the facts are true cannot be kept.
    ///
    /// # Errors
    /// [`Corrupt`] where the facts cannot follow on this state (a journal that was damaged or is out of order).
    pub fn commit(self, set: &ChangeSet) -> Result<Self, Corrupt> {
        let digest = self.digest.chain(&set.to_bytes());
        self.commit_as(set, digest)
    }

    /// As [`State::commit`], where the digest is known: what was stored in an earlier form keeps the digest that it had.
    ///
    /// # Errors
    /// As [`State::commit`].
    pub fn commit_as(mut self, set: &ChangeSet, digest: Digest) -> Result<Self, Corrupt> {
        for change in &set.changes {
            self.apply(change)?;
        }
        self.revision += 1;
        self.digest = digest;
        Ok(self)
    }

    /// Makes one fact true without making a revision: for deciding the later commands of a batch.
    pub(crate) fn apply(&mut self, change: &Change) -> Result<(), Corrupt> {
        match change {
            Change::SpacePut(space) => {
                if let Some(old) = self.spaces.insert(space.id, Arc::new(space.clone())) {
                    self.space_names.remove(&old.name);
                }
                match self.space_names.insert(space.name.clone(), space.id) {
                    Some(other) if other != space.id => Err(corrupt("two spaces named", &space.name)),
                    Some(_) | None => Ok(()),
                }
            }
            Change::SpaceRemoved(id) => {
                let old = self
                    .spaces
                    .remove(id)
                    .ok_or_else(|| corrupt("removed a missing space", id))?;
                if self.roots(*id).next().is_some() {
                    return Err(corrupt("removed a space in use", id));
                }
                self.space_names.remove(&old.name);
                Ok(())
            }
            Change::ResourcePut(resource) => {
                self.put_resource(resource);
                Ok(())
            }
            Change::ResourceRemoved(id) => {
                if self.networks_of(*id).next().is_some() {
                    return Err(corrupt("removed a resource that holds networks", id));
                }
                self.resources
                    .remove(id)
                    .map(|_| ())
                    .ok_or_else(|| corrupt("removed a missing resource", id))
            }
            Change::ClaimPut(claim) => self.put_claim(claim),
            Change::ClaimRemoved(id) => self.remove_claim(*id),
            Change::ConflictAccepted(acceptance) => {
                let pair = acceptance.pair;
                if !self.is_conflict(pair) {
                    return Err(corrupt("accepted what is no conflict of", pair.left));
                }
                self.forget_acceptance(pair);
                if let Some(at) = acceptance.expires_at {
                    self.ending.insert((at, Ending::Acceptance(pair)));
                }
                self.accepted.insert(pair, Arc::new(acceptance.clone()));
                Ok(())
            }
            Change::AcceptanceEnded(pair) => self
                .forget_acceptance(*pair)
                .then_some(())
                .ok_or_else(|| corrupt("ended a missing acceptance of", pair.left)),
        }
    }

    fn forget_acceptance(&mut self, pair: Pair) -> bool {
        let Some(old) = self.accepted.remove(&pair) else {
            return false;
        };
        if let Some(at) = old.expires_at {
            self.ending.remove(&(at, Ending::Acceptance(pair)));
        }
        true
    }

    /// A resource gives its networks their tenant: where that changes they are marked anew.
    fn put_resource(&mut self, resource: &Resource) {
        let tenant = self.resource(resource.id).and_then(|r| r.tenant.clone());
        let remarked: Vec<ClaimId> = if tenant == resource.tenant {
            Vec::new()
        } else {
            self.networks_of(resource.id).map(|c| c.id).collect()
        };
        let slots: Vec<Slot> = remarked.iter().filter_map(|id| self.slot(*id)).collect();
        let lifted: Vec<Vec<(Slot, Arc<Claim>)>> = slots.into_iter().map(|slot| self.lift(slot)).collect();
        self.resources.insert(resource.id, Arc::new(resource.clone()));
        for (slot, claim) in lifted.iter().flatten() {
            self.index(*slot, claim);
        }
    }

    /// Takes a claim and all that lies in it out of the indexes, leaves first. What was taken out, roots first, to be
    /// indexed again in that order.
    fn lift(&mut self, slot: Slot) -> Vec<(Slot, Arc<Claim>)> {
        let own = self.claims.get(slot.0 as usize).cloned().flatten();
        let mut lifted: Vec<(Slot, Arc<Claim>)> = own.map(|claim| (slot, claim)).into_iter().collect();
        lifted.extend(self.subtree(slot));
        for (slot, claim) in lifted.iter().rev() {
            self.unindex(*slot, claim);
        }
        lifted
    }

    fn put_claim(&mut self, claim: &Claim) -> Result<(), Corrupt> {
        if claim.prefixes.is_empty() || self.space(claim.space).is_none() {
            return Err(corrupt("claim without space or prefixes", claim.id));
        }
        if claim.parent.is_some_and(|p| {
            self.claim(p)
                .is_none_or(|p| p.space != claim.space || p.id == claim.id)
        }) {
            return Err(corrupt("claim in a missing parent", claim.id));
        }
        let new = Arc::new(claim.clone());
        let Some(slot) = self.slot(claim.id) else {
            let slot = self.take_slot(&new)?;
            self.by_id.insert(claim.id, slot);
            self.index(slot, &new);
            self.name_and_hold(&new);
            return Ok(());
        };
        let Some(old) = self.claims.get(slot.0 as usize).cloned().flatten() else {
            return Err(corrupt("claim without a record", claim.id));
        };
        self.unname(&old);
        let stays = old.space == new.space
            && old.parent == new.parent
            && old.prefixes == new.prefixes
            && old.kind.word() == new.kind.word()
            && self.marks_of(&old) == self.marks_of(&new);
        if stays {
            self.claims.set(slot.0 as usize, Some(Arc::clone(&new)));
        } else if self.only_reshapes(&old, &new) {
            self.reshape(slot, &old, &new);
        } else {
            // Everything below moves with it.
            let lifted = self.lift(slot);
            self.claims.set(slot.0 as usize, Some(Arc::clone(&new)));
            self.index(slot, &new);
            for (s, c) in lifted.iter().skip(1) {
                let mut moved = Arc::clone(c);
                if moved.space != new.space {
                    let old_name = Arc::clone(c);
                    self.unname(&old_name);
                    Arc::make_mut(&mut moved).space = new.space;
                    self.claims.set(s.0 as usize, Some(Arc::clone(&moved)));
                    self.name_and_hold(&moved);
                }
                self.index(*s, &moved);
            }
        }
        self.name_and_hold(&new);
        Ok(())
    }

    fn remove_claim(&mut self, id: ClaimId) -> Result<(), Corrupt> {
        let missing = || corrupt("removed a missing claim", id);
        let slot = self.slot(id).ok_or_else(missing)?;
        let old = self
            .claims
            .get(slot.0 as usize)
            .cloned()
            .flatten()
            .ok_or_else(missing)?;
        if self.children(id).next().is_some() {
            return Err(corrupt("removed a claim with claims in it", id));
        }
        self.unname(&old);
        self.unindex(slot, &old);
        self.by_id.remove(&id);
        self.claims.set(slot.0 as usize, None);
        self.vacant.push_back(slot);
        Ok(())
    }

    fn take_slot(&mut self, claim: &Arc<Claim>) -> Result<Slot, Corrupt> {
        if let Some(slot) = self.vacant.pop_back() {
            self.claims.set(slot.0 as usize, Some(Arc::clone(claim)));
            return Ok(slot);
        }
        let slot =
            u32::try_from(self.claims.len()).map_err(|_| corrupt("more claims than 2^32", claim.id))?;
        self.claims.push_back(Some(Arc::clone(claim)));
        Ok(Slot(slot))
    }

    fn subtree(&self, slot: Slot) -> Vec<(Slot, Arc<Claim>)> {
        let mut found = Vec::new();
        let mut queue = vec![slot];
        while let Some(next) = queue.pop() {
            let Some(parent) = self.at(next).map(|c| c.id) else {
                continue;
            };
            let children: Vec<ClaimId> = self.children(parent).map(|c| c.id).collect();
            for child in children {
                if let Some(child_slot) = self.slot(child)
                    && let Some(claim) = self.claims.get(child_slot.0 as usize).cloned().flatten()
                {
                    found.push((child_slot, claim));
                    queue.push(child_slot);
                }
            }
        }
        found
    }

    fn name_and_hold(&mut self, claim: &Arc<Claim>) {
        if claim.kind.is_pool()
            && let Some(name) = &claim.name
        {
            self.pool_names
                .entry(claim.space)
                .or_default()
                .insert(name.clone(), claim.id);
        }
        if let Some(holder) = claim.kind.holder() {
            self.held.insert((holder, claim.id));
        }
        if let Some(at) = claim.kind.ends_at() {
            self.ending.insert((at, Ending::Claim(claim.id)));
        }
    }

    fn unname(&mut self, claim: &Claim) {
        if claim.kind.is_pool()
            && let Some(name) = &claim.name
            && let Some(names) = self.pool_names.get_mut(&claim.space)
        {
            names.remove(name);
        }
        if let Some(holder) = claim.kind.holder() {
            self.held.remove(&(holder, claim.id));
        }
        if let Some(at) = claim.kind.ends_at() {
            self.ending.remove(&(at, Ending::Claim(claim.id)));
        }
    }
}
