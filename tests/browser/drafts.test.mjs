// Drafts side by side: begun, named, switched, discarded; each keeps its own steps, undo and digest.
// rows: F35 F45
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { audit, digestShown, fresh, newPool, treeRow, untilSaved } from "./planner.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

/// Opens the menu of drafts and gives it.
async function menu(page) {
  await page.getByRole("button", { name: /▾$/ }).click();
  const drafts = page.getByRole("group", { name: "Drafts" });
  await drafts.waitFor();
  return drafts;
}

/// The names in the menu, the current one marked.
async function names(page) {
  const drafts = await menu(page);
  const rows = await drafts.getByRole("listitem").evaluateAll((items) => items.map((item) => {
    const [open] = item.querySelectorAll("button");
    return `${open.getAttribute("aria-current") === "true" ? "*" : ""}${open.innerText.replace(/\s+/g, " ").trim()}`;
  }));
  await page.keyboard.press("Escape");
  await drafts.waitFor({ state: "hidden" });
  return rows;
}

async function rename(page, name) {
  const drafts = await menu(page);
  await drafts.getByRole("textbox", { name: "Name of this draft" }).fill(name);
  await drafts.getByRole("button", { name: "Rename" }).click();
  await page.getByRole("button", { name: `${name} ▾` }).waitFor();
}

test("two drafts are two plans: each has its own steps, digest and undo, also after a reload", async () => {
  const page = await fresh(browser);
  const empty = await digestShown(page);
  await newPool(page, "10.0.0.0/8", "Europe");
  await rename(page, "Variant A");
  const first = await digestShown(page);
  await (await menu(page)).getByRole("button", { name: "New draft" }).click();
  await page.getByText("A new, empty draft").waitFor();
  assert.equal(await digestShown(page), empty);
  await treeRow(page, "10.0.0.0/8").waitFor({ state: "detached" });
  await newPool(page, "172.16.0.0/12", "Asia");
  await newPool(page, "192.168.0.0/16", "Office");
  await rename(page, "Variant B");
  const second = await digestShown(page);
  assert.deepEqual((await names(page)).sort(), ["*● Variant B 2 steps", "Variant A 1 step"]);

  await (await menu(page)).getByRole("button", { name: /^Variant A/ }).click();
  await treeRow(page, "10.0.0.0/8").waitFor();
  await treeRow(page, "172.16.0.0/12").waitFor({ state: "detached" });
  assert.equal(await digestShown(page), first);
  await page.getByRole("contentinfo", { name: "Plan" }).getByRole("button", { name: "Undo" }).click();
  await treeRow(page, "10.0.0.0/8").waitFor({ state: "detached" });
  assert.equal(await digestShown(page), empty);
  await page.getByRole("contentinfo", { name: "Plan" }).getByRole("button", { name: "Redo" }).click();
  await treeRow(page, "10.0.0.0/8").waitFor();

  await untilSaved(page);
  await page.reload();
  await treeRow(page, "10.0.0.0/8").waitFor();
  assert.equal(await digestShown(page), first);
  await (await menu(page)).getByRole("button", { name: /^Variant B/ }).click();
  await treeRow(page, "172.16.0.0/12").waitFor();
  assert.equal(await digestShown(page), second);
  assert.deepEqual(page.found, []);
  await page.context().close();
});

test("a draft is discarded only when that is confirmed, and what comes after it is shown", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/8", "Europe");
  await (await menu(page)).getByRole("button", { name: "New draft" }).click();
  await newPool(page, "172.16.0.0/12", "Asia");
  const asked = [];
  let agree = false;
  page.on("dialog", (dialog) => { asked.push(dialog.message()); return agree ? dialog.accept() : dialog.dismiss(); });
  await (await menu(page)).getByRole("button", { name: "Discard Draft 2" }).click();
  assert.match(asked.join(), /“Draft 2” and its 1 step/);
  await page.keyboard.press("Escape");
  await treeRow(page, "172.16.0.0/12").waitFor();
  agree = true;
  await (await menu(page)).getByRole("button", { name: "Discard Draft 2" }).click();
  await treeRow(page, "10.0.0.0/8").waitFor();
  assert.deepEqual(await names(page), ["*● Draft 1 step"]);
  // The last one gone, there is an empty one.
  await (await menu(page)).getByRole("button", { name: "Discard Draft" }).click();
  await treeRow(page, "10.0.0.0/8").waitFor({ state: "detached" });
  assert.deepEqual(await names(page), ["*● Draft 0 steps"]);
  assert.deepEqual(page.found, []);
  await page.context().close();
});

test("a name that is none is said at the field, and what was typed for one draft is no name of another", async () => {
  const page = await fresh(browser);
  const drafts = await menu(page);
  const field = drafts.getByRole("textbox", { name: "Name of this draft" });
  await field.fill("   ");
  await drafts.getByRole("button", { name: "Rename" }).click();
  await page.getByText(/^Name: /).first().waitFor();
  await field.fill("Half typed");
  await page.keyboard.press("Escape");
  assert.equal(await (await menu(page)).getByRole("textbox", { name: "Name of this draft" }).inputValue(), "Draft");
  assert.deepEqual(await audit(page), []);
  assert.deepEqual(page.found, []);
  await page.context().close();
});
