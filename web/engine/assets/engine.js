// The Web Worker around the engine. `cargo xtask build` bundles it: `plat-engine` is what wasm-bindgen made of the crate.
import init, { start } from "plat-engine";

// A trap between messages rejects a promise, which the page would never hear of: made an error, it reaches the page as
// the `error` event of this worker, like a trap in a message, and the page starts another engine.
self.addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  self.reportError(event.reason);
});

// Messages that come before the engine listens are kept and delivered in order.
const waiting = [];
self.onmessage = (event) => waiting.push(event);

await init({ module_or_path: PLAT_ENGINE_WASM });
start();
for (const { data, ports } of waiting.splice(0)) {
  self.dispatchEvent(new MessageEvent("message", { data, ports: [...ports] }));
}
