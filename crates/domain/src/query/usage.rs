//! How full a pool is, by set union (SEMANTICS 4), exact to 2^128.

use plat_allocator::{Count, basis_points};
use serde::{Deserialize, Serialize};

use crate::state::cover::Layer;
use crate::state::{Level, Mark, Marked};
use crate::{Cidr, Claim, ClaimKind, Family, SpaceId, State, Utilization};

/// Addresses of a claim or of a space, by what occupies them.
///
/// Always `total = allocated + reserved + available`, and none of them exceeds `total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Addresses of the claim's prefixes.
    pub total: Count,
    /// Addresses occupied by child pools, networks, subnets, static and external blocks, ranges and addresses.
    pub allocated: Count,
    /// Addresses of reservations and of what is resting that nothing allocated occupies.
    pub reserved: Count,
    /// The rest: what can still be had.
    pub available: Count,
    /// Of `allocated`, what is handed to child pools.
    pub delegated: Count,
    /// Addresses really in use at any depth: those of ranges and addresses so marked.
    pub used: Count,
    /// `allocated` of `total` in hundredths of a percent, rounded down; a part is never 0, a rest never 10000.
    pub allocated_basis_points: u16,
    /// `reserved` of `total`, likewise.
    pub reserved_basis_points: u16,
    /// `used` of `total`, likewise.
    pub used_basis_points: u16,
}

/// A usage in prefixes of one length, as people count IPv6: whole ones of the total, begun ones of what is occupied.
///
/// Always `total = allocated + reserved + available`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageInUnits {
    /// The length, in bits.
    pub prefix_length: u8,
    /// Whole prefixes.
    pub total: Count,
    /// Those that allocated addresses would fill, the last one perhaps in part.
    pub allocated: Count,
    /// Those that reserved addresses would fill, likewise.
    pub reserved: Count,
    /// The rest.
    pub available: Count,
}

/// An IPv6 count in prefixes of a length: whole ones, and begun ones. Exact for any count.
pub(crate) fn units(count: Count, len: u8) -> (Count, Count) {
    let exponent = Family::V6.bits().saturating_sub(len);
    let whole = count.div_floor_pow2(exponent);
    let filled = whole
        .checked_mul_pow2(exponent)
        .is_none_or(|filled| filled == count);
    (
        whole,
        if filled {
            whole
        } else {
            whole.saturating_add(Count::ONE)
        },
    )
}

impl Usage {
    /// This usage of IPv6 in prefixes of a length.
    #[must_use]
    pub fn in_units(&self, prefix_length: u8) -> UsageInUnits {
        let (total, _) = units(self.total, prefix_length);
        let begun = |count| units(count, prefix_length).1;
        let allocated = begun(self.allocated).min(total);
        let reserved = begun(self.reserved).min(total.saturating_sub(allocated));
        UsageInUnits {
            prefix_length,
            total,
            allocated,
            reserved,
            available: total.saturating_sub(allocated).saturating_sub(reserved),
        }
    }
}

fn over(layer: Option<&Layer>, in_use: Option<&Marked>, prefixes: &[Cidr]) -> Usage {
    let (mut total, mut allocated, mut reserved, mut delegated) =
        (Count::ZERO, Count::ZERO, Count::ZERO, Count::ZERO);
    for prefix in prefixes {
        total = total.saturating_add(prefix.count());
        if let Some(layer) = layer {
            let covered = layer.covered(prefix);
            allocated = allocated.saturating_add(covered.allocated);
            reserved = reserved.saturating_add(covered.reserved);
            delegated = delegated.saturating_add(covered.delegated);
        }
    }
    let used = in_use.map_or(Count::ZERO, |in_use| in_use.count(prefixes));
    Usage {
        total,
        allocated,
        reserved,
        available: total.saturating_sub(allocated).saturating_sub(reserved),
        delegated,
        used,
        allocated_basis_points: basis_points(allocated, total),
        reserved_basis_points: basis_points(reserved, total),
        used_basis_points: basis_points(used, total),
    }
}

/// Usage of every claim that can hold others, in one pass and in no particular order. O(claims), where [`usage`] of each
/// would look each of them up.
pub fn usages(state: &State) -> impl Iterator<Item = (&Claim, Usage)> {
    let mut in_use: (Option<SpaceId>, Option<&Marked>) = (None, None);
    let holders = state.with_layers().filter(|(claim, _)| claim.kind.holds_claims());
    holders.map(move |(claim, layer)| {
        if in_use.0 != Some(claim.space) {
            in_use = (Some(claim.space), state.with_mark(&Mark::InUse(claim.space)));
        }
        (claim, over(layer, in_use.1, &claim.prefixes))
    })
}

