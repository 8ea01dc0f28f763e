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
//! let space = Space { id: SpaceId::derived(&["s"]), name: Name::new("default")?, kind: SpaceKind::Fabric, description: Description::default() };
//! let pool = ClaimId::derived(&["p"]);
//! let commands = vec![
//!     Command::CreateSpace(command::CreateSpace { space: space.clone() }),
//!     Command::CreatePool(command::CreatePool {
//!         id: pool, place: Place::Top(space.id), name: Name::new("emea")?,
//!         wanted: Wanted::Prefixes(vec!["10.0.0.0/8".parse()?]),
//!         strategy: None, policy: Policy::default(), tags: Tags::default(), description: Description::default(),
//!     }),
//!     Command::Allocate(command::Allocate {
//!         id: ClaimId::derived(&["n"]), place: Place::In(pool), kind: ClaimKind::Network { holder: None },
//!         wanted: Wanted::PrefixLength(24), strategy: None, name: None, tags: Tags::default(), description: Description::default(),
//!     }),
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
pub mod limits;
mod plan;
pub mod query;
mod rejection;
mod snapshot;
mod state;
mod text;
mod time;

pub use change::{Change, ChangeSet, Corrupt, Digest, Fingerprint, InvalidDigest};
pub use cidr::{Cidr, Family, InvalidCidr};
pub use command::{Command, Place, Wanted, authorize, decide};
pub use context::{Actor, Context, Role};
pub use diff::{Diff, Difference, diff};
pub use draft::{Draft, SavedDraft, SavedStep};
pub use entry::{Claim, ClaimKind, Policy, Resource, Space, SpaceKind};
pub use id::{ClaimId, InvalidId, ResourceId, SpaceId};
pub use plan::{Moved, PLAN_VERSION, Plan, PlanError, PlanStep, Rebased};
pub use plat_allocator::{Count, Strategy};
pub use rejection::{Alternatives, Named, Rejection};
pub use snapshot::SNAPSHOT_VERSION;
pub use state::State;
pub use state::free::FreeSpace;
pub use text::{Description, Name, Tags, TextError};
pub use time::{InvalidTimestamp, Timestamp};
