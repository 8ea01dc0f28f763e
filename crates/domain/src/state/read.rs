//! Looking things up. Everything here is O(log n) unless it says otherwise.

use super::{ChildKey, Ending, Level, Slot, State, cover::Layer};
use crate::{
    Acceptance, Cidr, Claim, ClaimId, Family, Name, Pair, Resource, ResourceId, Space, SpaceId, Timestamp,
};

impl State {
    /// A space by identity.
    #[must_use]
    pub fn space(&self, id: SpaceId) -> Option<&Space> {
        self.spaces.get(&id).map(AsRef::as_ref)
    }

    /// A space by name.
    #[must_use]
    pub fn space_named(&self, name: &Name) -> Option<&Space> {
        self.space_names.get(name).and_then(|id| self.space(*id))
    }

    /// The spaces, by name.
    pub fn spaces(&self) -> impl Iterator<Item = &Space> {
        self.space_names.values().filter_map(|id| self.space(*id))
    }

    /// How many spaces there are.
    #[must_use]
    pub fn space_count(&self) -> usize {
        self.spaces.len()
    }

    /// A resource by identity.
    #[must_use]
    pub fn resource(&self, id: ResourceId) -> Option<&Resource> {
        self.resources.get(&id).map(AsRef::as_ref)
    }

    /// The resources, by identity.
    pub fn resources(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values().map(AsRef::as_ref)
    }

    /// How many resources there are.
    #[must_use]
    pub fn resource_count(&self) -> usize {
        self.resources.len()
    }

    /// The networks a resource holds, by identity.
    pub fn networks_of(&self, id: ResourceId) -> impl Iterator<Item = &Claim> {
        let from = (id, ClaimId::from_bytes([0; 16]));
        self.held
            .range(from..)
            .take_while(move |(holder, _)| *holder == id)
            .filter_map(|(_, c)| self.claim(*c))
    }

    /// A claim by identity.
    #[must_use]
    pub fn claim(&self, id: ClaimId) -> Option<&Claim> {
        self.slot(id).and_then(|slot| self.at(slot))
    }

    /// A pool by name within a space.
    #[must_use]
    pub fn pool_named(&self, space: SpaceId, name: &Name) -> Option<&Claim> {
        self.pool_names
            .get(&space)?
            .get(name)
            .and_then(|id| self.claim(*id))
    }

    /// Every claim, by identity: O(n).
    pub fn claims(&self) -> impl Iterator<Item = &Claim> {
        self.by_id.values().filter_map(|slot| self.at(*slot))
    }

    /// How many claims there are.
    #[must_use]
    pub fn claim_count(&self) -> usize {
        self.by_id.len()
    }

    /// The claims at the top of a space, in listing order.
    pub fn roots(&self, space: SpaceId) -> impl Iterator<Item = &Claim> {
        self.children_at(Level::Space(space), None)
    }

    /// The claims declared to lie directly in a claim, in listing order.
    pub fn children(&self, id: ClaimId) -> impl Iterator<Item = &Claim> {
        self.slot(id)
            .into_iter()
            .flat_map(|slot| self.children_at(Level::Claim(slot), None))
    }

