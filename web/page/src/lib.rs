//! The planner's page. `assets/loader.js` loads it and calls `start`.
//!
//! **In scope**: what people see and do, what can be linked to, what this browser remembers of the view. **Out of
//! scope**: the work itself, which the engine owns ([`engine`]), and every rule of address space, which is the domain's.

// A component is `pub` in what `#[component]` makes of it, whatever is written.
#![allow(unreachable_pub)]

mod app;
mod browser;
mod engine;
mod format;
mod keys;
mod kinds;
mod nav;
mod pages;
mod sample;
mod tags;
mod typed;
mod url;
mod widgets;

use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;

/// Mounts the page in the document's body.
#[wasm_bindgen]
pub fn start() {
    std::panic::set_hook(Box::new(|panic| leptos::logging::error!("{panic}")));
    mount_to_body(app::App);
}
