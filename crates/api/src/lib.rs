//! Requests and answers: the contract between people's programs, the page, the engine in the browser and the edge.
//!
//! **In scope**: the shapes, as JSON; problem codes and statuses. **Out of scope**: what the answers are (`service`),
//! paths and headers (`worker`). Records that are the same in a request, a listing and storage are the domain's own.
//! Unknown fields are refused everywhere.

mod answer;
mod catalogue;
mod problem;
mod request;

pub use answer::{
    Applied, AssociatedPage, Capacity, ClaimDetails, Committed, CompliancePage, ConflictPage, Export, Free,
    HistoryPage, Imported, PlanAnswer, PrefixPage, QuotaUsage, Recommended, ResourceDetails, RowPage,
    SearchAnswer, SpaceSummary, UsageAnswer, Workspace,
};
pub use catalogue::{CATALOGUE, ProblemKind, problem_kind};
pub use problem::Problem;
pub use request::{
    AllocationKind, AllocationRequest, ApplyRequest, AssociateRequest, ComplianceRequest, EditRequest,
    EditSpaceRequest, ImportRequest, MergeRequest, PartRequest, PoolRequest, Reference, Request,
    ResourceRequest, SimulateRequest, SpaceRequest, SplitRequest, TreeRequest,
};

/// Rows of a page when the caller does not say.
pub const PAGE_DEFAULT: usize = 100;

/// Rows of a page at most: 1,000 rows of about 400 bytes are 400 KB.
pub const PAGE_MAX: usize = 1_000;
