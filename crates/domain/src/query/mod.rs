//! Questions about a state. Reads are not commands: they change nothing and need no decision.

mod compliance;
mod conflicts;
mod history;
mod map;
mod recommend;
mod resources;
mod search;
mod tree;
mod usage;

pub use compliance::{Compliance, ComplianceRow, Finding, compliance, compliance_rows, findings};
pub use conflicts::{Conflict, conflicts};
pub use history::{Event, History, Record};
pub use map::{MapBlock, MapWindow, map};
pub use recommend::{Recommendation, RecommendedPool, recommend_for_claim, recommend_for_resource};
pub use resources::{Associated, associated};
pub use search::{Query, search};
pub use tree::{Cursor, Row, row, rows};
pub(crate) use usage::units;
pub use usage::{
    Part, Usage, UsageInUnits, prefixes_of, space_extent, space_usage, usable, usage, usages, utilization,
};
