// What the Workers runtime loads: the entry point and the Durable Object class, in front of the wasm module.
// `cargo xtask build` copies this file beside what wasm-bindgen made of the crate (`plat_worker.js`).
//
// All requests and objects of one isolate share one wasm instance, and a trap (a panic, an exhausted stack or
// memory) leaves that instance unusable: without help everything in flight would hang and everything later fail.
// So after a trap
//   1. every call in flight is answered at once: 503, problem type `internal-fault`, safe to repeat with its key;
//   2. an object that had calls in flight is aborted before its writes of this turn become durable;
//   3. a fresh instance takes over at once, and each object is constructed anew on its first call after that, so that it
//      reads its state back from its own database.
import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
import * as wasm from "./plat_worker.js";

// Counts wasm instances: what was made by an earlier one must not be used.
let epoch = 0;
let trapped = false;
const inFlight = new Set();

const GIVEN_UP = Symbol("given up");

// `cargo xtask build` makes the bindings call this at the moment a trap leaves wasm, before any other script can run. The
// instance is replaced here and now: a callback made by the old one must never run against either.
globalThis.platTrapped = (cause) => {
  console.error("the wasm instance trapped; everything in flight is given up", cause);
  trapped = true;
  const calls = [...inFlight];
  inFlight.clear();
  revive();
  for (const call of calls) call.giveUp(GIVEN_UP);
  for (const call of calls) {
    // Only the object whose turn it is may be aborted from here; the others are between turns, with nothing half done.
    try { call.abortObject(); } catch {}
  }
};

function revive() {
  if (!trapped) return;
  wasm.__wbg_reset_state();
  epoch += 1;
  trapped = false;
}

function fault() {
  const problem = {
    type: "/problems/internal-fault",
    title: "Internal fault",
    status: 503,
    detail: "the request was given up because of a fault of ours: repeat it with the same Idempotency-Key to learn what became of it",
  };
  return new Response(JSON.stringify(problem), {
    status: 503,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      "retry-after": "1",
    },
  });
}

/// Runs `work`, which calls into wasm; answers `onTrap()` as soon as the instance traps.
async function call(work, onTrap, abortObject) {
  const { promise: givenUp, resolve: giveUp } = Promise.withResolvers();
  const entry = { giveUp, abortObject };
  const epochBefore = epoch;
  inFlight.add(entry);
  try {
    const outcome = await Promise.race([work(), givenUp]);
    return outcome === GIVEN_UP ? onTrap() : outcome;
  } catch (error) {
    if (epoch === epochBefore) throw error;
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

// Not every build has a scheduled handler; asked for by a computed name, a missing one is no warning.
const scheduled = wasm[["scheduled"][0]];
if (scheduled) {
  Entry.prototype.scheduled = function (event) {
    revive();
    return call(() => scheduled(event, this.env, this.ctx), nothing, nothing);
  };
}

/// A Durable Object class whose methods are those of the Rust struct of this name.
function durable(name) {
  const Inner = wasm[name];
  class Outer extends DurableObject {
    #inner;
    #epoch;

    constructor(ctx, env) {
      super(ctx, env);
      this.#living();
    }

    #living() {
      revive();
      if (this.#epoch !== epoch) {
        this.#inner = new Inner(this.ctx, this.env);
        this.#epoch = epoch;
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
