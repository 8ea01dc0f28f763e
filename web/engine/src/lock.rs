//! The lock that one engine a browser holds (Web Locks), so that two tabs never write over each other.
//!
//! It is asked for once and kept until the Web Worker ends, however it ends.

use js_sys::Promise;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

const NAME: &str = "plat-engine";

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    fn request(name: &str, held: &js_sys::Function) -> Result<Promise, JsValue>;
}

/// Asks for the lock; `granted` is called once it is ours. False where the browser has no locks (a page without https):
/// then nobody can be kept out.
pub(crate) fn ask(granted: impl FnOnce() + 'static) -> bool {
    let held = Closure::once_into_js(move || {
        granted();
        // Never resolved: held until the Web Worker ends.
        Promise::new(&mut |_, _| {})
    });
    request(NAME, held.unchecked_ref()).is_ok()
}
