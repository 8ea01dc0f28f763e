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
  assert.equal(lines[10], "7735fd3849734ce7200062b11f54ab090b75d9bf9849f3677613e4ce9c8937e8");
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
