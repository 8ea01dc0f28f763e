//! What is answered.

use plat_domain::query::{
    Associated, ComplianceRow, Conflict, Cursor, Event, Finding, Part, Recommendation, Row, Usage,
    UsageInUnits,
};
use plat_domain::{
    Cidr, ClaimId, Count, Diff, Digest, Moved, Name, Named, Plan, Policy, Profile, Resource, Space,
    Thresholds, Timestamp, Utilization,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// Pairs of claims that overlap, without those accepted.
    pub conflicts: u64,
    /// Pairs of claims that overlap and that somebody accepted.
    pub accepted_conflicts: u64,
    /// When the next reservation, rest or acceptance ends.
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
    /// What it conflicts with, accepted or not.
    pub conflicts: Vec<Named>,
    /// Its own policy, for a pool.
    pub policy: Option<Policy>,
    /// Whose rules it and its subnets follow.
    pub profile: Profile,
    /// The thresholds that hold for it.
    pub thresholds: Thresholds,
    /// Tags that are asked of what is allocated from it, for a pool: each with the values allowed, any if none is listed.
    pub asks_tags: BTreeMap<Name, Vec<String>>,
    /// What tenants have of it and may have, for a pool with quotas.
    pub quotas: Vec<QuotaUsage>,
    /// Whose it is.
    pub tenant: Option<Name>,
    /// Why it is not compliant, or is ignored.
    pub reasons: Vec<Finding>,
    /// What is worth knowing about it although it breaks no rule.
    pub findings: Vec<Finding>,
}

/// What a tenant has of a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct QuotaUsage {
    /// Whose.
    pub tenant: Name,
    /// What both are counted in: `addresses` for IPv4, `/64s` for IPv6 (a part of one counts as one).
    pub unit: String,
    /// What it has.
    pub used: Count,
    /// What it may have; no limit if none.
    pub limit: Option<Count>,
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
    /// How well it is used, by its thresholds.
    pub utilization: Option<Utilization>,
    /// The same in prefixes of /64 and /48, for IPv6.
    pub units: Vec<UsageInUnits>,
    /// Addresses that hosts can have, for networks and subnets.
    pub usable: Option<Count>,
    /// Pools directly in it.
    pub child_pools: u64,
}

/// A page of the prefixes of one part of a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrefixPage {
    /// The revision shown.
    pub revision: u64,
    /// The pool.
    pub pool: Named,
    /// Which part.
    pub part: Part,
    /// Its prefixes, in order.
    pub prefixes: Vec<Cidr>,
    /// The last prefix listed, to go on after it, if there are more.
    pub next: Option<Cidr>,
}

/// A page of the resources with space of a pool.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssociatedPage {
    /// The revision shown.
    pub revision: u64,
    /// The pool.
    pub pool: Named,
    /// Each network with its holder, in the order of the tree.
    pub resources: Vec<Associated>,
    /// Where the next page starts, if there is one.
    pub next: Option<Cursor>,
}

/// A resource with what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ResourceDetails {
    /// The revision shown.
    pub revision: u64,
    /// The resource.
    pub resource: Resource,
    /// Its networks.
    pub networks: Vec<Row>,
    /// Where those that lie in no pool belong.
    pub recommendation: Recommendation,
}

/// Where an unmanaged claim belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recommended {
    /// The revision shown.
    pub revision: u64,
    /// One pool, two for dual stack, or what pool to create.
    #[serde(flatten)]
    pub recommendation: Recommendation,
}

/// A page of claims with their status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CompliancePage {
    /// The revision shown.
    pub revision: u64,
    /// The claims.
    pub claims: Vec<ComplianceRow>,
    /// Where the next page starts, if there is one.
    pub next: Option<Cursor>,
}

/// A page of the history of a prefix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HistoryPage {
    /// The revision up to which it goes.
    pub revision: u64,
    /// What happened there, oldest first.
    pub events: Vec<Event>,
    /// How many events to skip for the next page, if there is one.
    pub next: Option<u64>,
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
    /// The claims asked for, as they are now, where there are several: at most [`crate::PAGE_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<Row>,
    /// The space that was made or changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub space: Option<Space>,
    /// The resource that was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resource: Option<Resource>,
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
