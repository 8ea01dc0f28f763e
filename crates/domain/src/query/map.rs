//! The map: what to draw for a window of address space, never more than the pixels can show.

use std::collections::BTreeSet;

use crate::{Cidr, Claim, ClaimId, Family, SpaceId, State};

/// The part of a space that is shown, and how wide it is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapWindow {
    /// Address family.
    pub family: Family,
    /// First address shown.
    pub first: u128,
    /// Last address shown, inclusive.
    pub last: u128,
    /// Columns, in pixels: at least 1.
    pub width_px: u32,
}

/// One rectangle to draw: columns `from_px..to_px`, from its prefix length downward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MapBlock {
    /// The claim drawn; of several in the same column, the first.
    pub id: ClaimId,
    /// The prefix drawn.
    pub prefix: Cidr,
    /// Levels below the top of the space: 0 for a claim at the top.
    pub depth: u8,
    /// First column, inclusive.
    pub from_px: u32,
    /// Last column, exclusive; always greater than `from_px`.
    pub to_px: u32,
    /// True if it conflicts with another claim.
    pub conflict: bool,
    /// True if it stands for several claims narrower than a column.
    pub merged: bool,
}

impl MapWindow {
    /// The column of an address of the window.
    fn column(&self, addr: u128) -> u32 {
        // Both are scaled to 64 bits so that the product with the width fits: exact to the column.
        let span = self.last - self.first;
        let shift = 128u32.saturating_sub(span.leading_zeros()).saturating_sub(64);
        let (offset, span) = ((addr - self.first) >> shift, (span >> shift) + 1);
        u32::try_from(offset * u128::from(self.width_px) / span)
            .unwrap_or(u32::MAX)
            .min(self.width_px.saturating_sub(1))
    }

    /// The first address of a column.
    fn address(&self, column: u32) -> u128 {
        let span = self.last - self.first;
        let shift = 128u32.saturating_sub(span.leading_zeros()).saturating_sub(64);
        let span = (span >> shift) + 1;
        let width = u128::from(self.width_px.max(1));
        let offset = (u128::from(column) * span)
            .div_ceil(width)
            .checked_shl(shift)
            .unwrap_or(u128::MAX);
        self.first.saturating_add(offset)
    }
}

/// Blocks to draw, outer before inner. At most about `width_px` for each level of the tree, whatever is in the space:
/// what is narrower than a column is merged into one block a column.
#[must_use]
pub fn map(state: &State, space: SpaceId, window: &MapWindow) -> Vec<MapBlock> {
    let mut blocks = Vec::new();
    if window.width_px > 0 && window.first <= window.last {
        level(state, space, None, 0, window, &mut blocks);
    }
    blocks
}

fn level(
    state: &State,
    space: SpaceId,
    parent: Option<&Claim>,
    depth: u8,
    window: &MapWindow,
    out: &mut Vec<MapBlock>,
) {
    let Some(level) = state.level_named(space, parent.map(|p| p.id)) else {
        return;
    };
    let Some(layer) = state.layer(level) else { return };
    let mut drawn: BTreeSet<(Cidr, ClaimId)> = BTreeSet::new();
    let mut wide: Vec<&Claim> = Vec::new();
    let mut from = window.first;
    while let Some((part, slot)) = layer.next_owner(window.family, from, window.last) {
        let column = window.column(part.first().max(window.first));
        let mut any_wide = false;
        let owner = state.at(slot);
        let rivals = owner
            .into_iter()
            .flat_map(|o| state.conflicts_of(o.id))
            .filter_map(|id| state.claim(id));
        for claim in owner
            .into_iter()
            .chain(rivals)
            .filter(|c| state.is_child(c, level))
        {
            for prefix in claim.prefixes.iter().filter(|p| p.overlaps(&part)) {
                if drawn.insert((*prefix, claim.id)) {
                    let block = window.block(state, claim, prefix, depth);
                    any_wide |= block.to_px > block.from_px + 1;
                    out.push(block);
                }
            }
            if any_wide && !wide.iter().any(|w| w.id == claim.id) {
                wide.push(claim);
            }
        }
        let next = if any_wide || window.column(part.last().min(window.last)) > column {
            part.last().checked_add(1)
        } else {
            // Narrower than a column: what else begins in it is not told apart.
            let next = window.address(column + 1).max(part.last().saturating_add(1));
            if let (Some(block), Some(after)) = (out.last_mut(), part.last().checked_add(1)) {
                block.merged = after < next && layer.next_owner(window.family, after, next - 1).is_some();
            }
            Some(next)
        };
        match next {
            Some(next) if next > from && next <= window.last => from = next,
            Some(_) | None => break,
        }
    }
    if depth < u8::MAX {
        for claim in wide {
            self::level(state, space, Some(claim), depth + 1, window, out);
        }
    }
}

impl MapWindow {
    fn block(&self, state: &State, claim: &Claim, prefix: &Cidr, depth: u8) -> MapBlock {
        let (first, last) = (prefix.first().max(self.first), prefix.last().min(self.last));
        let from_px = self.column(first);
        let to_px = if last == self.last {
            self.width_px
        } else {
            self.column(last + 1)
        };
        MapBlock {
            id: claim.id,
            prefix: *prefix,
            depth,
            from_px,
            to_px: to_px.max(from_px + 1),
            conflict: state.conflicts_of(claim.id).next().is_some(),
            merged: false,
        }
    }
}
