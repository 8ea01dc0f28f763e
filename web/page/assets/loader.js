// Starts the engine and the page. `cargo xtask build` bundles it: `plat-page` is what wasm-bindgen made of the
// page, and each `PLAT_…` name below stands for the address of a built file.
import init, { start } from "plat-page";

function startEngine() {
  return new Worker(PLAT_ENGINE_JS, { type: "module", name: "plat-engine" });
}

// The engine loads while the page does. It speaks only when spoken to, so nothing is lost before the page listens.
let early = startEngine();
// One that fails before the page listens is as good as none: the page starts another and hears of it.
early.onerror = () => { early = null; };

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

// What even the page cannot say: it did not load, or it stopped. Its own code is not needed for this.
function tell(words) {
  if (document.querySelector("[data-stopped]")) return;
  const notice = document.createElement("div");
  notice.className = "notice trouble stopped";
  notice.dataset.stopped = "";
  notice.setAttribute("role", "alert");
  const text = document.createElement("p");
  const reload = document.createElement("button");
  reload.type = "button";
  reload.className = "primary";
  reload.textContent = "Reload the page";
  reload.onclick = () => location.reload();
  text.append(words, reload);
  notice.append(text);
  document.body.prepend(notice);
}

const stopped = (cause) => {
  if (cause instanceof WebAssembly.RuntimeError) tell("The page stopped because of a fault of ours. Your work is as it was saved. ");
};
addEventListener("error", (event) => stopped(event.error));
addEventListener("unhandledrejection", (event) => stopped(event.reason));

try {
  await init({ module_or_path: PLAT_PAGE_WASM });
} catch (error) {
  tell("Plat could not be loaded. Is there a network? ");
  throw error;
}
start();

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register("/sw.js").catch((error) => {
    console.warn("the page will not open without a network:", error);
  });
}
