//! Where free space is: inside one pool, by strategy, and what could be had instead.

use plat_allocator::{
    Count, Family as AddressFamily, FreeCapacity, Occupancy, Prefix, Range, Strategy, V4, V6,
};

use super::State;
use crate::rejection::{Alternatives, Named};
use crate::{Cidr, Claim, limits};

/// The free space of a claim in its one family: its own prefixes, less what lies in it.
#[derive(Clone, Debug)]
pub enum FreeSpace {
    /// Free IPv4 space.
    V4(Ground<V4>),
    /// Free IPv6 space.
    V6(Ground<V6>),
}

/// Prefixes to allocate from and what is occupied in them.
#[derive(Clone, Debug)]
pub struct Ground<F: AddressFamily> {
    occupied: Occupancy<F>,
    windows: Vec<Prefix<F>>,
}

impl<F: AddressFamily> Ground<F> {
    /// Where a `/len` would go. Among several windows each strategy means the same as within one.
    fn find(&self, len: u8, strategy: Strategy) -> Option<Prefix<F>> {
        let fits = |window: &&Prefix<F>| window.len() <= len;
        let found = |window: &Prefix<F>| self.occupied.find(*window, len, strategy);
        match strategy {
            Strategy::FirstFit => self.windows.iter().filter(fits).find_map(found),
            Strategy::FromEnd => self.windows.iter().rev().filter(fits).find_map(found),
            Strategy::BestFit => {
                let candidates = self
                    .windows
                    .iter()
                    .filter(fits)
                    .filter_map(|w| Some((*w, found(w)?)));
                // The smallest free block is the one with the longest prefix; ties go to the lowest address.
                candidates
                    .min_by_key(|(w, p)| (u8::MAX - self.free_block(*w, *p).len(), *p))
                    .map(|(_, p)| p)
            }
            Strategy::Sparse => {
                let largest = self
                    .windows
                    .iter()
                    .filter(fits)
                    .filter_map(|w| Some((*w, self.occupied.largest_free(*w)?)));
                let (window, _) = largest
                    .filter(|(_, free)| free.len() <= len)
                    .min_by_key(|(w, free)| (free.len(), *w))?;
                self.occupied.find(window, len, strategy)
            }
        }
    }

    /// The maximal free block of a window around a free prefix.
    fn free_block(&self, window: Prefix<F>, mut block: Prefix<F>) -> Prefix<F> {
        while let Some(parent) = block.parent() {
            if !window.contains(parent) || !self.occupied.claimed_in(parent.range()).is_zero() {
                break;
            }
            block = parent;
        }
        block
    }

    /// Free `/len` blocks nearest to an address: the first after it and the last before it.
    fn nearest(&self, len: u8, asked: Prefix<F>) -> Vec<Prefix<F>> {
        let mut found = Vec::new();
        for window in self.windows.iter().filter(|w| w.len() <= len) {
            let after = Range::new(asked.first(), window.last()).ok();
            let before = Range::new(window.first(), asked.last()).ok();
            found.extend(after.and_then(|r| self.occupied.find_in(*window, r, len, Strategy::FirstFit)));
            found.extend(before.and_then(|r| self.occupied.find_in(*window, r, len, Strategy::FromEnd)));
        }
        found.sort_unstable();
        found.dedup();
        // `before` ends at the block that was asked for, which is taken: nothing found is the block itself.
        let distance = |p: &Prefix<F>| {
            let (low, high) = if p < &asked {
                (p.first(), asked.first())
            } else {
                (asked.first(), p.first())
            };
            Range::<F>::new(low, high).map_or(Count::ZERO, Range::count)
        };
        found.sort_by_key(distance);
        found.truncate(limits::ALTERNATIVES_NAMED);
        found
    }

    fn largest(&self) -> Option<Prefix<F>> {
        self.windows
            .iter()
            .filter_map(|w| self.occupied.largest_free(*w))
            .min_by_key(|p| (p.len(), *p))
    }

    fn blocks(&self) -> impl Iterator<Item = Prefix<F>> + '_ {
        self.windows.iter().flat_map(|w| self.occupied.free(*w))
    }
}

