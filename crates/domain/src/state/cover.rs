//! Which addresses are occupied at one level: the union of the members of a level, each address owned by one
//! member. Members may overlap (observed space does), so a member may own less than it claims.

use plat_allocator::{Count, Family, Occupancy, Prefix, Range, V4, V6};

use super::Slot;
use crate::Cidr;

/// Owners of addresses in one family.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cover<F: Family> {
    /// Every member.
    pub(crate) all: Occupancy<F>,
    /// Members that count as allocated; the same as `all` (and not kept) while nothing is reserved or resting.
    solid: Option<Occupancy<F>>,
    /// Child pools.
    pools: Occupancy<F>,
}

/// What kind of member covers addresses, as far as accounting tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    /// A pool that is a child of this level.
    ChildPool,
    /// Anything else that counts as allocated.
    Allocated,
    /// Reservations, and what is resting.
    Reserved,
}

/// Addresses of a range, by what covers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Covered {
    pub(crate) allocated: Count,
    pub(crate) reserved: Count,
    pub(crate) delegated: Count,
}

pub(in crate::state) fn add<F: Family>(occupancy: &mut Occupancy<F>, prefix: Prefix<F>, slot: Slot) {
    if occupancy.claim(prefix, slot.0).is_ok() {
        return;
    }
    let gaps: Vec<Prefix<F>> = occupancy.free(prefix).collect();
    for gap in gaps {
        // The gap was just reported free, so the claim cannot fail.
        let claimed = occupancy.claim(gap, slot.0);
        debug_assert!(claimed.is_ok());
    }
}

pub(super) fn remove<F: Family>(occupancy: &mut Occupancy<F>, prefix: Prefix<F>, slot: Slot) {
    if occupancy.get(prefix) == Some(slot.0) {
        occupancy.release(prefix);
        return;
    }
    let parts: Vec<Prefix<F>> = occupancy
        .overlapping(prefix.range())
        .filter(|&(_, owner)| owner == slot.0)
        .map(|(p, _)| p)
        .collect();
    for part in parts {
        occupancy.release(part);
    }
}

impl<F: Family> Cover<F> {
    pub(crate) fn add(&mut self, prefix: Prefix<F>, slot: Slot, weight: Weight) {
        if weight == Weight::Reserved {
            self.solid.get_or_insert_with(|| self.all.clone());
        } else if let Some(solid) = &mut self.solid {
            add(solid, prefix, slot);
        }
        if weight == Weight::ChildPool {
            add(&mut self.pools, prefix, slot);
        }
        add(&mut self.all, prefix, slot);
    }

    pub(crate) fn remove(&mut self, prefix: Prefix<F>, slot: Slot, weight: Weight) {
        remove(&mut self.all, prefix, slot);
        if weight != Weight::Reserved
            && let Some(solid) = &mut self.solid
        {
            remove(solid, prefix, slot);
        }
        if weight == Weight::ChildPool {
            remove(&mut self.pools, prefix, slot);
        }
    }

    pub(crate) fn covered(&self, range: Range<F>) -> Covered {
        let all = self.all.claimed_in(range);
        let allocated = self.solid.as_ref().map_or(all, |solid| solid.claimed_in(range));
        Covered {
            allocated,
            reserved: all.saturating_sub(allocated),
            delegated: self.pools.claimed_in(range),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

/// Occupied addresses at one level, in both families.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layer {
    pub(crate) v4: Cover<V4>,
    pub(crate) v6: Cover<V6>,
}

impl Layer {
    pub(crate) fn add(&mut self, prefix: &Cidr, slot: Slot, weight: Weight) {
        match prefix {
            Cidr::V4(p) => self.v4.add(*p, slot, weight),
            Cidr::V6(p) => self.v6.add(*p, slot, weight),
        }
    }

    pub(crate) fn remove(&mut self, prefix: &Cidr, slot: Slot, weight: Weight) {
        match prefix {
            Cidr::V4(p) => self.v4.remove(*p, slot, weight),
            Cidr::V6(p) => self.v6.remove(*p, slot, weight),
        }
    }

    /// Owners of some address of `prefix`, in address order; one owner may come several times.
    pub(crate) fn owners(&self, prefix: &Cidr) -> Vec<Slot> {
        let mut owners: Vec<Slot> = match prefix {
            Cidr::V4(p) => self.v4.all.overlapping(p.range()).map(|(_, v)| Slot(v)).collect(),
            Cidr::V6(p) => self.v6.all.overlapping(p.range()).map(|(_, v)| Slot(v)).collect(),
        };
        owners.dedup();
        owners
    }

    pub(crate) fn covered(&self, prefix: &Cidr) -> Covered {
        match prefix {
            Cidr::V4(p) => self.v4.covered(p.range()),
            Cidr::V6(p) => self.v6.covered(p.range()),
        }
    }

    /// The first occupied prefix that has an address in `first..=last`, and its owner.
    pub(crate) fn next_owner(&self, family: crate::Family, first: u128, last: u128) -> Option<(Cidr, Slot)> {
        match family {
            crate::Family::V4 => {
                let range = Range::new(u32::try_from(first).ok()?, u32::try_from(last).ok()?).ok()?;
                self.v4
                    .all
                    .overlapping(range)
                    .next()
                    .map(|(p, v)| (Cidr::V4(p), Slot(v)))
            }
            crate::Family::V6 => self
                .v6
                .all
                .overlapping(Range::new(first, last).ok()?)
                .next()
                .map(|(p, v)| (Cidr::V6(p), Slot(v))),
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }
}
