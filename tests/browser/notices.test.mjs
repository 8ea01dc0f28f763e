// What must be known at once: the engine stopped, the work is not saved, the page could not start. Each says what to do.
import assert from "node:assert/strict";
import { readFile, rm, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, url } from "./browser.mjs";
import { audit, choose, digestShown, fresh, newPool, openIn, saved, treeRow, untilSaved } from "./planner.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

/// The engine of a page fails as a trap does.
const trap = (page) => page.workers()[0].evaluate(() => { Promise.reject(new WebAssembly.RuntimeError("unreachable")); });

/// A context whose engine begins with `script`. The worker that keeps the site would answer before we can.
async function withEngine(script, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: "block", ...options });
  await context.route(/\/a\/engine-[0-9a-f]+\.js$/, async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: `${script}\n${await response.text()}` });
  });
  return context;
}

test("an engine that traps is started again: the page says so, and the work and what is open go on", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Europe");
  await untilSaved(page);
  await choose(page, "10.0.0.0/16");
  const before = await digestShown(page);
  await page.keyboard.press("a");
  const what = page.getByRole("textbox", { name: "What" });
  await what.fill("/24");
  await trap(page);
  await page.getByText("The engine was started again; your work is as it was saved").waitFor();
  assert.equal(await digestShown(page), before);
  assert.equal(await what.inputValue(), "/24", "what was typed stays");
  await page.getByRole("button", { name: "Allocate 10.0.0.0/24" }).click();
  await treeRow(page, "10.0.0.0/24").waitFor();
  // The next trap is like the first, however many there were with answers in between.
  for (let n = 1; n <= 4; n += 1) {
    await trap(page);
    await what.fill(`10.0.${n}.0/24`);
    await page.getByRole("button", { name: `Allocate 10.0.${n}.0/24` }).click();
    await treeRow(page, `10.0.${n}.0/24`).waitFor();
  }
  await page.getByRole("contentinfo", { name: "Plan" }).getByRole("button", { name: "Undo" }).click();
  await treeRow(page, "10.0.4.0/24").waitFor({ state: "detached" });
  assert.deepEqual(page.found.filter((line) => !/unreachable/.test(line)), []);
  await page.context().close();
});

test("a question that was on its way when the engine stopped is asked again", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Europe");
  await untilSaved(page);
  // The question is posted and the engine is gone before it can answer.
  await page.workers()[0].evaluate(() => {
    const answer = self.onmessage;
    self.onmessage = (event) => {
      if (/"claim"/.test(event.data)) throw new WebAssembly.RuntimeError("unreachable");
      answer.call(self, event);
    };
  });
  await treeRow(page, "10.0.0.0/16").click();
  await page.getByText("The engine was started again").waitFor();
  await page.getByRole("heading", { name: "Europe" }).waitFor();
  await page.locator(".facts").getByText("65,536").first().waitFor();
  await page.context().close();
});

test("an engine that stops whenever it is started is given up, and the page says what to do", async () => {
  const context = await withEngine("throw new Error('no engine today');");
  const page = await context.newPage();
  await page.goto(url);
  const notice = page.getByRole("alert");
  await notice.getByText(/reload the page/).waitFor();
  await notice.getByRole("button", { name: "Reload the page" }).waitFor();
  assert.deepEqual(await audit(page), []);
  await context.unrouteAll();
  await notice.getByRole("button", { name: "Reload the page" }).click();
  await page.getByRole("heading", { name: "Plan your address space" }).waitFor();
  await page.getByRole("alert").waitFor({ state: "detached" });
  await context.close();
});

test("an engine whose code cannot be loaded is told, not waited for", async () => {
  const context = await browser.newContext({ serviceWorkers: "block" });
  await context.route(/\/a\/engine-[0-9a-f]+\.wasm$/, (route) => route.abort());
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole("alert").getByText(/reload the page/).waitFor();
  await context.close();
});

test("a page whose own code cannot be loaded says so", async () => {
  const context = await browser.newContext({ serviceWorkers: "block" });
  await context.route(/\/a\/page-[0-9a-f]+\.wasm$/, (route) => route.abort());
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole("alert").getByText(/could not be loaded/).waitFor();
  await context.unrouteAll();
  await page.getByRole("button", { name: "Reload the page" }).click();
  await page.getByRole("heading", { name: "Plan your address space" }).waitFor();
  await context.close();
});

