// The wasm package in a page of a headless Chromium as a host of scenarios: JSON lines in, JSON lines out
// (tests/src/host/lines.rs says which).
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { launch } from "./browser.mjs";

const FILES = {
  "/": ["text/html", null],
  "/plat_js.js": ["text/javascript", "plat_js.js"],
  "/plat_js_bg.wasm": ["application/wasm", "plat_js_bg.wasm"],
};
const server = createServer(async (request, response) => {
  const [type, name] = FILES[request.url] ?? [null, null];
  const headers = { "content-type": type ?? "text/plain", "content-security-policy": "default-src 'self' 'wasm-unsafe-eval'" };
  const body = name ? await readFile(`${process.env.PLAT_DIST}/js/web/${name}`) : "<!doctype html><title>scenarios</title>";
  response.writeHead(type ? 200 : 404, headers).end(body);
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const browser = await launch();
const page = await browser.newPage();
await page.goto(`http://127.0.0.1:${server.address().port}/`);
await page.evaluate(async () => {
  const { default: load, Workspace } = await import("/plat_js.js");
  await load({ module_or_path: "/plat_js_bg.wasm" });
  globalThis.fresh = () => { globalThis.workspace = new Workspace(); return "{}"; };
});

for await (const line of createInterface({ input: process.stdin })) {
  const { open, request, context, base } = JSON.parse(line);
  try {
    console.log(open ? await page.evaluate(() => globalThis.fresh()) : await page.evaluate(
      ([request, context, base]) => globalThis.workspace.handleJson(request, context, base ?? undefined),
      [request, context, base],
    ));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error) }));
  }
}
await browser.close();
server.close();
