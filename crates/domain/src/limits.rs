//! Limits on everything, each with its arithmetic. Each is tested at and past itself.

/// Bytes of UTF-8 in a name. Azure allows 80 characters for a virtual network; NetBox 100. 1,000,000 names of
/// 100 bytes are 100 MB, so real workspaces rely on names being much shorter than the limit.
pub const NAME_BYTES: usize = 100;

/// Bytes of UTF-8 in a description or a tag's value. An Azure resource id is up to about 400 bytes.
pub const DESCRIPTION_BYTES: usize = 1_024;

/// Labels on one entry: Azure's own limit for tags on a resource.
pub const TAGS_PER_ENTRY: usize = 50;

/// Levels of claims from a root pool down. Azure allows 7; 32 is one level per bit of an IPv4 address.
pub const DEPTH: usize = 32;

/// Prefixes of one claim. A pool is a handful of disjoint blocks; 256 keeps a claim's record under 5 KB.
pub const PREFIXES_PER_CLAIM: usize = 256;

/// Commands in one batch or plan. 100,000 CSV rows must import as one (G16); a change is about 150 bytes,
/// so the largest change set is about 15 MB and is stored in chunks.
pub const COMMANDS_PER_BATCH: usize = 100_000;

/// Allocations in one batch that a caller may ask of an edge workspace in one request (not an import, not a plan).
pub const ALLOCATIONS_PER_REQUEST: usize = 256;

/// Resources and networks in one request to associate them with a pool: Azure's own limit.
pub const ASSOCIATIONS_PER_REQUEST: usize = 100;

/// Address spaces of a workspace: a tenant per customer space, 4,096 as with VLAN ids.
pub const SPACES: usize = 4_096;

/// Claims of a workspace: 1,000,000 must fit an isolate of 128 MB; twice that is refused.
pub const CLAIMS: usize = 2_000_000;

/// Resources of a workspace: not more than one per claim.
pub const RESOURCES: usize = 2_000_000;

/// Blockers named in one refusal. More are counted, not listed.
pub const BLOCKERS_NAMED: usize = 20;

/// Prefixes that one allocation may be split into: a /24 in sixteen pieces is a /28 each, the smallest subnet of AWS.
pub const PREFIXES_PER_ALLOCATION: u16 = 16;

/// Prefixes that one request may leave out of its search.
pub const EXCLUSIONS: usize = 256;

/// Pools that one request may name, to be tried in order.
pub const POOLS_TRIED: usize = 32;

/// Tags that one pool may ask for, and values listed for each: a tenth of what an entry may carry.
pub const REQUIRED_TAGS: usize = 5;

/// Values listed for one required tag.
pub const REQUIRED_TAG_VALUES: usize = 100;

/// Tenants named in the quotas of one pool.
pub const QUOTAS: usize = 1_000;

/// The longest cool-down: 366 days, in seconds.
pub const COOL_DOWN_SECONDS: u32 = 366 * 24 * 60 * 60;

/// Parts that one claim is split into: the children of a /16 as /24s.
pub const SPLIT_PARTS: usize = 256;

/// Claims merged into one at once.
pub const MERGED_CLAIMS: usize = 256;

/// Free blocks and pools offered in one refusal.
pub const ALTERNATIVES_NAMED: usize = 5;
