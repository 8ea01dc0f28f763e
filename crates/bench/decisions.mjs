// Decides in wasm what `plat-bench --decisions DIR` decided natively, compares the digests, and says how long it took.
// node crates/bench/decisions.mjs DIR, after `cargo xtask build`.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

const directory = process.argv[2];
const dist = process.env.PLAT_DIST ?? new URL("../../target/dist", import.meta.url).pathname;
const { Workspace } = await import(`${dist}/js/node/plat_js.js`);
const { context, commands, claims } = JSON.parse(await readFile(`${directory}/commands.json`, "utf8"));
const base = Workspace.fromSnapshot(await readFile(`${directory}/workspace.plat`));

const times = new Map();
for (const { what, command, digest } of commands) {
  const branch = base.branch();
  const request = JSON.stringify({ command });
  const asked = JSON.stringify(context);
  const start = performance.now();
  const answer = branch.handleJson(request, asked);
  const time = performance.now() - start;
  assert.equal(JSON.parse(answer).status < 300, true, `${what}: ${answer.slice(0, 300)}`);
  assert.equal(branch.digest(), digest, `${what}: another digest than natively`);
  times.set(what, [...(times.get(what) ?? []), time]);
  branch.free?.();
}
console.log(`# The same in wasm (Node ${process.versions.node}), on ${claims} claims: request read, decided, committed and answered as JSON`);
console.log("\n| command | median ms | slowest ms |\n|---|---:|---:|");
for (const [what, all] of times) {
  all.sort((a, b) => a - b);
  console.log(`| ${what} | ${all[all.length >> 1].toFixed(3)} | ${all.at(-1).toFixed(3)} |`);
}
