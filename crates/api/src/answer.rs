//! What is answered.

use plat_domain::query::{Conflict, Cursor, Row, Usage};
use plat_domain::{Cidr, ClaimId, Count, Diff, Digest, Moved, Named, Plan, Policy, Space, Timestamp};
use serde::{Deserialize, Serialize};

/// A workspace in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workspace {
    /// Change sets committed.
    pub revision: u64,
    /// Chained digest of the revision.
    pub digest: Digest,
    /// Spaces, by name.
    pub spaces: Vec<SpaceSummary>,
    /// Claims of all spaces.
    pub claims: u64,
    /// Resources.
    pub resources: u64,
    /// Pairs of claims that overlap.
    pub conflicts: u64,
    /// When the next reservation ends.
    pub next_expiry: Option<Timestamp>,
}

/// A space in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpaceSummary {
    /// The space.
    #[serde(flatten)]
    pub space: Space,
    /// Its first claims' span, to open a map on: the smallest prefix that holds the top-level claims of a family.
    pub extent: Vec<Cidr>,
    /// True if nothing is in it.
    pub empty: bool,
}

/// A page of the tree.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowPage {
    /// The revision shown.
    pub revision: u64,
    /// The rows.
    pub rows: Vec<Row>,
    /// Where the next page starts, if there is one.
    pub next: Option<Cursor>,
}

/// One claim with its surroundings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClaimDetails {
    /// The revision shown.
    pub revision: u64,
    /// The claim.
    pub row: Row,
    /// What it lies in, outermost first.
    pub ancestors: Vec<Named>,
    /// What it conflicts with.
    pub conflicts: Vec<Named>,
    /// Its policy, for a pool.
    pub policy: Option<Policy>,
}

/// How full a pool is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UsageAnswer {
    /// The revision shown.
    pub revision: u64,
    /// The pool.
    pub pool: Named,
    /// Its addresses by what occupies them.
    pub usage: Usage,
}

/// How many blocks of one length still fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Capacity {
    /// The length, in bits.
    pub prefix_length: u8,
    /// Disjoint blocks of that length that fit in what is free.
    pub blocks: Count,
}

/// What is free in a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Free {
    /// The revision shown.
    pub revision: u64,
    /// The pool.
    pub pool: Named,
    /// Maximal free blocks in address order.
    pub blocks: Vec<Cidr>,
    /// True if there are more than listed.
    pub more: bool,
    /// The largest free block.
    pub largest: Option<Cidr>,
    /// For every length from the pool's own on.
    pub capacity: Vec<Capacity>,
}

/// Claims found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchAnswer {
    /// The revision shown.
    pub revision: u64,
    /// The claims.
    pub rows: Vec<Row>,
}

/// A page of conflicts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ConflictPage {
    /// The revision shown.
    pub revision: u64,
    /// The conflicts.
    pub conflicts: Vec<Conflict>,
    /// How many there are in all.
    pub total: u64,
}

/// A change made, or (in a preview) to be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Committed {
    /// The revision after it.
    pub revision: u64,
    /// Its digest.
    pub digest: Digest,
    /// False for a retry or a wish that was already so: no revision was made.
    pub changed: bool,
    /// The claim asked for, as it is now; none if it was released, or for changes of many.
    pub claim: Option<Row>,
    /// Claims released.
    pub released: Vec<ClaimId>,
    /// The net effect, in a preview.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub diff: Option<Diff>,
}

/// A plan simulated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlanAnswer {
    /// The plan.
    pub plan: Plan,
    /// Its net effect.
    pub diff: Diff,
}

/// A plan applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Applied {
    /// The revision after its last step.
    pub revision: u64,
    /// The digest of that revision: the plan's own where the base had not moved.
    pub digest: Digest,
    /// True if the base had moved and the plan was decided again.
    pub rebased: bool,
    /// What moved, and the caller confirmed.
    pub moved: Vec<Moved>,
}

/// A file imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Imported {
    /// The revision after it.
    pub revision: u64,
    /// Its digest.
    pub digest: Digest,
    /// False if every row was there already.
    pub changed: bool,
    /// Rows created.
    pub created: u64,
    /// Rows that were there already.
    pub matched: u64,
    /// Rows with something to look at.
    pub flagged: u64,
}

/// A file made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Export {
    /// A name for it.
    pub file_name: String,
    /// Its media type.
    pub media_type: String,
    /// Its text.
    pub text: String,
}
