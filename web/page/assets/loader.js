// Starts the engine and the page. `cargo xtask build` bundles it: `plat-page` is what wasm-bindgen made of the
// page, and each `PLAT_…` name below stands for the address of a built file.
import init, { start } from "plat-page";

function startEngine() {
  return new Worker(PLAT_ENGINE_JS, { type: "module", name: "plat-engine" });
}

// The engine loads while the page does. It speaks only when spoken to, so nothing is lost before the page listens.
let early = startEngine();

// What the page may use of this file: `plat.engine()` hands over the running engine once, and starts a new one each
// time after that (after a trap, say); `plat.build` names this build.
globalThis.plat = Object.freeze({
  build: PLAT_BUILD,
  engine() {
    const engine = early ?? startEngine();
    early = null;
    return engine;
  },
});

await init({ module_or_path: PLAT_PAGE_WASM });
start();

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").catch((error) => {
    console.warn("the page will not open without a network:", error);
  });
}
