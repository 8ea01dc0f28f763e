//! The planner's page. `assets/loader.js` loads it and calls `start`.

use leptos::prelude::*;
use wasm_bindgen::prelude::wasm_bindgen;

/// Mounts the page in the document's body.
#[wasm_bindgen]
pub fn start() {
    mount_to_body(Page);
}

#[component]
fn Page() -> impl IntoView {
    view! { <main><h1>"Plat"</h1><p>"Plan offline, allocate at the edge."</p></main> }
}