test("a browser that keeps nothing: one can plan, is told that nothing is saved, and the plan goes out as a file", async () => {
  const context = await withEngine("Object.defineProperty(self, 'indexedDB', { value: undefined });");
  const page = await openIn(context);
  const notice = page.getByRole("alert");
  await notice.getByText("Your work is not saved in this browser.").waitFor();
  await page.getByRole("button", { name: "not saved" }).waitFor();
  await newPool(page, "10.0.0.0/16", "Europe");
  assert.deepEqual(await audit(page), []);
  const folder = await mkdtemp(join(tmpdir(), "plat-notices-"));
  const file = await saved(page, folder, () => notice.getByRole("button", { name: "Save the plan as a file" }).click());
  assert.match(await readFile(file, "utf8"), /10\.0\.0\.0\/16/);
  await rm(folder, { recursive: true });
  // A second draft would be the end of the first: refused in words.
  await page.getByRole("button", { name: /▾$/ }).click();
  await page.getByRole("group", { name: "Drafts" }).getByRole("button", { name: "New draft" }).click();
  await page.getByText(/cannot be saved in this browser/).waitFor();
  await treeRow(page, "10.0.0.0/16").waitFor();
  await context.close();
});

test("a full disk is told while it lasts; what was done meanwhile is saved once there is room", async () => {
  // What is written is taken back before it is committed, as a browser does that runs out of room.
  const context = await withEngine(`
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...record) {
      const request = put.apply(this, record);
      if (self.full) queueMicrotask(() => { try { this.transaction.abort(); } catch {} });
      return request;
    };`);
  const page = await openIn(context);
  const started = [];
  page.on("worker", () => started.push("again"));
  await newPool(page, "10.0.0.0/16", "Europe");
  await untilSaved(page);
  await page.workers()[0].evaluate(() => { self.full = true; });
  await newPool(page, "10.1.0.0/16", "Asia");
  const notice = page.getByRole("alert");
  await notice.getByText("Your work is not saved in this browser.").waitFor();
  await notice.getByText(/took back what was written/).waitFor();
  await treeRow(page, "10.1.0.0/16").waitFor();
  await page.workers()[0].evaluate(() => { self.full = false; });
  await newPool(page, "10.2.0.0/16", "Africa");
  await notice.waitFor({ state: "detached" });
  await untilSaved(page);
  assert.deepEqual(started, [], "the engine goes on");
  const before = await digestShown(page);
  await page.reload();
  await treeRow(page, "10.1.0.0/16").waitFor();
  assert.equal(await digestShown(page), before);
  await context.close();
});

test("a second tab reads and says why it does not write, until the first is closed", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Europe");
  await untilSaved(page);
  const second = await page.context().newPage();
  await second.goto(url);
  await treeRow(second, "10.0.0.0/16").waitFor();
  const notice = second.getByRole("alert");
  await notice.getByText(/open in another tab/).waitFor();
  assert.equal(await notice.getByText("not saved").count(), 0, "nothing here is unsaved");
  assert.deepEqual(await audit(second), []);
  await page.close();
  await notice.waitFor({ state: "detached" });
  await newPool(second, "10.1.0.0/16", "Asia");
  await untilSaved(second);
  await second.context().close();
});

test("a page that stops says so instead of doing nothing", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Europe");
  await untilSaved(page);
  await page.evaluate(() => { Promise.reject(new WebAssembly.RuntimeError("unreachable")); });
  await page.getByRole("alert").getByText(/The page stopped/).waitFor();
  assert.deepEqual(await audit(page), []);
  await page.getByRole("button", { name: "Reload the page" }).click();
  await treeRow(page, "10.0.0.0/16").waitFor();
  await page.context().close();
});

for (const kept of [true, false]) {
  test(`the page asks once that its work be kept, and says that it is ${kept ? "" : "not "}promised`, async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    await context.addInitScript((kept) => {
      globalThis.asked = 0;
      StorageManager.prototype.persist = async () => { globalThis.asked += 1; return kept; };
    }, kept);
    const page = await openIn(context);
    assert.equal(await page.evaluate(() => asked), 0, "there is nothing to keep yet");
    await newPool(page, "10.0.0.0/16", "Europe");
    await newPool(page, "10.1.0.0/16", "Asia");
    const words = kept ? /keeps it until you remove it/ : /may clear it when the disk is short of room/;
    await page.getByRole("button", { name: "Keys and words" }).click();
    await page.getByRole("dialog", { name: "Keys and words" }).getByText(words).waitFor();
    assert.equal(await page.evaluate(() => asked), 1);
    assert.deepEqual(await audit(page), []);
    assert.deepEqual(page.found, []);
    await context.close();
  });
}
