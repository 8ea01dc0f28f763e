// The wasm package in Node: both module kinds, its example, refusals, branches, snapshots.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { promisify } from "node:util";

const dist = process.env.PLAT_DIST ?? new URL("../../target/dist", import.meta.url).pathname;
const root = new URL("../..", import.meta.url).pathname;
const { Workspace, mapStride } = await import(`${dist}/js/node/plat_js.js`);

const context = { actor: { name: "ada", role: "owner" }, now: "2027-01-31T00:00:00Z" };
const id = (n) => `00000000-0000-8000-8000-${String(n).padStart(12, "0")}`;

function withPool() {
  const workspace = new Workspace();
  const { status } = workspace.handle({ createPool: { id: id(1), name: "emea", prefixes: ["10.0.0.0/8"] } }, context);
  assert.equal(status, 201);
  return workspace;
}

test("the example plans ten networks and prints a digest that never changes", async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [`${root}/crates/js/examples/plan.mjs`], {
    env: { ...process.env, PLAT_DIST: dist },
  });
  const lines = stdout.trim().split("\n");
  assert.equal(lines.length, 11);
  assert.match(lines[0], /^10\.20\.0\.0\/24 /);
  assert.match(lines[9], /^10\.20\.9\.0\/24 /);
  assert.equal(lines[10], "d04d018e54faf9a995c310e78265d1d79409992c0177adeb48a4dcde7be41494");
});

test("the web kind of the package takes bytes and gives the same digest", async () => {
  const web = await import(`${dist}/js/web/plat_js.js`);
  await web.default({ module_or_path: await readFile(`${dist}/js/web/plat_js_bg.wasm`) });
  const workspace = new web.Workspace();
  workspace.handle({ createPool: { id: id(1), name: "emea", prefixes: ["10.0.0.0/8"] } }, context);
  assert.equal(workspace.digest(), withPool().digest());
});

test("text in, text out is the same answer", () => {
  const [one, other] = [withPool(), withPool()];
  const request = { allocate: { id: id(2), pool: "emea", addresses: "144" } };
  const text = one.handleJson(JSON.stringify(request), JSON.stringify(context));
  assert.deepEqual(JSON.parse(text), other.handle(request, context));
  assert.equal(one.digest(), other.digest());
});

test("unknown fields are refused, refusals are answers", () => {
  const workspace = withPool();
  const { status, body } = workspace.handle({ createPool: { name: "x", colour: "red" } }, context);
  assert.equal(status, 400);
  assert.match(body.detail, /colour/);
  const taken = workspace.handle({ createPool: { name: "second", prefixes: ["10.1.0.0/16"] } }, context);
  assert.equal(taken.status, 409);
  assert.equal(taken.body.type, "/problems/overlap");
  assert.equal(workspace.revision(), 2);
});

test("unknown fields are refused however deep, and in the context and the map", () => {
  const workspace = withPool();
  const colour = "red";
  const refused = [
    { colour, workspace: {} },
    { allocate: { pool: "emea", prefixLength: 24, colour } },
    { createPool: { name: "x", policy: { colour } } },
    { command: { batch: { commands: [{ release: { id: id(1), colour } }] } } },
    { simulate: { name: "x", commands: [{ release: { id: id(1), colour } }] } },
  ];
  for (const request of refused) {
    const answer = workspace.handle(request, context);
    assert.equal(answer.status, 400, JSON.stringify(request));
    assert.equal(answer.body.type, "/problems/bad-request");
    assert.equal(JSON.parse(workspace.handleJson(JSON.stringify(request), JSON.stringify(context))).status, 400);
  }
  assert.match(workspace.handle("workspace", { ...context, colour }).body.detail, /^context: .*colour/);
  assert.match(workspace.apply({ colour }, context).body.detail, /colour/);
  assert.match(workspace.preview({ release: { claim: "emea", colour } }, context).body.detail, /colour/);
  assert.throws(() => workspace.map({ family: "v4", first: "0", last: "1", widthPx: 1, colour }), /colour/);
  assert.equal(workspace.revision(), 2);
});

