// Changing what is there: the edit form with its preview, refusals, undo; and a space of its own.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { audit, choose, digestShown, fresh, newPool, treeRow } from "./planner.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

/// The form to edit the pool with this prefix, and its fields.
async function editing(page, prefix) {
  await choose(page, prefix);
  await page.getByRole("group", { name: "Actions" }).getByRole("button", { name: "Edit…" }).click();
  const form = page.getByRole("form", { name: "Edit" });
  await form.waitFor();
  return { form, field: (name) => form.getByLabel(name), save: form.getByRole("button", { name: "Save changes" }) };
}

test("a pool is renamed, described, labelled and grown in one step, seen before it is saved, and undone in one", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Europe");
  const before = await digestShown(page);
  const { form, field, save } = await editing(page, "10.0.0.0/16");
  await form.getByText("Nothing changed yet").waitFor();
  assert.ok(await save.isDisabled());
  await field("Name").fill("EMEA");
  await field("Prefixes").fill("10.0.0.0/15 10.8.0.0/16");
  await field("Description").fill("Europe, Middle East, Africa");
  await field(/^Tags/).fill("env = prod\nowner = net team");
  const effect = form.locator(".effect");
  await effect.getByText("10.8.0.0/16").first().waitFor();
  await effect.getByText("EMEA").first().waitFor();
  await effect.getByText("owner = net team").first().waitFor();
  assert.equal(await digestShown(page), before, "a preview changes nothing");
  assert.deepEqual(await audit(page), []);
  await save.click();
  await page.getByText("Saved to the plan").waitFor();
  await form.waitFor({ state: "detached" });
  await page.getByRole("heading", { name: "EMEA" }).waitFor();
  const facts = page.locator(".facts").first();
  await facts.getByText("Europe, Middle East, Africa").waitFor();
  await facts.getByText("net team").waitFor();
  await facts.getByText("10.8.0.0/16").first().waitFor();
  const after = await digestShown(page);
  assert.notEqual(after, before);
  await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await page.getByRole("heading", { name: "Europe", exact: true }).waitFor();
  assert.equal(await digestShown(page), before);
  await page.getByRole("contentinfo", { name: "Plan" }).getByRole("button", { name: "Redo" }).click();
  await page.getByRole("heading", { name: "EMEA" }).waitFor();
  assert.equal(await digestShown(page), after);
  assert.deepEqual(page.found, []);
  await page.context().close();
});

test("an edit that breaks a rule is refused before it is saved, and says what is in the way", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Europe");
  await newPool(page, "10.1.0.0/16", "Asia");
  await choose(page, "10.0.0.0/16");
  await page.keyboard.press("a");
  await page.getByRole("textbox", { name: "What" }).fill("10.0.200.0/24");
  await page.getByRole("button", { name: "Allocate 10.0.200.0/24" }).click();
  await treeRow(page, "10.0.200.0/24").waitFor();
  const { form, field, save } = await editing(page, "10.0.0.0/16");
  // Over its neighbour.
  await field("Prefixes").fill("10.0.0.0/15");
  await form.getByRole("group").getByRole("button", { name: /10\.1\.0\.0\/16/ }).first().waitFor();
  assert.ok(await save.isDisabled());
  // From under what lies in it.
  await field("Prefixes").fill("10.0.0.0/17");
  await form.getByRole("group").getByRole("button", { name: /10\.0\.200\.0\/24/ }).first().waitFor();
  assert.ok(await save.isDisabled());
  // No prefix at all, and one with host bits.
  await field("Prefixes").fill("10.0.0.1/16");
  await form.getByText(/meant 10\.0\.0\.0\/16\?/).waitFor();
  await field("Prefixes").fill("nothing");
  await form.getByText(/^Prefixes: /).waitFor();
  assert.ok(await save.isDisabled());
  // A tag without a key.
  await field("Prefixes").fill("10.0.0.0/16");
  await field(/^Tags/).fill("= prod");
  await form.getByText(/^Tag “= prod”/).waitFor();
  // Taken back, there is nothing to save; Escape leaves all as it was.
  await field(/^Tags/).fill("");
  await form.getByText("Nothing changed yet").waitFor();
  await field("Name").fill("Abandoned");
  await page.keyboard.press("Escape");
  await form.waitFor({ state: "detached" });
  await page.getByRole("heading", { name: "Europe", exact: true }).waitFor();
  assert.deepEqual(page.found, []);
  await page.context().close();
});

