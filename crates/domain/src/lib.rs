//! The rules of address space: spaces, pools, claims and plans.
//!
//! **In scope**: what may be claimed where ([`decide`]), what is true afterwards ([`State::commit`]), plans and their
//! rebase ([`Plan`]), questions ([`query`]), the stored forms ([`ChangeSet`], [`State::to_snapshot`]).
//! **Out of scope**: JSON shapes of the API, files of other tools, clocks, randomness, storage, the network.
//!
//! ```
//! use plat_domain::*;
//! let context = Context {
//!     actor: Actor { name: Name::new("ada")?, role: Role::Owner },
//!     now: "2027-01-31T00:00:00Z".parse()?,
//! };
//! let space = Space::new(SpaceId::derived(&["s"]), Name::new("default")?);
//! let pool = ClaimId::derived(&["p"]);
//! let commands = vec![
//!     Command::CreateSpace(command::CreateSpace { space: space.clone() }),
//!     Command::CreatePool(command::CreatePool::new(
//!         pool, Place::Top(space.id), Name::new("emea")?, Wanted::Prefixes(vec!["10.0.0.0/8".parse()?]),
//!     )),
//!     Command::Allocate(command::Allocate::new(
//!         ClaimId::derived(&["n"]), Place::In(pool), ClaimKind::Network { holder: None }, Wanted::PrefixLength(24),
//!     )),
//! ];
//! let (plan, state) = Plan::simulate(&State::new(), Name::new("first")?, commands, &context).unwrap();
//! assert_eq!(plan.digest, state.digest());
//! assert_eq!(state.claim(ClaimId::derived(&["n"])).unwrap().prefixes, ["10.0.0.0/24".parse()?]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![deny(clippy::float_arithmetic, clippy::disallowed_types)]

mod change;
pub mod check;
mod cidr;
pub mod command;
mod context;
mod diff;
mod draft;
mod entry;
mod id;
mod kind;
mod legacy;
pub mod limits;
mod plan;
mod policy;
mod profile;
pub mod query;
mod record;
mod rejection;
pub mod rules;
mod snapshot;
mod span;
mod state;
mod text;
mod time;

pub use change::{Change, ChangeSet, Corrupt, Digest, Fingerprint, InvalidDigest, STORED_FORM};
pub use cidr::{Cidr, Family, InvalidCidr};
pub use command::{Command, Place, Wanted, authorize, decide};
pub use context::{Actor, Context, Role};
pub use diff::{Diff, Difference, diff};
pub use draft::{Draft, SavedDraft, SavedStep};
pub use entry::{Acceptance, Claim, Isolation, Pair, Resource, Space, SpaceKind};
pub use id::{ClaimId, InvalidId, ResourceId, SpaceId};
pub use kind::ClaimKind;
pub use plan::{Moved, PLAN_VERSION, Plan, PlanError, PlanStep, Rebased};
pub use plat_allocator::{Count, Strategy};
pub use policy::{Policy, Quotas, Thresholds, Utilization};
pub use profile::{Ends, Profile};
pub use rejection::{Alternatives, MissingTag, Named, Rejection};
pub use snapshot::SNAPSHOT_VERSION;
pub use span::{Span, difference, summarise};
pub use state::State;
pub use state::free::FreeSpace;
pub use text::{Description, Name, Tags, TextError};
pub use time::{InvalidTimestamp, Timestamp};