test("what JSON has not is left out of objects and null in arrays", () => {
  const workspace = withPool();
  const left = undefined;
  const request = { id: id(2), pool: "emea", prefixLength: 24, name: left, tags: left, description: left, colour: left, call() {} };
  assert.equal(workspace.handle({ allocate: request }, context).status, 201);
  // Null would clear the name, or be no tags.
  const edit = { claim: "emea", name: left, tags: { site: "a", other: left } };
  assert.equal(workspace.handle({ edit }, context, 3).body.claim.name, "emea");
  assert.deepEqual(workspace.handle({ claim: { claim: "emea" } }, context).body.row.tags, { site: "a" });
  assert.equal(workspace.handle({ createPool: { name: "x", prefixes: ["11.0.0.0/8", left] } }, context).status, 400);
  for (const nothing of [undefined, null, () => 1, Symbol("x"), NaN]) {
    assert.equal(workspace.handle(nothing, context).status, 400);
  }
  assert.equal(workspace.handle("workspace", null).status, 200);
  assert.equal(workspace.handle("workspace", () => 1).status, 400);
});

test("what has a JSON form is taken as that", () => {
  const workspace = withPool();
  const expiresAt = new Date("2027-02-01T00:00:00Z");
  const request = { allocate: { id: id(2), pool: "emea", kind: "reservation", prefixLength: 24, expiresAt } };
  const { status, body } = workspace.handle(request, { ...context, now: new Date(context.now) });
  assert.equal(status, 201, JSON.stringify(body));
  assert.equal(body.claim.expiresAt, "2027-02-01T00:00:00Z");
  const once = { toJSON: () => ({ toJSON: () => 1, claim: "emea" }) };
  assert.match(workspace.handle({ claim: once }, context).body.detail ?? "", /^$/);
});

test("what cannot be JSON throws, says where, and costs nothing", () => {
  const workspace = withPool();
  const cycle = { name: "x" };
  cycle.policy = cycle;
  const ring = [];
  ring.push(ring, ring);
  const deep = (levels) => (levels ? { batch: { commands: [deep(levels - 1)] } } : { expireDue: {} });
  const thrower = { get claim() { throw new RangeError("mine"); } };
  const proxy = new Proxy({}, { ownKeys() { throw new RangeError("mine"); } });
  const cases = [
    [{ allocate: { pool: "emea", addresses: 144n } }, { name: "TypeError", message: /^request\.allocate\.addresses: a BigInt is not JSON/ }],
    [{ createPool: { name: "x", prefixes: ["11.0.0.0/8", 1n] } }, { message: /^request\.createPool\.prefixes\.1: / }],
    [{ createPool: cycle }, { name: "TypeError", message: /cycle/ }],
    [ring, /cycle/],
    [{ command: deep(100) }, /128 levels/],
    [{ createPool: { name: "x", prefixes: new Array(4e9) } }, /10000000 values/],
    [{ createPool: { name: "x", tags: new Map([["a", "b"]]) } }, /request\.createPool\.tags: a Map/],
    [{ createPool: { name: "x", prefixes: new Set(["11.0.0.0/8"]) } }, /Set/],
    [{ createPool: { name: "\ud800", prefixes: ["11.0.0.0/8"] } }, /request\.createPool\.name: .*Unicode/],
    [{ claim: thrower }, { name: "RangeError", message: "mine" }],
    [{ claim: proxy }, { name: "RangeError", message: "mine" }],
    [{ claim: { toJSON() { throw new RangeError("mine"); } } }, { name: "RangeError", message: "mine" }],
  ];
  for (let again = 0; again < 200; again += 1) {
    for (const [request, thrown] of cases) {
      assert.throws(() => workspace.handle(request, context), thrown);
      assert.throws(() => workspace.preview(request, context), thrown);
    }
    assert.throws(() => workspace.handle("workspace", cycle), /^TypeError: context: .*cycle/);
    assert.throws(() => workspace.apply(cycle, context), /^TypeError: plan: .*cycle/);
    assert.throws(() => workspace.map(cycle), /^TypeError: map: .*cycle/);
  }
  // As deep as text may be is read, and refused by the rules.
  const asText = JSON.parse(workspace.handleJson(JSON.stringify({ command: deep(41) }), JSON.stringify(context)));
  assert.deepEqual(workspace.handle({ command: deep(41) }, context), asText);
  assert.equal(asText.status, 422);
  assert.equal(workspace.handle({ createPool: { name: "\ufffd", prefixes: ["11.0.0.0/8"] } }, context).status, 201);
  assert.equal(workspace.revision(), 3);
});

