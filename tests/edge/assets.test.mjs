// The site as the edge serves it: policy on every answer, names that never change cached for good, deep links open the page.
import assert from "node:assert/strict";
import { test } from "node:test";

const url = process.env.PLAT_URL ?? "http://127.0.0.1:8787";
const get = (path) => fetch(url + path, { redirect: "manual" });

async function hashedFiles() {
  const html = await (await get("/")).text();
  return [...html.matchAll(/(?:href|src)="(\/a\/[^"]+)"/g)].map((found) => found[1]);
}

test("every asset carries the security policy", async () => {
  for (const path of ["/", "/sw.js", "/icon.svg", ...(await hashedFiles())]) {
    const { headers } = await get(path);
    const policy = headers.get("content-security-policy");
    assert.match(policy, /default-src 'none'/, path);
    assert.match(policy, /frame-ancestors 'none'/, path);
    assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'/, path);
    assert.equal(headers.get("x-content-type-options"), "nosniff", path);
  }
});

test("the document has no inline script or style", async () => {
  const html = await (await get("/")).text();
  assert.doesNotMatch(html, /<style|<script(?![^>]*\ssrc=)|\sstyle=|\son[a-z]+=/i);
});

test("hashed files are cached for good, the document and the service worker are asked for again", async () => {
  const files = await hashedFiles();
  assert.ok(files.some((path) => path.endsWith(".wasm")) && files.some((path) => path.endsWith(".js")), String(files));
  for (const path of files) assert.match((await get(path)).headers.get("cache-control"), /immutable/, path);
  for (const path of ["/", "/sw.js"]) assert.match((await get(path)).headers.get("cache-control"), /max-age=0/, path);
});

test("wasm has its media type, so that it compiles while it loads", async () => {
  const wasm = (await hashedFiles()).find((path) => path.endsWith(".wasm"));
  assert.equal((await get(wasm)).headers.get("content-type"), "application/wasm");
});

test("a deep link opens the page, a path of the API does not", async () => {
  assert.match(await (await get("/spaces/corporate/map")).text(), /<title>Plat/);
  const api = await get("/api/v1/no-such-thing");
  assert.equal(api.status, 404);
  assert.doesNotMatch(await api.text(), /<title>/);
});
