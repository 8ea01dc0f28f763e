// The Web Worker around the engine. `cargo xtask build` bundles it: `plat-engine` is what wasm-bindgen made of the crate.
import init, { start } from "plat-engine";

// Messages that come before the engine listens are kept and delivered in order.
const waiting = [];
self.onmessage = (event) => waiting.push(event);

await init({ module_or_path: PLAT_ENGINE_WASM });
start();
for (const { data, ports } of waiting.splice(0)) {
  self.dispatchEvent(new MessageEvent("message", { data, ports: [...ports] }));
}
