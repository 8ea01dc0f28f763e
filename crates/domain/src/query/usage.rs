//! How full a pool is, by set union (SEMANTICS 4), exact to 2^128.

use plat_allocator::{Count, basis_points};
use serde::{Deserialize, Serialize};

use crate::state::Level;
use crate::{Cidr, Claim, Family, SpaceId, State};

/// Addresses of a claim or of a space, by what occupies them.
///
/// Always `total = allocated + reserved + available`, and none of them exceeds `total`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Addresses of the claim's prefixes.
    pub total: Count,
    /// Addresses occupied by child pools, networks, subnets, static and external blocks.
    pub allocated: Count,
    /// Addresses of reservations that nothing allocated occupies.
    pub reserved: Count,
    /// The rest: what can still be had.
    pub available: Count,
    /// Of `allocated`, what is handed to child pools.
    pub delegated: Count,
    /// `allocated` of `total` in hundredths of a percent, rounded down; a part is never 0, a rest never 10000.
    pub allocated_basis_points: u16,
    /// `reserved` of `total`, likewise.
    pub reserved_basis_points: u16,
}

impl Usage {
    fn of(total: Count, allocated: Count, reserved: Count, delegated: Count) -> Self {
        Self {
            total,
            allocated,
            reserved,
            available: total.saturating_sub(allocated).saturating_sub(reserved),
            delegated,
            allocated_basis_points: basis_points(allocated, total),
            reserved_basis_points: basis_points(reserved, total),
        }
    }
}

fn over(state: &State, level: Option<Level>, prefixes: &[Cidr]) -> Usage {
    let layer = level.and_then(|level| state.layer(level));
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
    Usage::of(total, allocated, reserved, delegated)
}

/// Usage of a claim: what lies directly in it. O(prefixes · log n), whatever is in it.
#[must_use]
pub fn usage(state: &State, claim: &Claim) -> Usage {
    over(state, state.slot(claim.id).map(Level::Claim), &claim.prefixes)
}

/// Usage of a whole space in one family: what its top-level claims occupy.
#[must_use]
pub fn space_usage(state: &State, space: SpaceId, family: Family) -> Usage {
    over(state, Some(Level::Space(space)), &[family.all()])
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
