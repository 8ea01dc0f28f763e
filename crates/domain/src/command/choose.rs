//! Which addresses a claim gets: those given, or those that the strategy finds.

use plat_allocator::{Count, Strategy};
use serde::{Deserialize, Serialize};

use super::check::{check_attributes, check_depth, check_kind, check_prefixes};
use crate::rejection::{Alternatives, Named, Rejection};
use crate::state::free::Sought;
use crate::{Cidr, Claim, ClaimKind, Family, FreeSpace, Policy, Span, State, limits, rules};

/// How much, or exactly which, space is wanted. The order of the variants is part of the stored form: add at the end only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Wanted {
    /// Exactly these prefixes: disjoint, of one family.
    Prefixes(Vec<Cidr>),
    /// One prefix of this length, in bits.
    PrefixLength(u8),
    /// One prefix that holds this many addresses: rounded up, so 144 gives a /24. A range gets exactly this many.
    Addresses(Count),
    /// One prefix of the pool's default length. An address is one address.
    DefaultLength,
}

/// Where to look, and in what pieces.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Search<'a> {
    /// The pool's strategy if unset.
    pub(super) strategy: Option<Strategy>,
    /// At most so many prefixes; one if unset.
    pub(super) max_prefixes: Option<u16>,
    /// Not these.
    pub(super) excluded: &'a [Cidr],
    /// Only here.
    pub(super) within: Option<Span>,
}

impl Search<'_> {
    fn check(&self) -> Result<(), Rejection> {
        if self.excluded.len() > limits::EXCLUSIONS {
            return Err(Rejection::limit("excluded prefixes", limits::EXCLUSIONS));
        }
        match self.max_prefixes {
            Some(0) => Err(Rejection::invalid("maxPrefixes", "give at least 1")),
            Some(n) if n > limits::PREFIXES_PER_ALLOCATION => Err(Rejection::limit(
                "prefixes of one allocation",
                usize::from(limits::PREFIXES_PER_ALLOCATION),
            )),
            Some(_) | None => Ok(()),
        }
    }

    /// What is chosen keeps to what the same request says of where to look.
    fn admits(&self, prefixes: &[Cidr]) -> Result<(), Rejection> {
        self.check()?;
        let outside = |p: &&Cidr| {
            self.within.is_some_and(|span| {
                (p.family(), p.first() < span.first() || p.last() > span.last()) != (span.family(), false)
            })
        };
        if let Some(prefix) = prefixes.iter().find(outside) {
            return Err(Rejection::invalid(
                "within",
                format!("{prefix} was chosen, which is not within it"),
            ));
        }
        let left_out = |p: &&Cidr| self.excluded.iter().any(|e| e.overlaps(p));
        if let Some(prefix) = prefixes.iter().find(left_out) {
            return Err(Rejection::invalid(
                "excluded",
                format!("{prefix} was chosen, which is not to be taken"),
            ));
        }
        Ok(())
    }

    const fn is_narrow(&self) -> bool {
        self.within.is_some() || !self.excluded.is_empty()
    }
}

/// Turns what is wanted into prefixes for `claim`, which has everything but those.
pub(super) fn choose(
    state: &State,
    claim: &Claim,
    wanted: &Wanted,
    search: &Search<'_>,
) -> Result<Vec<Cidr>, Rejection> {
    if let Wanted::Prefixes(prefixes) = wanted {
        let mut prefixes = prefixes.clone();
        check_prefixes(&mut prefixes)?;
        search.admits(&prefixes)?;
        return Ok(prefixes);
    }
    search.check()?;
    let Some(pool) = claim.parent.and_then(|id| state.claim(id)) else {
        return Err(Rejection::invalid(
            "wanted",
            "at the top of a space there is no pool to choose from: give prefixes",
        ));
    };
    let ground = Ground {
        state,
        pool,
        claim,
        search,
    };
    check_attributes(state, claim, ground.family())?;
    check_kind(state, pool, &claim.kind)?;
    check_depth(state, pool, claim.id)?;
    match claim.kind {
        ClaimKind::Address { .. } => ground.address(wanted),
        ClaimKind::Range { .. } => ground.range(wanted),
        ClaimKind::Pool(_)
        | ClaimKind::Network { .. }
        | ClaimKind::Subnet
        | ClaimKind::Static
        | ClaimKind::External
        | ClaimKind::Reservation { .. }
        | ClaimKind::Cooling { .. } => ground.prefixes(wanted),
    }
}

/// What a search is about.
struct Ground<'a> {
    state: &'a State,
    pool: &'a Claim,
    claim: &'a Claim,
    search: &'a Search<'a>,
}

