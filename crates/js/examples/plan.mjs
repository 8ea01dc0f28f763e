// Plans ten networks in a /16 and prints the digest that the edge reports once the plan is applied there.
// Run it after `cargo xtask build`: node crates/js/examples/plan.mjs
import assert from "node:assert/strict";

const dist = process.env.PLAT_DIST ?? new URL("../../../target/dist", import.meta.url).pathname;
const { Workspace } = await import(`${dist}/js/node/plat_js.js`);

// Who asks and when, and ids of our own: the same plan has the same digest on every machine.
const context = { actor: { name: "ada", role: "owner" }, now: "2027-01-31T00:00:00Z" };
const id = (n) => `00000000-0000-8000-8000-${String(n).padStart(12, "0")}`;

const workspace = new Workspace();
const made = workspace.handle({ createPool: { id: id(1), name: "emea", prefixes: ["10.20.0.0/16"] } }, context);
assert.equal(made.status, 201);

const commands = Array.from({ length: 10 }, (_, n) => ({
  allocate: { id: id(100 + n), place: { in: id(1) }, kind: { network: { holder: null } }, wanted: { addresses: "144" }, name: `site ${n + 1}` },
}));
const { body: simulated } = workspace.handle({ simulate: { name: "ten sites", commands } }, context);
for (const { now } of simulated.diff.claims) console.log(now.prefixes[0].padEnd(16), now.name);

// Simulated and applied are the same thing.
const branch = workspace.branch();
const { status, body: applied } = branch.apply(simulated.plan, context);
assert.equal(status, 200);
assert.equal(applied.digest, simulated.plan.digest);
assert.equal(branch.digest(), simulated.plan.digest);
assert.equal(workspace.revision(), 2, "a branch changes nothing where it came from");

console.log(branch.digest());