test("answers are what JSON would give, field by field", () => {
  const [one, other] = [withPool(), withPool()];
  const both = (request, base) => {
    const answer = one.handle(request, context, base);
    const text = other.handleJson(JSON.stringify(request), JSON.stringify(context), base);
    assert.deepStrictEqual(answer, JSON.parse(text));
    assert.equal(JSON.stringify(answer), text);
    return answer;
  };
  both("workspace");
  const tags = JSON.parse(`{"__proto__":"kept","site":"a"}`);
  const { body } = both({ allocate: { id: id(2), pool: "emea", prefixLength: 24, name: "büro 𝟙", tags } });
  assert.deepEqual(Object.keys(body.claim.tags), ["__proto__", "site"]);
  both({ allocate: { id: id(3), pool: "emea", kind: "reservation", addresses: "3", expiresAt: "2027-02-01T00:00:00Z" } });
  both({ tree: {} });
  both({ tree: { parent: "emea", limit: 1 } });
  both({ claim: { claim: "emea" } });
  both({ usage: { pool: "emea" } });
  both({ free: { pool: "emea", limit: 3 } });
  both({ search: { q: "10.0.0.1" } });
  both({ conflicts: {} });
  both({ export: { format: "json" } });
  both({ edit: { claim: "emea", name: "europe" } }, 1);
  both({ edit: { claim: "emea", name: "europe" } }, 4);
  both({ createPool: { name: "second", prefixes: ["10.1.0.0/16"] } });
  const simulated = both({ simulate: { name: "x", commands: [{ release: { id: id(2) } }] } });
  assert.deepStrictEqual(one.branch().apply(simulated.body.plan, context), both({ apply: { plan: simulated.body.plan } }));
  assert.equal(one.branch().apply({ ...simulated.body.plan, baseRevision: 2 ** 60 }, context).status, 400);
});

test("an edit names the revision that it rests on", () => {
  const workspace = withPool();
  const edit = { edit: { claim: "emea", name: "europe" } };
  assert.equal(workspace.handle(edit, context).status, 428);
  assert.equal(workspace.handle(edit, context, 1).status, 412);
  assert.equal(workspace.handle(edit, context, 2).status, 200);
  assert.throws(() => workspace.handle(edit, context, 1.5), /not a revision/);
});

test("ids and a context are supplied where they are left out", () => {
  const workspace = withPool();
  const { status, body } = workspace.handle({ allocate: { pool: "emea", prefixLength: 24 } });
  assert.equal(status, 201);
  assert.match(body.claim.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test("a preview shows the effect and changes nothing", () => {
  const workspace = withPool();
  const { status, body } = workspace.preview({ allocate: { pool: "emea", prefixLength: 24 } }, context);
  assert.equal(status, 200);
  assert.deepEqual(body.diff.claims.map(({ before, now }) => [before, now.prefixes]), [[null, ["10.0.0.0/24"]]]);
  assert.equal(workspace.revision(), 2);
});

test("counts stay exact", () => {
  const workspace = new Workspace();
  workspace.handle({ createPool: { name: "all", prefixes: ["::/0"] } }, context);
  const { body } = workspace.handle({ usage: { pool: "all" } }, context);
  assert.equal(body.usage.total, (2n ** 128n).toString());
});

test("a snapshot is the same workspace", () => {
  const workspace = withPool();
  const again = Workspace.fromSnapshot(workspace.snapshot());
  assert.equal(again.digest(), workspace.digest());
  assert.equal(again.revision(), 2);
  assert.throws(() => Workspace.fromSnapshot(new Uint8Array(10)), /snapshot/);
});

test("the map is numbers", () => {
  const columns = withPool().map({ family: "v4", first: "0", last: "4294967295", widthPx: 256 });
  assert.ok(columns instanceof Uint32Array);
  assert.equal(columns.length, mapStride());
  assert.deepEqual([...columns.slice(0, 6)], [10, 11, 8, 0, 0, 0]);
  assert.throws(() => withPool().map({ space: "elsewhere", family: "v4", first: "0", last: "1", widthPx: 1 }), /elsewhere/);
});
