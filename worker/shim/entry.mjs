// What the Workers runtime loads: the entry point and the Durable Object class, in front of the wasm module.
// `cargo xtask build` copies this file beside what wasm-bindgen made of the crate (`plat_worker.js`).
//
// All requests and objects of one isolate share one wasm instance, and a trap (a panic, an exhausted stack or
// memory) leaves that instance unusable: without help everything in flight would hang and everything later fail.
// So after a trap
//   1. every call in flight is answered at once: 503, problem type `internal-fault`, safe to repeat with its key;
//   2. an object that had calls in flight is aborted before its writes of this turn become durable;
//   3. the next call of anything first makes a fresh instance, and each object is constructed anew on its first
//      call after that, so that it reads its state back from its own database.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import * as wasm from "./plat_worker.js";

// Set up by the `worker` crate: its panic hook sets `criticalError`, and every new instance counts `instanceId` up.
const life = wasm.__worker_init_state();

const inFlight = new Set();
let trapped = false;

function trap(cause) {
  if (trapped) return;
  trapped = true;
  console.error("the wasm instance trapped; everything in flight is given up", cause ?? "");
  const calls = [...inFlight];
  inFlight.clear();
  for (const call of calls) call.giveUp();
  for (const call of calls) {
    // Only the object whose turn it is may be aborted from here; the others are between turns, with nothing half done.
    try { call.abortObject(); } catch {}
  }
}

Object.defineProperty(life, "criticalError", {
  get: () => trapped,
  set: (value) => { if (value) trap(); },
});

function isTrap(error) {
  return error instanceof WebAssembly.RuntimeError || error instanceof RangeError;
}

addEventListener("unhandledrejection", (event) => { if (isTrap(event.reason)) trap(event.reason); });
addEventListener("error", (event) => { if (isTrap(event.error)) trap(event.error); });

function revive() {
  if (!trapped) return;
  wasm.__wbg_reset_state();
  trapped = false;
}

function fault() {
  const problem = {
    type: "internal-fault",
    title: "the request was given up because of a fault of ours",
    status: 503,
    detail: "repeat it with the same Idempotency-Key to learn what became of it",
  };
  return new Response(JSON.stringify(problem), {
    status: 503,
    headers: { "content-type": "application/problem+json", "cache-control": "no-store", "retry-after": "1" },
  });
}

/// Runs `work`, which calls into wasm; answers `onTrap()` as soon as the instance traps.
async function call(work, onTrap, abortObject) {
  let giveUp;
  const givenUp = new Promise((resolve) => { giveUp = () => resolve(onTrap()); });
  const entry = { giveUp, abortObject };
  inFlight.add(entry);
  try {
    return await Promise.race([work(), givenUp]);
  } catch (error) {
    if (!trapped && !isTrap(error)) throw error;
    trap(error);
    return onTrap();
  } finally {
    inFlight.delete(entry);
  }
}

const nothing = () => undefined;

export default class Entry extends WorkerEntrypoint {
  fetch(request) {
    revive();
    return call(() => wasm.fetch(request, this.env, this.ctx), fault, nothing);
  }
}

if (wasm.scheduled) {
  Entry.prototype.scheduled = function (event) {
    revive();
    return call(() => wasm.scheduled(event, this.env, this.ctx), nothing, nothing);
  };
}

/// A Durable Object class whose methods are those of the Rust struct of this name.
function durable(name) {
  const Inner = wasm[name];
  class Outer extends DurableObject {
    #inner;
    #instanceId;

    constructor(ctx, env) {
      super(ctx, env);
      this.#living();
    }

    #living() {
      revive();
      if (this.#instanceId !== life.instanceId) {
        this.#inner = new Inner(this.ctx, this.env);
        this.#instanceId = life.instanceId;
      }
      return this.#inner;
    }

    invoke(method, args, onTrap) {
      const inner = this.#living();
      return call(() => inner[method](...args), onTrap, () => this.ctx.abort("the wasm instance trapped"));
    }
  }
  for (const method of ["fetch", "alarm", "webSocketMessage", "webSocketClose", "webSocketError"]) {
    if (!(method in Inner.prototype)) continue;
    const onTrap = method === "fetch" ? fault : () => { throw new Error("the wasm instance trapped"); };
    Outer.prototype[method] = function (...args) { return this.invoke(method, args, onTrap); };
  }
  return Outer;
}

export const WorkspaceObject = durable("WorkspaceObject");
