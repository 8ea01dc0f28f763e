//! The planner's engine: owns the state inside a Web Worker, so that the page never blocks.
//!
//! **In scope**: the sources of work (this machine, a workspace at an edge), drafts with undo, saving them in the browser's
//! database, talking to the edge. **Out of scope**: rules (`plat_domain`), answers (`plat_service`), anything seen.
//!
//! | pure, tested natively | at the rim |
//! |---|---|
//! | `desk` the work, `sheet` the open draft, `tally` its effect | `host` the queue |
//! | `record` what is stored | `storage` IndexedDB, `lock` one writer a browser |
//! | `edge` what is said to an edge, `answer` reads, `history` of the draft | `http` fetch |
//!
//! **Invariants**: a change is answered once the database has it, or the status says that it does not; a record that
//! cannot be read costs no other record and is kept as it is; what the edge is sent carries the same key however often it
//! is sent.

mod answer;
mod desk;
mod edge;
mod history;
mod host;
mod http;
mod lock;
mod record;
mod sheet;
mod storage;
mod tally;
#[cfg(test)]
mod tests;

use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

/// Listens for messages to this Web Worker. `assets/engine.js` calls it and hands over what came earlier.
#[wasm_bindgen]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&JsValue::from_str(&panic.to_string()));
    }));
    host::Host::new(js_sys::global().unchecked_into()).listen();
}
