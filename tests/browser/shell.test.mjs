// The shell of the planner: it opens, its engine answers, and it opens again without a network.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { complaints, launch, url } from "./browser.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

test("the page opens without a complaint", async () => {
  const page = await browser.newPage();
  const found = complaints(page);
  await page.goto(url);
  await page.getByRole("heading", { name: "Plat" }).waitFor();
  assert.deepEqual(found, []);
  await page.close();
});

test("the page opens again without a network", async () => {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole("heading", { name: "Plat" }).waitFor();
  await page.evaluate(() => navigator.serviceWorker.ready);
  await context.setOffline(true);
  await page.goto(`${url}/a/deep/link`);
  await page.getByRole("heading", { name: "Plat" }).waitFor();
  await context.close();
});

test("the engine answers in a worker of its own", async () => {
  const page = await browser.newPage();
  await page.goto(url);
  const answer = await page.evaluate(() => new Promise((resolve) => {
    const engine = globalThis.plat.engine();
    engine.onmessage = (event) => resolve(event.data);
    engine.postMessage(JSON.stringify({ id: 7, question: "open" }));
  }));
  const { id, value } = JSON.parse(answer).answer;
  assert.deepEqual([id, value.source, value.baseRevision], [7, "local", 1]);
  await page.close();
});
