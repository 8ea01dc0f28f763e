//! The planner's engine. `assets/engine.js` loads it inside a module Web Worker and calls `start`.

use wasm_bindgen::closure::Closure;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// Listens for messages to this Web Worker; messages that came earlier are delivered afterwards.
#[wasm_bindgen]
pub fn start() {
    let scope: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let answering = scope.clone();
    let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let _ = answering.post_message(&echo(&event.data()));
    });
    scope.set_onmessage(Some(listener.as_ref().unchecked_ref()));
    listener.forget();
}

fn echo(message: &JsValue) -> JsValue {
    message.clone()
}