    /// Children of a claim (or of the top of a space) after a given one, in listing order.
    pub fn children_after<'a>(
        &'a self,
        space: SpaceId,
        parent: Option<ClaimId>,
        after: Option<(Cidr, ClaimId)>,
    ) -> Box<dyn Iterator<Item = &'a Claim> + 'a> {
        match self.level_named(space, parent) {
            Some(level) => Box::new(self.children_at(level, after)),
            None => Box::new(core::iter::empty()),
        }
    }

    fn children_at(&self, level: Level, after: Option<(Cidr, ClaimId)>) -> impl Iterator<Item = &Claim> {
        let start = after.unwrap_or((Family::V4.all(), ClaimId::from_bytes([0; 16])));
        let from = ChildKey {
            level,
            first: start.0,
            id: start.1,
        };
        self.children
            .range(from..)
            .skip_while(move |key| after.is_some() && **key == from)
            .take_while(move |key| key.level == level)
            .filter_map(|key| self.claim(key.id))
    }

    /// The claims that a claim was declared to lie in, innermost first: at most [`crate::limits::DEPTH`].
    pub fn ancestors<'a>(&'a self, claim: &Claim) -> impl Iterator<Item = &'a Claim> + 'a {
        let first = claim.parent.and_then(|id| self.claim(id));
        core::iter::successors(first, |c| c.parent.and_then(|id| self.claim(id)))
    }

    /// True if `claim` lies, by declaration, in `ancestor` at any depth.
    #[must_use]
    pub fn is_within(&self, claim: &Claim, ancestor: ClaimId) -> bool {
        self.ancestors(claim).any(|c| c.id == ancestor)
    }

    /// Claims that share addresses with this one although neither is declared to lie in the other, by identity.
    pub fn conflicts_of(&self, id: ClaimId) -> impl Iterator<Item = ClaimId> + '_ {
        let from = (id, ClaimId::from_bytes([0; 16]));
        self.conflicts
            .range(from..)
            .take_while(move |(a, _)| *a == id)
            .map(|(_, b)| *b)
    }

    /// Every conflicting pair once, by identity: O(conflicts).
    pub fn conflict_pairs(&self) -> impl Iterator<Item = (ClaimId, ClaimId)> + '_ {
        self.conflicts.iter().filter(|(a, b)| a < b).copied()
    }

    /// How many pairs of claims conflict, accepted ones included.
    #[must_use]
    pub fn conflict_count(&self) -> usize {
        self.conflicts.len() / 2
    }

    /// True if two claims share addresses although neither is declared to lie in the other.
    #[must_use]
    pub fn is_conflict(&self, pair: Pair) -> bool {
        self.conflicts.contains(&(pair.left, pair.right))
    }

    /// How a conflict was accepted, if it was.
    #[must_use]
    pub fn acceptance(&self, pair: Pair) -> Option<&Acceptance> {
        self.accepted.get(&pair).map(AsRef::as_ref)
    }

    /// The accepted conflicts, by identity.
    pub fn acceptances(&self) -> impl Iterator<Item = &Acceptance> {
        self.accepted.values().map(AsRef::as_ref)
    }

    /// How many conflicts are accepted.
    #[must_use]
    pub fn acceptance_count(&self) -> usize {
        self.accepted.len()
    }

    /// Claims that conflict with this one and that nobody has accepted, by identity.
    pub fn open_conflicts_of(&self, id: ClaimId) -> impl Iterator<Item = ClaimId> + '_ {
        self.conflicts_of(id)
            .filter(move |other| !self.accepted.contains_key(&Pair::of(id, *other)))
    }

    /// When the next reservation, rest or acceptance ends.
    #[must_use]
    pub fn next_expiry(&self) -> Option<Timestamp> {
        self.ending.get_min().map(|(at, _)| *at)
    }

    /// What has ended at `now`, earliest first.
    pub(crate) fn ended(&self, now: Timestamp) -> impl Iterator<Item = Ending> + '_ {
        self.ending
            .iter()
            .take_while(move |(at, _)| *at <= now)
            .map(|(_, what)| *what)
    }

    /// The claims of a space that hold `cidr` whole, outermost first: the declared tree is followed, and at each level
    /// the claim that owns the first address of `cidr`.
    #[must_use]
    pub fn containing(&self, space: SpaceId, cidr: &Cidr) -> Vec<&Claim> {
        let mut found = Vec::new();
        let mut level = Level::Space(space);
        while let Some(layer) = self.layers.get(&level) {
            let holder = self
                .members(layer, cidr)
                .into_iter()
                .filter_map(|slot| self.at(slot).map(|claim| (slot, claim)))
                .filter(|(_, claim)| claim.contains(cidr) && self.is_child(claim, level))
                .min_by_key(|(_, claim)| (!claim.kind.is_pool(), claim.id));
            let Some((slot, claim)) = holder else { break };
            found.push(claim);
            level = Level::Claim(slot);
        }
        found
    }

    pub(crate) fn is_child(&self, claim: &Claim, level: Level) -> bool {
        match level {
            Level::Space(space) => claim.space == space && claim.parent.is_none(),
            Level::Claim(slot) => claim.parent.is_some() && claim.parent == self.at(slot).map(|c| c.id),
        }
    }

    pub(crate) fn level_named(&self, space: SpaceId, parent: Option<ClaimId>) -> Option<Level> {
        match parent {
            None => Some(Level::Space(space)),
            Some(id) => self.slot(id).map(Level::Claim),
        }
    }

    pub(crate) fn slot(&self, id: ClaimId) -> Option<Slot> {
        self.by_id.get(&id).copied()
    }

    pub(crate) fn at(&self, slot: Slot) -> Option<&Claim> {
        self.claims.get(slot.0 as usize).and_then(Option::as_deref)
    }

    pub(crate) fn layer_of(&self, id: ClaimId) -> Option<&Layer> {
        self.slot(id)
            .and_then(|slot| self.layers.get(&Level::Claim(slot)))
    }

    /// Every claim with the layer of what lies in it, in no order that people see. One pass, without looking anything up.
    pub(crate) fn with_layers(&self) -> impl Iterator<Item = (&Claim, Option<&Layer>)> {
        let mut layers = self.layers.range(Level::Claim(Slot(0))..).peekable();
        self.claims.iter().zip(0_u32..).filter_map(move |(claim, slot)| {
            let level = Level::Claim(Slot(slot));
            while layers.next_if(|(at, _)| **at < level).is_some() {}
            let layer = layers.next_if(|(at, _)| **at == level).map(|(_, layer)| layer);
            Some((claim.as_deref()?, layer))
        })
    }

    pub(crate) fn layer(&self, level: Level) -> Option<&Layer> {
        self.layers.get(&level)
    }
}

impl State {
    /// Claims at one level (children and conflicting claims from elsewhere) that share an address with `cidr`.
    pub(crate) fn level_touching(&self, space: SpaceId, parent: Option<ClaimId>, cidr: &Cidr) -> Vec<&Claim> {
        let Some(layer) = self
            .level_named(space, parent)
            .and_then(|level| self.layers.get(&level))
        else {
            return Vec::new();
        };
        let members = self
            .members(layer, cidr)
            .into_iter()
            .filter_map(|slot| self.at(slot));
        members
            .filter(|claim| claim.prefixes.iter().any(|p| p.overlaps(cidr)))
            .collect()
    }
}
