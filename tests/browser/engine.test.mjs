// The engine in its Web Worker, without the page: what is answered is saved, and comes back; two tabs; a workspace at the edge.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, ownerToken, url } from "./browser.mjs";

let browser;
let script;
before(async () => {
  browser = await launch();
  const shell = await (await fetch(`${url}/sw.js`)).text();
  script = shell.match(/\/a\/engine-[0-9a-f]+\.js/)[0];
});
after(() => browser?.close());

/// A document of the planner's origin without the planner in it, since that would start an engine of its own.
const BLANK = `${url}/icon.svg`;

/// An engine in a tab, with `ask` to talk to it. `refused` gives the problem of a question that must be refused.
async function engineIn(context) {
  const page = await context.newPage();
  await page.goto(BLANK);
  return start(page);
}

async function start(page) {
  await page.evaluate((script) => {
    const worker = new Worker(script, { type: "module" });
    const waiting = new Map();
    let next = 1;
    globalThis.statuses = [];
    globalThis.worker = worker;
    worker.onmessage = ({ data }) => {
      const tell = typeof data === "string" ? JSON.parse(data) : { map: data };
      if (tell.status) return statuses.push(tell.status);
      const said = tell.answer ?? tell.refusal ?? tell.map;
      waiting.get(said.id)(tell);
    };
    globalThis.post = (text) => new Promise((resolve) => { waiting.set(0, resolve); worker.postMessage(text); });
    globalThis.ask = (question) => new Promise((resolve) => {
      const id = next++;
      waiting.set(id, resolve);
      worker.postMessage(JSON.stringify({ id, question }));
    });
  }, script);
  const ask = (question) => page.evaluate((question) => ask(question), question);
  return {
    page,
    async ask(question) {
      const tell = await ask(question);
      assert.ok(tell.answer, `${JSON.stringify(question)}: ${JSON.stringify(tell.refusal?.problem)}`);
      return tell.answer.value;
    },
    async refused(question) {
      const tell = await ask(question);
      assert.ok(tell.refusal, `${JSON.stringify(question)} was not refused`);
      return tell.refusal.problem;
    },
    /// Waits for a status that is so, told by the engine without being asked. The check runs here, not in the page, whose
    /// policy evaluates no strings.
    async told(isSo) {
      for (let tries = 0; tries < 600; tries += 1) {
        if ((await page.evaluate(() => statuses)).some(isSo)) return;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.fail(`the engine never told: ${isSo}`);
    },
  };
}

const pool = (name, cidr) => ({ add: { request: { createPool: { name, prefixes: [cidr] } } } });
const allocate = (pool, prefixLength, more = {}) => ({ add: { request: { allocate: { pool, prefixLength, ...more } } } });

test("what is answered is saved: undo, redo and digests are the same after a reload", async () => {
  const context = await browser.newContext();
  const engine = await engineIn(context);
  const begun = await engine.ask("open");
  assert.equal(begun.source, "local");
  assert.equal(begun.baseRevision, 1);
  assert.equal(begun.saving, "saved");

  await engine.ask(pool("emea", "10.0.0.0/8"));
  const first = await engine.ask(allocate("emea", 24));
  assert.deepEqual(first.claim.prefixes, ["10.0.0.0/24"]);
  const second = await engine.ask(allocate("emea", 24));
  const undone = await engine.ask("undo");
  assert.equal(undone.digest, first.digest);
  assert.equal(undone.redo, "allocate");
  const redone = await engine.ask("redo");
  assert.equal(redone.digest, second.digest);
  assert.deepEqual(redone.effect, { poolsAdded: 1, claimsAdded: 2, changed: 0, released: 0 });
  const last = await engine.ask("undo");

  await engine.page.reload();
  const again = await start(engine.page);
  assert.deepEqual(await again.ask("open"), last);
  assert.equal((await again.ask("redo")).digest, second.digest);
  const tree = await again.ask({ read: { request: { tree: {} }, view: "draft" } });
  assert.deepEqual(tree.rows.map((row) => row.name), ["emea"]);
  const empty = await again.ask({ read: { request: { tree: {} }, view: "base" } });
  assert.deepEqual(empty.rows, []);
  await context.close();
});

test("an engine that is killed loses nothing that it answered", async () => {
  const context = await browser.newContext();
  const engine = await engineIn(context);
  await engine.ask(pool("emea", "10.0.0.0/8"));
  let digest;
  for (let n = 0; n < 20; n++) ({ digest } = await engine.ask(allocate("emea", 24)));
  await engine.page.evaluate(() => worker.terminate());
  const again = await start(engine.page);
  const { draft, ...status } = await again.ask("open");
  assert.equal(draft.steps, 21);
  assert.equal(status.digest, digest);
  assert.equal(status.saving, "saved");
  await context.close();
});

test("a trap between messages reaches the page as an error of the worker", async () => {
  const context = await browser.newContext();
  const engine = await engineIn(context);
  await engine.ask("open");
  const heard = engine.page.evaluate(() => new Promise((resolve) => { worker.onerror = (event) => { event.preventDefault(); resolve(event.message); }; }));
  await engine.page.workers()[0].evaluate(() => { Promise.reject(new WebAssembly.RuntimeError("unreachable")); });
  assert.match(await heard, /unreachable/);
  await context.close();
});

test("a map comes as numbers, a plan comes back with its digest, questions that are none are refused", async () => {
  const context = await browser.newContext();
  const engine = await engineIn(context);
  await engine.ask(pool("emea", "10.0.0.0/8"));
  const { spaces } = await engine.ask({ read: { request: "workspace", view: "draft" } });
  const window = { space: spaces[0].id, family: "v4", first: "0", last: "4294967295", widthPx: 256 };
  const map = await engine.page.evaluate(async (window) => {
    const { map } = await ask({ map: window });
    return { revision: map.revision, isArray: map.columns instanceof Uint32Array, head: [...map.columns.slice(0, 4)] };
  }, window);
  assert.deepEqual(map, { revision: 2, isArray: true, head: [10, 11, 8, 0] });

  const plan = await engine.ask("plan");
  const rebase = await engine.ask({ openPlan: { plan } });
  assert.deepEqual(rebase, { baseRevision: 1, moved: [], digest: plan.digest, kept: true });
  const status = await engine.ask("open");
  assert.equal(status.drafts.length, 2);
  assert.equal((await engine.ask({ discardDraft: { draft: status.draft.id } })).drafts.length, 1);
  assert.equal((await engine.refused({ openPlan: { plan: { ...plan, digest: "0".repeat(64) } } })).type, "/problems/plan-altered");
  assert.equal((await engine.refused({ switchDraft: { draft: "none" } })).type, "/problems/not-found");
  assert.equal((await engine.refused(pool("other", "10.1.0.0/16"))).type, "/problems/overlap");
  const nonsense = await engine.page.evaluate(() => post("nonsense"));
  assert.equal(nonsense.refusal.problem.type, "/problems/bad-request");
  await context.close();
});

test("a draft that cannot be read is put aside, untouched, and the others open", async () => {
  const context = await browser.newContext();
  const engine = await engineIn(context);
  await engine.ask(pool("emea", "10.0.0.0/8"));
  const first = await engine.ask("open");
  const second = await engine.ask({ newDraft: { name: "B" } });
  await engine.ask(pool("other", "192.168.0.0/16"));
  const records = (page, change) => page.evaluate(({ id, change }) => new Promise((resolve, reject) => {
    worker.terminate();
    const request = indexedDB.open("plat");
    request.onerror = reject;
    request.onsuccess = () => {
      const database = request.result;
      const transaction = database.transaction(["steps", "broken"], "readwrite");
      if (change) transaction.objectStore("steps").put(new Uint8Array([9, 9, 9]), [id, 0]);
      const kept = transaction.objectStore("broken").get(["steps", [id, 0]]);
      transaction.oncomplete = () => { database.close(); resolve(kept.result && [...kept.result]); };
    };
  }), { id: second.draft.id, change });
  await records(engine.page, true);
  const again = await start(engine.page);
  const status = await again.ask("open");
  assert.equal(status.draft.id, first.draft.id);
  assert.equal(status.digest, first.digest);
  assert.match(status.saving.damaged, /`B`.*put aside/);
  await again.ask(allocate("emea", 24));
  assert.equal((await again.ask("open")).saving, "saved");
  assert.deepEqual(await records(again.page, false), [9, 9, 9]);
  await context.close();
});

test("a second tab reads, and writes once the first is closed", async () => {
  const context = await browser.newContext();
  const first = await engineIn(context);
  await first.ask(pool("emea", "10.0.0.0/8"));
  const second = await engineIn(context);
  const shut = await second.ask("open");
  assert.equal(shut.saving, "elsewhere");
  const { rows } = await second.ask({ read: { request: { tree: {} }, view: "draft" } });
  assert.equal(rows.length, 1);
  assert.equal((await second.refused(allocate("emea", 24))).type, "/problems/open-elsewhere");
  const { digest } = await first.ask(allocate("emea", 24));
  await first.page.close();
  await second.told((s) => s.saving === "saved");
  assert.equal((await second.ask("open")).digest, digest);
  await second.ask(allocate("emea", 24));
  await context.close();
});

test("a draft is applied at the edge with the digest that was seen here", async (t) => {
  if (!ownerToken) return t.skip("no owner token");
  const authorization = `Bearer ${ownerToken}`;
  const workspace = `engine-${Date.now()}`;
  const edge = async (path, body) => {
    const answer = await fetch(`${url}/api/v1/workspaces/${workspace}${path}`, {
      method: body ? "POST" : "GET",
      headers: { authorization, ...(body ? { "content-type": "application/json" } : {}) },
      body: body && JSON.stringify(body),
    });
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.clone().text()}`);
    return answer.json();
  };
  const context = await browser.newContext();
  const engine = await engineIn(context);
  const connect = { connect: { url: "", token: ownerToken, workspace } };
  assert.equal((await engine.refused({ connect: { url: "", token: `${ownerToken.slice(0, -1)}_`, workspace } })).status, 401);
  const connected = await engine.ask(connect);
  assert.equal(connected.source.edge.link, "live");
  assert.equal(connected.baseDigest, (await edge("")).digest);

  // Applied on its base: the same digest on both sides, and an empty draft on the new base.
  await engine.ask(pool("emea", "10.0.0.0/8"));
  const seen = await engine.ask(allocate("emea", 24));
  const applied = await engine.ask({ apply: { confirm: null } });
  assert.equal(applied.digest, seen.digest);
  assert.equal(applied.rebased, false);
  assert.equal((await edge("")).digest, seen.digest);
  const after = await engine.ask("open");
  assert.equal(after.baseDigest, seen.digest);
  assert.equal(after.draft.steps, 0);

  // Someone else takes what was planned: what moved is told, then agreed to.
  const planned = await engine.ask(allocate("emea", 24));
  assert.deepEqual(planned.claim.prefixes, ["10.0.1.0/24"]);
  await edge("/pools/emea/allocations", { prefixLength: 24 });
  assert.equal((await engine.ask("refresh")).source.edge.headRevision, after.baseRevision + 1);
  const looked = await engine.ask({ rebase: { keep: false } });
  assert.deepEqual(looked.moved.map((m) => [m.before, m.now]), [[["10.0.1.0/24"], ["10.0.2.0/24"]]]);
  const moved = await engine.refused({ apply: { confirm: null } });
  assert.equal(moved.type, "/problems/plan-moved");
  assert.equal(moved.digest, looked.digest);
  const agreed = await engine.ask({ apply: { confirm: moved.digest } });
  assert.equal(agreed.digest, moved.digest);
  const status = await engine.ask("open");
  assert.equal(status.baseDigest, (await edge("")).digest);
  assert.equal(status.draft.steps, 0);

  // Without a network the work goes on, and is there after a restart.
  await engine.ask(allocate("emea", 24));
  const kept = await engine.ask({ rebase: { keep: true } });
  assert.deepEqual(kept.moved, []);
  await context.setOffline(true);
  assert.equal((await engine.ask("refresh")).source.edge.link, "offline");
  assert.equal((await engine.refused({ apply: { confirm: null } })).type, "/problems/unreachable");
  const offline = await engine.ask(allocate("emea", 24));
  assert.deepEqual(offline.claim.prefixes, ["10.0.4.0/24"]);
  await context.setOffline(false);
  await engine.page.reload();
  const again = await start(engine.page);
  const opened = await again.ask("open");
  assert.equal(opened.digest, offline.digest);
  assert.equal(opened.source.edge.workspace, workspace);
  assert.equal((await again.ask("disconnect")).source, "local");
  assert.equal((await again.ask(connect)).digest, offline.digest);
  assert.equal((await again.ask({ apply: { confirm: null } })).digest, offline.digest);
  await context.close();
});

test("an empty draft follows the edge", async (t) => {
  if (!ownerToken) return t.skip("no owner token");
  const context = await browser.newContext();
  const engine = await engineIn(context);
  const workspace = `follow-${Date.now()}`;
  const { baseRevision } = await engine.ask({ connect: { url: "", token: ownerToken, workspace } });
  await fetch(`${url}/api/v1/workspaces/${workspace}/pools`, {
    method: "POST",
    headers: { authorization: `Bearer ${ownerToken}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "emea", prefixes: ["10.0.0.0/8"] }),
  });
  await engine.ask("refresh");
  await engine.told((s) => s.baseRevision === baseRevision + 1);
  const { rows } = await engine.ask({ read: { request: { tree: {} }, view: "draft" } });
  assert.deepEqual(rows.map((row) => row.name), ["emea"]);
  await context.close();
});
