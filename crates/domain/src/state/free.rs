//! Where free space is: inside one pool, by strategy, and what could be had instead.

use plat_allocator::{
    Count, Family as AddressFamily, FreeCapacity, Key as _, Occupancy, Prefix, Range, Strategy, V4, V6,
};

use super::{Ending, Slot, State, cover::add};
use crate::rejection::{Alternatives, Named};
use crate::{Change, Cidr, Claim, ClaimId, ClaimKind, Span, Timestamp, limits};

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
    /// Disjoint, in order.
    windows: Vec<Prefix<F>>,
    /// Where a run may lie whole, each made up of windows: the declared prefixes, or what a request leaves of each.
    reaches: Vec<Range<F>>,
}

impl<F: AddressFamily> Ground<F> {
    fn new(occupied: Occupancy<F>, windows: Vec<Prefix<F>>) -> Self {
        let reaches = windows.iter().map(|window| window.range()).collect();
        Self {
            occupied,
            windows,
            reaches,
        }
    }

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

    /// Runs of so many free addresses nearest to an address, one of each free run; the longest run where none is that long.
    fn nearest_runs(&self, count: Count, asked: F::Key) -> Vec<Range<F>> {
        let more = count.checked_sub(Count::ONE).and_then(Count::to_u128);
        let Some(more) = more.map(F::Key::from_u128) else {
            return Vec::new();
        };
        let fitting = self.runs().filter(|run| run.count() >= count);
        let mut found: Vec<Range<F>> = fitting
            .filter_map(|run| {
                let start = asked.clamp(run.first(), run.last().wrapping_sub(more));
                Range::new(start, start.wrapping_add(more)).ok()
            })
            .collect();
        let distance = |run: &Range<F>| {
            let (low, high) = (asked.min(run.first()), asked.max(run.first()));
            Range::<F>::new(low, high).map_or(Count::ZERO, Range::count)
        };
        found.sort_by_key(distance);
        found.truncate(limits::ALTERNATIVES_NAMED);
        if found.is_empty() {
            found.extend(
                self.runs()
                    .min_by_key(|run| (core::cmp::Reverse(run.count()), run.first())),
            );
        }
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

    /// Only what is in both this and `target`: a block within `target` lies within one of its fewest prefixes.
    fn cut(&mut self, target: Range<F>) {
        let shared = |reach: &Range<F>| {
            Range::new(reach.first().max(target.first()), reach.last().min(target.last())).ok()
        };
        self.reaches = self.reaches.iter().filter_map(shared).collect();
        let parts: Vec<Prefix<F>> = target.prefixes().collect();
        self.windows = core::mem::take(&mut self.windows)
            .into_iter()
            .flat_map(|window| {
                let shared = parts.iter().filter(move |part| part.overlaps(window));
                shared.map(move |part| if part.len() > window.len() { *part } else { window })
            })
            .collect();
    }

    /// Occupies a prefix here, whatever of it is free.
    fn take(&mut self, prefix: Prefix<F>) {
        add(&mut self.occupied, prefix, Slot(u32::MAX));
    }

    /// Runs of free addresses, each within one reach, in address order.
    fn runs(&self) -> impl Iterator<Item = Range<F>> + '_ {
        self.reaches.iter().flat_map(|reach| {
            let from = self.windows.partition_point(|w| w.first() < reach.first());
            let within = self.windows[from..]
                .iter()
                .take_while(|w| w.last() <= reach.last());
            let blocks = within.flat_map(|window| self.occupied.free(*window));
            let mut blocks = blocks.map(Prefix::range).peekable();
            core::iter::from_fn(move || {
                let mut run = blocks.next()?;
                while let Some(next) =
                    blocks.next_if(|next| run.last().wrapping_add(F::Key::ONE) == next.first())
                {
                    run = Range::new(run.first(), next.last()).unwrap_or(run);
                }
                Some(run)
            })
        })
    }

