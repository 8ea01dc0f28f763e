//! The map as numbers in columns: what crosses from the engine to the page for every frame that differs.

use plat_domain::query::{MapWindow, map};
use plat_domain::{SpaceId, State};

/// Numbers a block: `from_px, to_px, len, depth, kind, flags`, then the claim's id as four numbers, most significant
/// first, then the prefix's first address as four numbers.
///
/// `kind`: 0 pool, 1 network, 2 subnet, 3 static, 4 external, 5 reservation. `flags`: 1 conflict, 2 merged, 4 observed.
pub const MAP_STRIDE: usize = 14;

/// The blocks to draw for a window, [`MAP_STRIDE`] numbers each, outer before inner.
#[must_use]
pub fn map_columns(state: &State, space: SpaceId, window: &MapWindow) -> Vec<u32> {
    let blocks = map(state, space, window);
    let mut out = Vec::with_capacity(blocks.len() * MAP_STRIDE);
    for block in blocks {
        let claim = state.claim(block.id);
        let kind = claim.map_or(0, |c| match c.kind.word() {
            "network" => 1,
            "subnet" => 2,
            "static" => 3,
            "external" => 4,
            "reservation" => 5,
            _ => 0,
        });
        let flags = u32::from(block.conflict)
            | u32::from(block.merged) << 1
            | u32::from(claim.is_some_and(|c| c.observed)) << 2;
        out.extend([
            block.from_px,
            block.to_px,
            u32::from(block.prefix.len()),
            u32::from(block.depth),
            kind,
            flags,
        ]);
        for quad in block
            .id
            .to_bytes()
            .chunks_exact(4)
            .chain(block.prefix.first().to_be_bytes().chunks_exact(4))
        {
            out.push(quad.iter().fold(0, |n, byte| n << 8 | u32::from(*byte)));
        }
    }
    out
}
