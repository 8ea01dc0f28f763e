// How it looks for those who need more contrast: as the system wishes, as chosen, with colours forced. Axe finds nothing serious.
// rows: F56
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { audit, choose, fresh, openSample } from "./planner.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

const shown = (page) => page.locator("html").getAttribute("data-theme");

/// Every view with something in it, for axe.
async function auditAll(page, where) {
  await openSample(page);
  await choose(page, "10.0.0.0/8");
  for (const view of ["Conflicts", "Compare", "Import", "Apply", "Map"]) {
    await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: new RegExp(`^${view}`) }).click();
    await page.getByRole("navigation", { name: "Views" }).locator('[aria-current="true"]').filter({ hasText: view }).waitFor();
    assert.deepEqual(await audit(page), [], `${view}, ${where}`);
  }
  await page.getByRole("button", { name: "Edit…" }).click();
  await page.getByRole("form", { name: "Edit" }).waitFor();
  assert.deepEqual(await audit(page), [], `edit, ${where}`);
  await page.getByRole("button", { name: "Keys and words" }).click();
  assert.deepEqual(await audit(page), [], `sheet, ${where}`);
  await page.keyboard.press("Escape");
}

test("a system that wishes for more contrast gets it, and gives it up again", async () => {
  const page = await fresh(browser, { contrast: "more" });
  assert.equal(await shown(page), "contrast");
  await auditAll(page, "more contrast");
  await page.emulateMedia({ contrast: "no-preference", colorScheme: "dark" });
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await page.emulateMedia({ contrast: "more" });
  await page.waitForFunction(() => document.documentElement.dataset.theme === "contrast");
  assert.deepEqual(page.found, []);
  await page.context().close();
});

test("a theme chosen by hand counts more than the system's wish, also after a reload", async () => {
  const page = await fresh(browser, { colorScheme: "light" });
  const seen = [];
  for (let n = 0; n < 4; n += 1) {
    const button = page.getByRole("button", { name: /^Theme: / });
    seen.push(`${(await button.getAttribute("aria-label")).replace("Theme: ", "")} ${await shown(page)}`);
    await button.click();
  }
  assert.deepEqual(seen, ["System light", "Light light", "Dark dark", "High contrast contrast"]);
  for (let n = 0; n < 3; n += 1) await page.getByRole("button", { name: /^Theme: / }).click();
  await page.reload();
  await page.getByRole("button", { name: "Theme: High contrast" }).waitFor();
  assert.equal(await shown(page), "contrast");
  assert.deepEqual(page.found, []);
  await page.context().close();
});

test("with forced colours nothing is told by a colour that the system takes away", async () => {
  const page = await fresh(browser, { forcedColors: "active" });
  await auditAll(page, "forced colours");
  // Which tab is shown, which row is selected, which button is pressed: each by more than its ground.
  const tab = page.getByRole("navigation", { name: "Views" }).locator('[aria-current="true"]');
  assert.notEqual(await tab.evaluate((e) => getComputedStyle(e).borderBottomStyle), "none");
  const marked = (element) => element.evaluate((e) => {
    const style = getComputedStyle(e);
    const plain = getComputedStyle(e.parentElement);
    return style.backgroundColor !== plain.backgroundColor && style.forcedColorAdjust === "none" || style.outlineStyle !== "none" || style.borderStyle !== "none";
  });
  assert.ok(await marked(page.getByRole("treeitem", { selected: true })), "the selected row");
  assert.deepEqual(page.found, []);
  await page.context().close();
});
