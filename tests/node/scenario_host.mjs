// The wasm package in Node as a host of scenarios: JSON lines in, JSON lines out (tests/src/host/lines.rs says which).
// Requests go in as objects, as most callers have them; the page's host gives the same ones as text.
import { createInterface } from "node:readline";

const { Workspace } = await import(`${process.env.PLAT_DIST}/js/node/plat_js.js`);
let workspace = new Workspace();

for await (const line of createInterface({ input: process.stdin })) {
  const { open, request, context, base } = JSON.parse(line);
  try {
    if (open) workspace = new Workspace();
    const answer = open ? {} : workspace.handle(JSON.parse(request), JSON.parse(context), base ?? undefined);
    console.log(JSON.stringify(answer));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
