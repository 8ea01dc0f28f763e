// The wasm package in Node as a host of scenarios: JSON lines in, JSON lines out (tests/src/host/lines.rs says which).
import { createInterface } from "node:readline";

const { Workspace } = await import(`${process.env.PLAT_DIST}/js/node/plat_js.js`);
let workspace = new Workspace();

for await (const line of createInterface({ input: process.stdin })) {
  const { open, request, context, base } = JSON.parse(line);
  try {
    if (open) workspace = new Workspace();
    console.log(open ? "{}" : workspace.handleJson(request, context, base ?? undefined));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