impl Ground<'_> {
    fn family(&self) -> Family {
        self.pool.prefixes.first().map_or(Family::V4, Cidr::family)
    }

    fn policy(&self) -> Policy {
        self.pool.kind.policy().cloned().unwrap_or_default()
    }

    fn strategy(&self) -> Strategy {
        let own = self.search.strategy;
        own.or_else(|| self.pool.kind.policy()?.strategy)
            .unwrap_or(Strategy::FirstFit)
    }

    fn free(&self) -> FreeSpace {
        let free = FreeSpace::of(self.state, self.pool);
        if self.search.is_narrow() {
            free.narrowed(self.search.within, self.search.excluded)
        } else {
            free
        }
    }

    /// The free space for hosts: without the addresses that the provider keeps of the subnet.
    fn free_for_hosts(&self) -> FreeSpace {
        without_kept(self.state, self.pool, self.free())
    }

    fn prefixes(&self, wanted: &Wanted) -> Result<Vec<Cidr>, Rejection> {
        let (family, policy) = (self.family(), self.policy());
        let len = match wanted {
            Wanted::PrefixLength(len) => *len,
            Wanted::Addresses(count) => len_for(*count, family)?,
            Wanted::DefaultLength => policy.default_len.ok_or_else(|| {
                Rejection::invalid(
                    "wanted",
                    "the pool has no default length: give a length, a number of addresses or a prefix",
                )
            })?,
            Wanted::Prefixes(_) => return Err(Rejection::invalid("wanted", "prefixes")),
        };
        if len > family.bits() {
            return Err(Rejection::invalid(
                "wanted",
                format!("/{len} is longer than an {family} address"),
            ));
        }
        let pieces = self.search.max_prefixes.unwrap_or(1);
        if pieces == 1 {
            rules::size_rule(self.state, self.pool, &self.claim.kind, len)?;
            let free = self.free();
            return match free.find(len, self.strategy()) {
                Some(prefix) => Ok(vec![prefix]),
                None => {
                    let fits = |later: &Ground<'_>| later.free().find(len, later.strategy()).is_some();
                    Err(self.exhausted(
                        &free,
                        len,
                        Count::pow2(family.bits() - len),
                        Sought::Block(len, None),
                        fits,
                    ))
                }
            };
        }
        let count = match wanted {
            Wanted::Addresses(count) => *count,
            Wanted::PrefixLength(_) | Wanted::DefaultLength | Wanted::Prefixes(_) => {
                Count::pow2(family.bits() - len)
            }
        };
        self.in_pieces(count, len, pieces, &policy)
    }

    /// Largest first: each piece is the largest power of two in what is still wanted, the last one rounds up. Where no
    /// block of that size is free the largest that is will do, so that as few pieces as possible are used.
    fn in_pieces(&self, count: Count, len: u8, pieces: u16, policy: &Policy) -> Result<Vec<Cidr>, Rejection> {
        if let Some(found) = self.pieces(count, pieces, policy)? {
            return Ok(found);
        }
        let fits = |later: &Ground<'_>| matches!(later.pieces(count, pieces, policy), Ok(Some(_)));
        Err(self.exhausted(&self.free(), len, count, Sought::Block(len, None), fits))
    }

    fn pieces(&self, count: Count, pieces: u16, policy: &Policy) -> Result<Option<Vec<Cidr>>, Rejection> {
        let family = self.family();
        let (shortest, longest) = (
            policy.shortest_len.unwrap_or(0),
            policy.longest_len.unwrap_or(family.bits()),
        );
        let mut free = self.free();
        let (mut left, mut found) = (count, Vec::new());
        for piece in (1..=pieces).rev() {
            if left.is_zero() {
                break;
            }
            let fits = if piece == 1 {
                len_for(left, family)?
            } else {
                len_within(left, family)
            };
            // A pool's largest block bounds a piece, its smallest rounds one up.
            let wish = fits.clamp(shortest, longest);
            let largest = free.largest().map_or(u8::MAX, |block| block.len());
            let take = wish.max(largest).min(longest);
            let Some(prefix) = free.find(take, self.strategy()) else {
                break;
            };
            free.take(&prefix);
            left = left.saturating_sub(prefix.count());
            found.push(prefix);
        }
        found.sort_unstable();
        Ok(left.is_zero().then_some(found))
    }

    fn address(&self, wanted: &Wanted) -> Result<Vec<Cidr>, Rejection> {
        let bits = self.family().bits();
        match wanted {
            Wanted::DefaultLength => {}
            Wanted::PrefixLength(len) if *len == bits => {}
            Wanted::Addresses(count) if *count == Count::ONE => {}
            Wanted::PrefixLength(_) | Wanted::Addresses(_) | Wanted::Prefixes(_) => {
                return Err(Rejection::invalid(
                    "wanted",
                    "an address is one address: ask for a range",
                ));
            }
        }
        let free = self.free_for_hosts();
        match free.find(bits, self.strategy()) {
            Some(prefix) => Ok(vec![prefix]),
            None => {
                let fits = |later: &Ground<'_>| later.free_for_hosts().find(bits, later.strategy()).is_some();
                Err(self.exhausted(&free, bits, Count::ONE, Sought::Block(bits, None), fits))
            }
        }
    }

    fn range(&self, wanted: &Wanted) -> Result<Vec<Cidr>, Rejection> {
        let family = self.family();
        let count = match wanted {
            Wanted::Addresses(count) => *count,
            Wanted::PrefixLength(len) if *len <= family.bits() => Count::pow2(family.bits() - len),
            Wanted::PrefixLength(_) | Wanted::DefaultLength | Wanted::Prefixes(_) => {
                return Err(Rejection::invalid("wanted", "say how many addresses, or which"));
            }
        };
        let len = len_for(count, family)?;
        let free = self.free_for_hosts();
        match free.find_span(count, self.strategy()) {
            Some(span) => Ok(span.prefixes()),
            None => {
                let fits = |later: &Ground<'_>| {
                    later
                        .free_for_hosts()
                        .find_span(count, later.strategy())
                        .is_some()
                };
                Err(self.exhausted(&free, len, count, Sought::Run(count, None), fits))
            }
        }
    }

    /// No room, unless tags or quota would not have allowed it anyway: policy comes before occupancy. Where only what ends by
    /// itself is in the way, it says when there will be.
    fn exhausted(
        &self,
        free: &FreeSpace,
        len: u8,
        more: Count,
        sought: Sought<'_>,
        fits: impl Fn(&Ground<'_>) -> bool,
    ) -> Rejection {
        let policy = rules::tags_rule(self.state, self.claim);
        if let Err(rule) = policy.and_then(|()| rules::quota_for_more(self.state, self.claim, more)) {
            return rule;
        }
        let available_at = self.state.fits_at(self.pool.id, |state, pool| {
            let (claim, search) = (self.claim, self.search);
            fits(&Ground {
                state,
                pool,
                claim,
                search,
            })
        });
        Rejection::PoolExhausted {
            pool: Named::new(self.state, self.pool),
            len,
            available: free.count(),
            alternatives: Alternatives {
                available_at,
                ..self.state.alternatives(self.pool, free, sought, &self.claim.kind)
            },
        }
    }
}