impl FreeSpace {
    /// The free space of a claim.
    #[must_use]
    pub fn of(state: &State, claim: &Claim) -> Self {
        let layer = state.layer_of(claim.id);
        if let Some(Cidr::V6(_)) = claim.prefixes.first() {
            let windows = claim
                .prefixes
                .iter()
                .filter_map(|c| if let Cidr::V6(p) = c { Some(*p) } else { None });
            let occupied = layer.map(|l| l.v6.all.clone()).unwrap_or_default();
            Self::V6(Ground {
                occupied,
                windows: windows.collect(),
            })
        } else {
            let windows = claim
                .prefixes
                .iter()
                .filter_map(|c| if let Cidr::V4(p) = c { Some(*p) } else { None });
            let occupied = layer.map(|l| l.v4.all.clone()).unwrap_or_default();
            Self::V4(Ground {
                occupied,
                windows: windows.collect(),
            })
        }
    }

    /// Where a `/len` would go, by strategy; none where no free block holds it.
    #[must_use]
    pub fn find(&self, len: u8, strategy: Strategy) -> Option<Cidr> {
        match self {
            Self::V4(g) => g.find(len, strategy).map(Cidr::V4),
            Self::V6(g) => g.find(len, strategy).map(Cidr::V6),
        }
    }

    /// The largest free block; the lowest of several.
    #[must_use]
    pub fn largest(&self) -> Option<Cidr> {
        match self {
            Self::V4(g) => g.largest().map(Cidr::V4),
            Self::V6(g) => g.largest().map(Cidr::V6),
        }
    }

    /// The maximal free blocks, in address order. As many as there are: take what is shown.
    #[must_use]
    pub fn blocks(&self) -> Box<dyn Iterator<Item = Cidr> + '_> {
        match self {
            Self::V4(g) => Box::new(g.blocks().map(Cidr::V4)),
            Self::V6(g) => Box::new(g.blocks().map(Cidr::V6)),
        }
    }

    /// How many disjoint `/len` still fit, for every length from the claim's own to the family's longest:
    /// pairs of length and count, shortest first. One pass over the free space.
    #[must_use]
    pub fn capacity(&self) -> Vec<(u8, Count)> {
        fn sum<F: AddressFamily>(g: &Ground<F>) -> Vec<(u8, Count)> {
            let per_window: Vec<FreeCapacity<F>> =
                g.windows.iter().map(|w| g.occupied.free_capacity(*w)).collect();
            let shortest = g.windows.iter().map(|w| w.len()).min().unwrap_or(0);
            (shortest..=F::BITS)
                .map(|len| {
                    let fits = per_window.iter().map(|c| c.capacity(len));
                    (len, fits.fold(Count::ZERO, Count::saturating_add))
                })
                .collect()
        }
        match self {
            Self::V4(g) => sum(g),
            Self::V6(g) => sum(g),
        }
    }

    fn nearest(&self, asked: &Cidr) -> Vec<Cidr> {
        match (self, asked) {
            (Self::V4(g), Cidr::V4(p)) => g.nearest(p.len(), *p).into_iter().map(Cidr::V4).collect(),
            (Self::V6(g), Cidr::V6(p)) => g.nearest(p.len(), *p).into_iter().map(Cidr::V6).collect(),
            (Self::V4(_), Cidr::V6(_)) | (Self::V6(_), Cidr::V4(_)) => Vec::new(),
        }
    }
}

/// Pools looked at for an alternative: enough to help, few enough not to make a refusal slow.
const POOLS_LOOKED_AT: usize = 64;

impl State {
    /// What could be had instead of a `/len` (at `asked`, if a prefix was chosen) in `pool`.
    pub(crate) fn alternatives(&self, pool: &Claim, len: u8, asked: Option<&Cidr>) -> Alternatives {
        let space = FreeSpace::of(self, pool);
        let free = match asked {
            Some(asked) => space.nearest(asked),
            None => space.find(len, Strategy::FirstFit).into_iter().collect(),
        };
        let family = pool.prefixes.first().map(Cidr::family);
        let pools = self
            .pools(pool.space)
            .filter(|other| other.id != pool.id && other.prefixes.first().map(Cidr::family) == family)
            .take(POOLS_LOOKED_AT)
            .filter(|other| FreeSpace::of(self, other).find(len, Strategy::FirstFit).is_some())
            .filter_map(|other| Named::of(self, other.id))
            .take(limits::ALTERNATIVES_NAMED)
            .collect();
        Alternatives {
            largest_free: space.largest(),
            free,
            pools,
        }
    }

    /// The pools of a space, by name.
    pub fn pools(&self, space: crate::SpaceId) -> impl Iterator<Item = &Claim> {
        self.pool_names
            .get(&space)
            .into_iter()
            .flat_map(|names| names.values())
            .filter_map(|id| self.claim(*id))
    }
}
