//! Whose and what the addresses of a space are, beside who lies in whom: in use, and of which tenant. By set union, so that
//! observed claims that overlap count once.

use plat_allocator::{Count, Occupancy, V4, V6};

use super::{
    Slot, State,
    cover::{add, remove},
};
use crate::{Cidr, Claim, ClaimId, Name, SpaceId};

/// A property of addresses within a space.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mark {
    /// Really in use.
    InUse(SpaceId),
    /// Had by a tenant.
    Tenant(SpaceId, Name),
}

/// Addresses with one mark, each owned by one claim that gives it the mark.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marked {
    v4: Occupancy<V4>,
    v6: Occupancy<V6>,
}

impl Marked {
    fn add(&mut self, prefix: &Cidr, slot: Slot) {
        match prefix {
            Cidr::V4(p) => add(&mut self.v4, *p, slot),
            Cidr::V6(p) => add(&mut self.v6, *p, slot),
        }
    }

    fn remove(&mut self, prefix: &Cidr, slot: Slot) {
        match prefix {
            Cidr::V4(p) => remove(&mut self.v4, *p, slot),
            Cidr::V6(p) => remove(&mut self.v6, *p, slot),
        }
    }

    fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    pub(crate) fn count(&self, prefixes: &[Cidr]) -> Count {
        prefixes
            .iter()
            .fold(Count::ZERO, |sum, p| sum.saturating_add(self.count_in(p)))
    }

    fn count_in(&self, prefix: &Cidr) -> Count {
        match prefix {
            Cidr::V4(p) => self.v4.claimed_in(p.range()),
            Cidr::V6(p) => self.v6.claimed_in(p.range()),
        }
    }
}

impl State {
    /// The marks that a claim gives its addresses.
    pub(crate) fn marks_of(&self, claim: &Claim) -> Vec<Mark> {
        let in_use = claim.kind.is_in_use().then_some(Mark::InUse(claim.space));
        let tenant = self
            .tenant_of(claim)
            .map(|tenant| Mark::Tenant(claim.space, tenant));
        in_use.into_iter().chain(tenant).collect()
    }

    /// The addresses with a mark, if there are any.
    pub(crate) fn with_mark(&self, mark: &Mark) -> Option<&Marked> {
        self.marks.get(mark)
    }

    /// How many addresses of the prefixes have a mark. O(prefixes · log n).
    pub(crate) fn marked(&self, mark: &Mark, prefixes: &[Cidr]) -> Count {
        self.with_mark(mark)
            .map_or(Count::ZERO, |marked| marked.count(prefixes))
    }

    /// How many addresses of a tenant's own lie in these prefixes of a space.
    #[must_use]
    pub fn had_by(&self, tenant: &Name, space: SpaceId, prefixes: &[Cidr]) -> Count {
        self.marked(&Mark::Tenant(space, tenant.clone()), prefixes)
    }

    /// The tenants that have addresses in a space, by name.
    pub fn tenants(&self, space: SpaceId) -> impl Iterator<Item = &Name> {
        self.marks.keys().filter_map(move |mark| match mark {
            Mark::Tenant(in_space, tenant) if *in_space == space => Some(tenant),
            Mark::Tenant(..) | Mark::InUse(_) => None,
        })
    }

    pub(super) fn mark(&mut self, slot: Slot, claim: &Claim) {
        for mark in self.marks_of(claim) {
            let mut marked = self.marks.get(&mark).cloned().unwrap_or_default();
            for prefix in &claim.prefixes {
                marked.add(prefix, slot);
            }
            self.marks.insert(mark, marked);
        }
    }

    /// Takes a claim's marks away. What `heirs`, the claims that share addresses with it, give the same mark keeps it.
    pub(super) fn unmark(&mut self, slot: Slot, claim: &Claim, heirs: &[ClaimId]) {
        for mark in self.marks_of(claim) {
            let Some(mut marked) = self.marks.get(&mark).cloned() else {
                continue;
            };
            for prefix in &claim.prefixes {
                marked.remove(prefix, slot);
            }
            for heir in heirs {
                if let Some((slot, heir)) = self.slot(*heir).and_then(|slot| Some((slot, self.at(slot)?)))
                    && self.marks_of(heir).contains(&mark)
                {
                    for part in claim.intersections(heir) {
                        marked.add(&part, slot);
                    }
                }
            }
            if marked.is_empty() {
                self.marks.remove(&mark);
            } else {
                self.marks.insert(mark, marked);
            }
        }
    }
}
