//! Plat's rules as a typed package for Node, and for pages other than Plat's own.
//!
//! **In scope**: a workspace in memory that answers every request of `plat_api` exactly as the edge does, what-if
//! branches, snapshots, the map as numbers. **Out of scope**: storage, the network, drafts with undo (the planner's
//! engine has them).
//!
//! `cargo xtask build` writes it twice: `target/dist/js/node` loads itself, `target/dist/js/web` is a module that a page
//! initialises with the address of its wasm file (or, anywhere, with the file's bytes). Both carry types.
//!
//! ```js
//! import { Workspace } from "./target/dist/js/node/plat_js.js";
//!
//! const context = { actor: { name: "ada", role: "owner" }, now: "2027-01-31T00:00:00Z" };
//! const workspace = new Workspace();
//! workspace.handle({ createPool: { name: "emea", prefixes: ["10.0.0.0/8"] } }, context);
//!
//! const whatIf = workspace.branch();            // costs nothing, whatever is in the workspace
//! const { status, body } = whatIf.handle({ allocate: { pool: "emea", addresses: "144" } }, context);
//! console.log(status, body.claim.prefixes);     // 201 [ '10.0.0.0/24' ]
//! console.log(workspace.revision());            // 2: the branch changed nothing here
//! ```
//!
//! - Requests and answers are the objects whose JSON the API takes and gives: unknown fields are refused here as they are
//!   everywhere, an `undefined` field is left out, a `Date` is its text, and counts are decimal strings because they go up
//!   to 2^128. What is large crosses as bytes (a snapshot) or as a `Uint32Array` (a map).
//! - A refusal is an answer with a status of 400 or more and a problem for a body, not an exception. Only what cannot be
//!   JSON at all (a `BigInt`, a cycle, a `Map`), a damaged snapshot and a map of nothing throw, and change nothing.
//! - `context` says who asks and when. Left out, it is an owner called `planner`, now. A claim without an id is given one.
//!   With ids and times of the caller's, the same requests give the same digest on every machine.
//! - `handleJson` takes and gives text: it is sooner done with thousands of commands or rows, and text need not be parsed first.
//! - `crates/js/examples/plan.mjs` plans ten networks.

mod session;
mod values;
mod workspace;

pub use session::{Answer, MapRequest, Session};
pub use workspace::{Workspace, map_stride};
