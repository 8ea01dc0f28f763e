//! Scenarios: short scripts, one behaviour each, that every host of the service must answer alike.
//!
//! **In scope**: reading `tests/scenarios/**/*.plat`, turning their lines into requests, running them natively, in wasm
//! (Node, a browser) and over HTTP, and comparing what was answered with what the file says. The digests are part of what
//! the file says, so equal output is equal state at every revision. **Out of scope**: load, faults, races.
//!
//! A file is prose first, then blocks: commands, `---`, what is answered, an empty line.
//!
//! ```text
//! # Allocating names a size and gets the lowest block that holds it.
//! # rows: F03
//! # families: v4 v6
//!
//! pool emea 10.0.0.0/8
//! allocate emea 144 as web
//! ---
//! revision 2 digest 0f3c… created pool emea 10.0.0.0/8
//! revision 3 digest 77ab… created network web 10.0.0.0/24
//! ```
//!
//! `PLAT_BLESS=1 cargo test -p plat-tests --test scenarios_native` writes what is answered into the files. Read the
//! difference before you commit it: a wrong answer is a fault to mend, not an output to record.

mod ask;
mod file;
mod host;
mod line;
mod runner;
mod script;
mod show;
mod suite;
mod twin;

pub use host::http::Http;
pub use host::lines::Lines;
pub use host::native::Native;
pub use host::{Answer, Host};
pub use suite::run;