/// Usage of a claim: what lies directly in it, and what of it is really in use. O(prefixes · log n), whatever is in it.
#[must_use]
pub fn usage(state: &State, claim: &Claim) -> Usage {
    let in_use = state.with_mark(&Mark::InUse(claim.space));
    over(state.layer_of(claim.id), in_use, &claim.prefixes)
}

/// Usage of a whole space in one family: what its top-level claims occupy.
#[must_use]
pub fn space_usage(state: &State, space: SpaceId, family: Family) -> Usage {
    let in_use = state.with_mark(&Mark::InUse(space));
    over(state.layer(Level::Space(space)), in_use, &[family.all()])
}

/// How well a claim is used, by the thresholds that hold for it: pools and networks by what is allocated of them, subnets
/// and ranges by what is really in use. None for what is not filled from within.
#[must_use]
pub fn utilization(state: &State, claim: &Claim, usage: &Usage) -> Option<Utilization> {
    let basis_points = match claim.kind {
        ClaimKind::Pool(_) | ClaimKind::Network { .. } => usage.allocated_basis_points,
        ClaimKind::Subnet | ClaimKind::Range { .. } => usage.used_basis_points,
        ClaimKind::Static
        | ClaimKind::External
        | ClaimKind::Reservation { .. }
        | ClaimKind::Cooling { .. }
        | ClaimKind::Address { .. } => return None,
    };
    Some(state.thresholds_of(claim).level(basis_points))
}

/// Addresses of a network or subnet that hosts can have, by its provider's profile: its size less what the provider keeps.
#[must_use]
pub fn usable(state: &State, claim: &Claim) -> Option<Count> {
    let profile = claim.kind.has_hosts().then(|| state.profile_of(claim))?;
    let each = claim.prefixes.iter().map(|prefix| profile.usable(prefix));
    Some(each.fold(Count::ZERO, Count::saturating_add))
}

/// What occupies addresses, as accounting tells it apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Part {
    /// Child pools, networks, subnets, static, external, ranges, addresses.
    Allocated,
    /// Reservations and what is resting, where nothing is allocated.
    Reserved,
    /// Nothing.
    Available,
}

/// The prefixes of one part of a claim, in order, from an address on: at most `limit`, and whether there are more. Together
/// they are exactly what [`usage`] counts. O(claims in it) for what is occupied.
#[must_use]
pub fn prefixes_of(
    state: &State,
    claim: &Claim,
    part: Part,
    from: Option<Cidr>,
    limit: usize,
) -> (Vec<Cidr>, bool) {
    let after = |p: &Cidr| from.is_none_or(|from| *p > from);
    let mut found: Vec<Cidr> = if part == Part::Available {
        let free = crate::FreeSpace::of(state, claim);
        free.blocks().filter(after).take(limit + 1).collect()
    } else {
        let members = state
            .children(claim.id)
            .chain(state.conflicts_of(claim.id).filter_map(|id| state.claim(id)));
        let (mut allocated, mut reserved) = (Vec::new(), Vec::new());
        for member in members {
            let shared = claim
                .prefixes
                .iter()
                .flat_map(|p| member.prefixes.iter().filter_map(|q| p.intersection(q)));
            if member.kind.is_reserved() {
                reserved.extend(shared);
            } else {
                allocated.extend(shared);
            }
        }
        let allocated = crate::summarise(allocated.iter());
        let all = if part == Part::Allocated {
            allocated
        } else {
            crate::difference(&crate::summarise(reserved.iter()), &allocated)
        };
        all.into_iter().filter(after).take(limit + 1).collect()
    };
    let more = found.len() > limit;
    found.truncate(limit);
    (found, more)
}

/// The smallest prefix that holds everything at the top of a space in one family; none where nothing is.
/// O(bits · log n): the half that holds all is followed as long as there is one.
#[must_use]
pub fn space_extent(state: &State, space: SpaceId, family: Family) -> Option<Cidr> {
    let layer = state.layer(Level::Space(space))?;
    let all = |prefix: &Cidr| {
        let covered = layer.covered(prefix);
        covered.allocated.saturating_add(covered.reserved)
    };
    let mut extent = family.all();
    let whole = all(&extent);
    if whole.is_zero() {
        return None;
    }
    loop {
        let len = extent.len() + 1;
        let low = Cidr::holding(family, extent.first(), len);
        let high = Cidr::holding(family, extent.last(), len);
        match low.into_iter().chain(high).find(|half| all(half) == whole) {
            Some(half) => extent = half,
            None => return Some(extent),
        }
    }
}