    /// Where a run of so many addresses would go. Strategies mean what they mean for prefixes, without alignment: sparse
    /// begins in the middle of the longest run, or as late as it still fits.
    fn find_span(&self, count: Count, strategy: Strategy) -> Option<Range<F>> {
        let more = F::Key::from_u128(count.checked_sub(Count::ONE)?.to_u128()?);
        let start_at = |first: F::Key| Range::new(first, first.wrapping_add(more)).ok();
        let mut fitting = self.runs().filter(|run| run.count() >= count);
        match strategy {
            Strategy::FirstFit => fitting.next().and_then(|run| start_at(run.first())),
            Strategy::FromEnd => fitting
                .last()
                .and_then(|run| start_at(run.last().wrapping_sub(more))),
            Strategy::BestFit => {
                let tightest = fitting.min_by_key(|run| (run.count(), run.first()))?;
                start_at(tightest.first())
            }
            Strategy::Sparse => {
                let widest = fitting.min_by_key(|run| (core::cmp::Reverse(run.count()), run.first()))?;
                let half = F::Key::from_u128(widest.count().div_floor_pow2(1).to_u128()?);
                let latest = widest.last().wrapping_sub(more);
                start_at(widest.first().wrapping_add(half).min(latest))
            }
        }
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
            Self::V6(Ground::new(occupied, windows.collect()))
        } else {
            let windows = claim
                .prefixes
                .iter()
                .filter_map(|c| if let Cidr::V4(p) = c { Some(*p) } else { None });
            let occupied = layer.map(|l| l.v4.all.clone()).unwrap_or_default();
            Self::V4(Ground::new(occupied, windows.collect()))
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

    /// Where a run of exactly so many addresses would go, by strategy; none where no run is long enough. O(free blocks).
    #[must_use]
    pub fn find_span(&self, count: Count, strategy: Strategy) -> Option<Span> {
        match self {
            Self::V4(g) => g
                .find_span(count, strategy)
                .and_then(|r| Span::new(crate::Family::V4, u128::from(r.first()), u128::from(r.last()))),
            Self::V6(g) => g
                .find_span(count, strategy)
                .and_then(|r| Span::new(crate::Family::V6, r.first(), r.last())),
        }
    }

    /// The part that lies in `within`, without what is `excluded`.
    #[must_use]
    pub fn narrowed(mut self, within: Option<Span>, excluded: &[Cidr]) -> Self {
        match (&mut self, within) {
            (_, None) => {}
            (Self::V4(g), Some(span)) if span.family() == crate::Family::V4 => {
                let ends = (u32::try_from(span.first()), u32::try_from(span.last()));
                if let (Ok(first), Ok(last)) = ends
                    && let Ok(range) = Range::new(first, last)
                {
                    g.cut(range);
                }
            }
            (Self::V6(g), Some(span)) if span.family() == crate::Family::V6 => {
                if let Ok(range) = Range::new(span.first(), span.last()) {
                    g.cut(range);
                }
            }
            (Self::V4(g), Some(_)) => *g = Ground::new(Occupancy::default(), Vec::new()),
            (Self::V6(g), Some(_)) => *g = Ground::new(Occupancy::default(), Vec::new()),
        }
        for prefix in excluded {
            self.take(prefix);
        }
        self
    }

    /// Treats a prefix as occupied.
    pub fn take(&mut self, prefix: &Cidr) {
        match (self, prefix) {
            (Self::V4(g), Cidr::V4(p)) => g.take(*p),
            (Self::V6(g), Cidr::V6(p)) => g.take(*p),
            (Self::V4(_), Cidr::V6(_)) | (Self::V6(_), Cidr::V4(_)) => {}
        }
    }

    /// How many addresses are free. O(windows · log n).
    #[must_use]
    pub fn count(&self) -> Count {
        fn sum<F: AddressFamily>(g: &Ground<F>) -> Count {
            g.windows.iter().fold(Count::ZERO, |sum, w| {
                let free = w.count().saturating_sub(g.occupied.claimed_in(w.range()));
                sum.saturating_add(free)
            })
        }
        match self {
            Self::V4(g) => sum(g),
            Self::V6(g) => sum(g),
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

    fn nearest_runs(&self, count: Count, asked: Option<Span>) -> Vec<Span> {
        let from = asked.map_or(0, Span::first);
        match self {
            Self::V4(g) => {
                let runs = g
                    .nearest_runs(count, u32::try_from(from).unwrap_or(u32::MAX))
                    .into_iter();
                let ends = runs.map(|r| (u128::from(r.first()), u128::from(r.last())));
                ends.filter_map(|(first, last)| Span::new(crate::Family::V4, first, last))
                    .collect()
            }
            Self::V6(g) => {
                let runs = g.nearest_runs(count, from).into_iter();
                runs.filter_map(|r| Span::new(crate::Family::V6, r.first(), r.last()))
                    .collect()
            }
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

/// What was asked for and cannot be had.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Sought<'a> {
    /// A `/len`, here if a prefix was chosen.
    Block(u8, Option<&'a Cidr>),
    /// A run of so many addresses, from here if they were chosen.
    Run(Count, Option<Span>),
}

/// Ends of reservations and rests looked at for when there will be room: the soonest of the workspace.
const ENDS_LOOKED_AT: usize = 256;

/// Pools looked at for an alternative: enough to help, few enough not to make a refusal slow.
const POOLS_LOOKED_AT: usize = 64;

impl State {
    /// What could be had instead in `pool`, of which `space` is free, for a claim of this kind.
    pub(crate) fn alternatives(
        &self,
        pool: &Claim,
        space: &FreeSpace,
        sought: Sought<'_>,
        kind: &ClaimKind,
    ) -> Alternatives {
        let (len, free) = match sought {
            Sought::Block(_, Some(asked)) => (asked.len(), space.nearest(asked)),
            Sought::Block(len, None) => (len, space.find(len, Strategy::FirstFit).into_iter().collect()),
            // Nothing but a network or a subnet holds runs.
            Sought::Run(count, asked) => {
                return Alternatives {
                    runs: space.nearest_runs(count, asked),
                    ..Alternatives::default()
                };
            }
        };
        let family = pool.prefixes.first().map(Cidr::family);
        let pools = self
            .pools(pool.space)
            .filter(|other| other.id != pool.id && other.kind.may_hold(kind))
            .filter(|other| other.prefixes.first().map(Cidr::family) == family)
            .take(POOLS_LOOKED_AT)
            .filter(|other| FreeSpace::of(self, other).find(len, Strategy::FirstFit).is_some())
            .filter_map(|other| Named::of(self, other.id))
            .take(limits::ALTERNATIVES_NAMED)
            .collect();
        Alternatives {
            largest_free: space.largest(),
            free,
            pools,
            ..Alternatives::default()
        }
    }

    /// When enough of what lies in a claim has ended by itself that `fits`, which sees the state of then; none where that
    /// takes more than such ends, or more than a few of them.
    pub(crate) fn fits_at(&self, id: ClaimId, fits: impl Fn(&Self, &Claim) -> bool) -> Option<Timestamp> {
        let ends = self
            .ending
            .iter()
            .take(ENDS_LOOKED_AT)
            .filter_map(|(at, what)| match what {
                Ending::Claim(claim) => Some((*at, self.claim(*claim)?)),
                Ending::Acceptance(_) => None,
            });
        let mut ends = ends.filter(|(_, claim)| claim.parent == Some(id)).peekable();
        let mut later = self.clone();
        while let Some((at, claim)) = ends.next() {
            later.apply(&Change::ClaimRemoved(claim.id)).ok()?;
            let same_time = ends.peek().is_some_and(|(next, _)| *next == at);
            if !same_time && later.claim(id).is_some_and(|there| fits(&later, there)) {
                return Some(at);
            }
        }
        None
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