/// What is free for hosts of what is free in `parent`.
pub(super) fn without_kept(state: &State, parent: &Claim, free: FreeSpace) -> FreeSpace {
    free.narrowed(None, &kept_of_subnet(state, parent))
}

/// The addresses that a provider keeps of the subnet that `parent` is or lies in, as few prefixes as possible.
fn kept_of_subnet(state: &State, parent: &Claim) -> Vec<Cidr> {
    let mut chain = core::iter::once(parent).chain(state.ancestors(parent));
    let Some(subnet) = chain.find(|c| c.kind.has_hosts()) else {
        return Vec::new();
    };
    let profile = state.profile_of(subnet);
    let kept = subnet.prefixes.iter().flat_map(|prefix| {
        let (ends, family) = (profile.reserved(prefix), prefix.family());
        let first = (ends.first > 0).then(|| prefix.first() + u128::from(ends.first) - 1);
        let last = (ends.last > 0).then(|| prefix.last() - u128::from(ends.last) + 1);
        let first = first.and_then(|end| Span::new(family, prefix.first(), end));
        first
            .into_iter()
            .chain(last.and_then(|start| Span::new(family, start, prefix.last())))
    });
    crate::span::summarise(kept)
}

/// The length of the smallest prefix that holds so many addresses.
fn len_for(count: Count, family: Family) -> Result<u8, Rejection> {
    if count.is_zero() {
        return Err(Rejection::invalid("addresses", "ask for at least one"));
    }
    (0..=family.bits())
        .rev()
        .find(|len| Count::pow2(family.bits() - len) >= count)
        .ok_or_else(|| Rejection::invalid("addresses", format!("{count} is more than all of {family}")))
}

/// The length of the largest prefix that has no more addresses than this.
fn len_within(count: Count, family: Family) -> u8 {
    (0..=family.bits())
        .find(|len| Count::pow2(family.bits() - len) <= count)
        .unwrap_or(family.bits())
}