test("a pool's policy binds what is allocated after it", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Europe");
  const { form, field, save } = await editing(page, "10.0.0.0/16");
  await form.locator("summary", { hasText: "Rules" }).click();
  await field("Smallest block").fill("/26");
  await field("Usual block").fill("/24");
  await field("Where new blocks go").selectOption("fromEnd");
  await save.click();
  await page.locator("details.section > summary", { hasText: "Rules and quotas" }).click();
  for (const rule of ["/26 or larger", "/24", "from the end"]) await page.locator(".rules").getByText(rule, { exact: true }).waitFor();
  await page.getByRole("tree").focus();
  await page.keyboard.press("a");
  const what = page.getByRole("textbox", { name: "What" });
  await what.fill("/28");
  await page.getByRole("form", { name: /^Allocate from/ }).getByRole("group").first().waitFor();
  await what.fill("/24");
  await page.getByRole("button", { name: "Allocate 10.0.255.0/24" }).waitFor();
  assert.deepEqual(page.found, []);
  await page.context().close();
});

test("the same prefix may exist once in each space; a name that is taken is refused in words", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Europe");
  const spaces = page.getByRole("combobox", { name: "Space" });
  await spaces.selectOption({ label: "New space…" });
  const form = page.getByRole("form", { name: "New space" });
  await form.getByLabel("Name").fill("default");
  await form.getByRole("group").getByText(/default/).waitFor();
  assert.ok(await form.getByRole("button", { name: "Make space" }).isDisabled());
  assert.deepEqual(await audit(page), []);
  await form.getByLabel("Name", { exact: true }).fill("guest");
  await form.getByLabel(/^Description/).fill("Visitors");
  await form.getByRole("button", { name: "Make space" }).click();
  await page.getByText("New space guest").waitFor();
  await page.getByRole("heading", { name: "guest" }).waitFor();
  assert.equal(await spaces.inputValue(), "guest");
  await treeRow(page, "10.0.0.0/16").waitFor({ state: "detached" });
  await newPool(page, "10.0.0.0/16", "Guests");
  await treeRow(page, "10.0.0.0/16").getByText("Guests").waitFor();
  await spaces.selectOption("default");
  await treeRow(page, "10.0.0.0/16").getByText("Europe").waitFor();
  // "New space…" is an offer, not a place: closed, the chooser says where one is.
  await spaces.selectOption({ label: "New space…" });
  await form.getByRole("button", { name: "Close" }).click();
  assert.equal(await spaces.inputValue(), "default");
  // Undone, the space is gone, and one is back where there is something.
  for (const _ of [1, 2]) {
    await page.getByRole("contentinfo", { name: "Plan" }).getByRole("button", { name: "Undo" }).click();
  }
  await page.waitForFunction(() => document.querySelectorAll("select[aria-label=Space] option").length === 2);
  assert.equal(await spaces.inputValue(), "default");
  assert.deepEqual(page.found, []);
  await page.context().close();
});

test("a form keeps what is typed in it when the answer about the selection comes late", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Europe");
  await page.getByRole("heading", { name: "Europe" }).waitFor();
  // The engine answers nothing about a claim until it is told to.
  await page.workers()[0].evaluate(() => {
    const answer = self.onmessage;
    const held = [];
    self.release = () => { for (const event of held.splice(0)) answer.call(self, event); self.onmessage = answer; };
    self.onmessage = (event) => (/"claim":\{"claim"/.test(event.data) ? held.push(event) : answer.call(self, event));
  });
  await newPool(page, "10.1.0.0/16", "Asia");
  await page.getByRole("button", { name: "+ Pool" }).click();
  await page.getByRole("textbox", { name: "Prefixes" }).fill("10.2.0.0/16");
  await page.workers()[0].evaluate(() => self.release());
  await page.getByRole("heading", { name: "Asia" }).waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Prefixes" }).inputValue(), "10.2.0.0/16");
  assert.deepEqual(page.found, []);
  await page.context().close();
});
