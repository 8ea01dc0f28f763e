//! Questions about a state. Reads are not commands: they change nothing and need no decision.

mod conflicts;
mod map;
mod search;
mod tree;
mod usage;

pub use conflicts::{Conflict, conflicts};
pub use map::{MapBlock, MapWindow, map};
pub use search::{Query, search};
pub use tree::{Cursor, Row, row, rows};
pub use usage::{Usage, space_extent, space_usage, usage};
