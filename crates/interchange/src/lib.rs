//! Foreign files in, commands and findings out; a state in, bytes out.
//!
//! **In scope**: recognising a file by its content ([`detect`]), saying what an import would do before anything is done
//! ([`preview()`]), the commands that do it ([`Preview::batch`]), and the workspace as files ([`export_csv`],
//! [`export_json`]). **Out of scope**: reading and writing files, clocks, randomness, the network, deciding who may
//! import, applying the commands.
//!
//! An import is one [`Command::Batch`](plat_domain::Command::Batch): all of it or nothing. Every identity is derived
//! from what is imported, so the same file twice changes nothing and two machines name the same things alike. What
//! a file says exists is *adopted*: it may overlap what the workspace holds, is then stored as observed, and is flagged
//! (SEMANTICS 3).
//!
//! ```
//! use plat_domain::{Actor, Context, Name, Role, State, Timestamp, decide};
//! use plat_interchange::{Options, Outcome, SourceFile, preview};
//! # use plat_domain::{Command, Space, SpaceId, command::CreateSpace};
//! # let context = Context { actor: Actor { name: Name::new("ada")?, role: Role::Owner }, now: Timestamp::from_ms(0) };
//! # let space = SpaceId::derived(&["default"]);
//! # let create = Command::CreateSpace(CreateSpace { space: Space::new(space, Name::new("default")?) });
//! # let state = State::new();
//! # let state = { let set = decide(&state, &create, &context).unwrap(); state.commit(&set).unwrap() };
//! let file = SourceFile { name: "prefixes.csv", bytes: b"prefix,status\n10.0.0.0/8,container\n10.1.0.0/16,active\n" };
//! let found = preview(&state, &file, &Options::into_space(space))?;
//! assert_eq!((found.created, found.errors), (2, 0));
//! if let (true, Some(batch)) = (found.ready(), found.batch()) {
//!     let changes = decide(&state, &batch, &context).unwrap();
//!     let state = state.commit(&changes)?;
//!     // The same file again finds everything there already.
//!     let again = preview(&state, &file, &Options::into_space(space))?;
//!     assert!(again.rows.iter().all(|row| row.outcome == Outcome::Match) && again.batch().is_none());
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # What each format becomes
//!
//! - [`Format::AzureVirtualNetworks`]: each virtual network is a resource that holds one network for each of its
//!   address prefixes; each of its subnets is a subnet of the network that contains it. Two virtual networks that
//!   share addresses become a conflict, never one inside the other. A planned network (held by no one) with exactly an
//!   address prefix of the virtual network becomes held by it.
//! - [`Format::NetboxPrefixes`]: `container` is a pool, `active` and `deprecated` are networks, `reserved` is a
//!   reservation without end. A VRF is a space of that name; a blank (or `Global`) one is [`Options::default_space`].
//!   An active prefix with others in it becomes a pool, since a network holds only subnets.
//! - [`Format::PlatCsv`], [`Format::PlatJson`]: everything as it was, identities and accepted conflicts included; exports
//!   of version 1 too. Where the workspace already
//!   has a claim, a space or a resource and it differs, it is kept as it is in the workspace and flagged.
#![deny(clippy::float_arithmetic, clippy::disallowed_types)]

mod azure;
mod build;
mod cells;
mod error;
mod format;
mod json;
pub mod limits;
mod netbox;
mod plat;
mod preview;
mod surroundings;
mod table;
mod text;

pub use error::ImportError;
pub use format::{Format, detect};
pub use plat::{export_csv, export_json};
pub use preview::{Finding, IgnoredColumn, Options, Outcome, Preview, PreviewRow, preview};

/// A file as it was given: its name is for people, its content alone says what it is.
#[derive(Clone, Copy, Debug)]
pub struct SourceFile<'a> {
    /// What the user calls it.
    pub name: &'a str,
    /// What is in it.
    pub bytes: &'a [u8],
}
