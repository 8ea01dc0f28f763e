// Runs the built Worker in workerd without wrangler's proxy: `node direct.mjs CONFIG`. Written for `plat-local-edge`.
// Bindings and data are those of `wrangler dev` (see crates/xtask/edge/src/config.rs), so each can open what the other left.
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Miniflare, convertV4MiniflareOptions } from "miniflare";

const config = JSON.parse(await readFile(process.argv[2], "utf8"));

async function modules(folder) {
  const names = (await readdir(folder, { recursive: true })).filter((name) => /\.(mjs|js|wasm)$/.test(name));
  names.sort((a, b) => (b === "entry.mjs") - (a === "entry.mjs") || a.localeCompare(b));
  return names.map((name) => ({ type: name.endsWith(".wasm") ? "CompiledWasm" : "ESModule", path: join(folder, name) }));
}

const edge = new Miniflare(convertV4MiniflareOptions({
  name: config.name,
  host: "127.0.0.1",
  port: config.port,
  cf: false,
  compatibilityDate: config.compatibilityDate,
  modulesRoot: config.worker,
  modules: await modules(config.worker),
  bindings: config.vars,
  durableObjects: { WORKSPACE: { className: "WorkspaceObject", useSQLite: true } },
  kvNamespaces: { PUBLISHED: "published" },
  resourcePersistencePath: join(config.data, "v3"),
}));

let stopping = false;
async function stop() {
  if (stopping) return;
  stopping = true;
  await edge.dispose();
  process.exit(0);
}
process.on("SIGINT", stop);
process.on("SIGTERM", stop);

console.log(`ready on ${await edge.ready}`);
