// What the forms can ask for: hosts in networks, options of allocations, rules of pools, whole releases, split and merge,
// spaces, resources. Each is previewed before it is added.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { launch } from "./browser.mjs";
import { audit, choose, command, digestShown, dropFiles, fresh, newPool, openSample, treeRow } from "./planner.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

/// Opens the form to allocate from the row with this prefix.
async function allocating(page, prefix) {
  await choose(page, prefix);
  await page.keyboard.press("a");
  const form = page.getByRole("form", { name: /^Allocate from/ });
  await form.waitFor();
  return { form, what: form.getByRole("textbox", { name: "What" }), field: (name) => form.getByLabel(name) };
}

/// Allocates and waits for the row.
async function take(page, prefix, typed, taken, kind) {
  const { form, what, field } = await allocating(page, prefix);
  if (kind) await field("Kind").selectOption(kind);
  await what.fill(typed);
  await form.getByRole("button", { name: `Allocate ${taken}` }).click();
  await page.getByText(/^Allocated /).first().waitFor();
  await page.keyboard.press("Escape");
}

/// Does what a button of the selection says, with the form that it opens.
async function act(page, prefix, label, name) {
  await choose(page, prefix);
  await page.getByRole("group", { name: "Actions" }).getByRole("button", { name: label }).click();
  const form = page.getByRole("form", { name, exact: true });
  await form.waitFor();
  return form;
}

/// Opens a closed disclosure of a form.
async function open(form, label) {
  await form.locator("summary", { hasText: label }).first().click();
}

async function done(page) {
  assert.deepEqual(page.found, []);
  await page.context().close();
}

test("subnets, ranges and addresses are taken from a network, the next free ones past what the provider keeps", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Europe");
  await take(page, "10.0.0.0/16", "/24", "10.0.0.0/24");
  const { form, what, field } = await allocating(page, "10.0.0.0/24");
  assert.deepEqual(await field("Kind").locator("option").allInnerTexts(), ["Subnet", "Range", "Address"]);
  assert.equal(await what.inputValue(), "/26");
  await form.getByRole("button", { name: "Allocate 10.0.0.0/26" }).click();
  await page.getByText("Allocated 10.0.0.0/26").waitFor();
  // Untouched, the field follows the kind.
  await field("Kind").selectOption("address");
  assert.equal(await what.inputValue(), "next");
  await page.keyboard.press("Escape");
  const host = await allocating(page, "10.0.0.0/26");
  assert.equal(await host.field("Kind").inputValue(), "address");
  await host.form.getByText("the next free address that hosts may have").waitFor();
  await host.field("In use").check();
  await host.field("Name").fill("gateway");
  await host.form.getByRole("button", { name: "Allocate 10.0.0.1", exact: true }).click();
  await page.getByText("Allocated 10.0.0.1", { exact: true }).waitFor();
  await host.field("Kind").selectOption("range");
  await host.what.fill("10.0.0.10-20");
  await host.form.getByText("11 addresses").first().waitFor();
  await host.form.getByRole("button", { name: "Allocate 10.0.0.10-10.0.0.20" }).click();
  await page.getByText("Allocated 10.0.0.10-10.0.0.20").waitFor();
  await host.what.fill("next 4");
  await host.form.getByRole("button", { name: "Allocate 10.0.0.2-10.0.0.5" }).click();
  await page.getByText("Allocated 10.0.0.2-10.0.0.5").waitFor();
  // Three at once are three claims, one step.
  await host.field("Kind").selectOption("address");
  await host.what.fill("3");
  await host.form.getByRole("button", { name: "Allocate 3 blocks" }).click();
  await page.getByText(/Allocated 10\.0\.0\.6\/32/).waitFor();
  assert.deepEqual(await audit(page), []);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "Edit…" }).waitFor();
  await done(page);
});

test("space is reserved by its key", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Europe");
  await choose(page, "10.0.0.0/16");
  await page.keyboard.press("r");
  const form = page.getByRole("form", { name: "Allocate from Europe" });
  assert.equal(await form.getByLabel("Kind").inputValue(), "reservation");
  await form.getByLabel(/^Until/).fill("2099-01-01");
  await form.getByRole("button", { name: "Allocate 10.0.0.0/24" }).click();
  await treeRow(page, "10.0.0.0/24").getByText(/^in \d+ years/).waitFor();
  await done(page);
});

test("an allocation may be in pieces, apart from some prefixes, within a span, labelled, and from another pool if full", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/24", "Small");
  await newPool(page, "10.8.0.0/16", "Large");
  const { form, what, field } = await allocating(page, "10.0.0.0/24");
  await open(form, "More");
  await what.fill("144");
  await field("Prefixes at most").fill("2");
  await form.getByText("10.0.0.0/25, 10.0.0.128/28").waitFor();
  await field("Prefixes at most").fill("two");
  await form.getByText(/^Prefixes at most/).last().waitFor();
  await field("Prefixes at most").fill("");
  await what.fill("/26");
  await field("Not from").fill("10.0.0.0/26");
  await form.getByRole("button", { name: "Allocate 10.0.0.64/26" }).waitFor();
  await field("Only from").fill("10.0.0.128 - 10.0.0.255");
  await field("Description").fill("for the lab");
  await field(/^Tags/).fill("env = lab");
  assert.deepEqual(await audit(page), []);
  await form.getByRole("button", { name: "Allocate 10.0.0.128/26" }).click();
  await treeRow(page, "10.0.0.128/26").waitFor();
  // No room: the refusal offers the pool with room, and the form can name it beforehand.
  await field("Not from").fill("");
  await field("Only from").fill("");
  await what.fill("/23");
  await form.getByRole("group", { name: /No room|exhausted|Pool/i }).getByRole("button", { name: /Large/ }).first().waitFor();
  await field("If full, try also").selectOption({ label: "Large · 10.8.0.0/16" });
  await form.getByRole("list").getByText("Large · 10.8.0.0/16").waitFor();
  await form.getByRole("button", { name: "Allocate 10.8.0.0/23" }).click();
  await page.getByText("Allocated 10.8.0.0/23").waitFor();
  await page.keyboard.press("Escape");
  await choose(page, "10.0.0.128/26");
  await page.getByText("for the lab").first().waitFor();
  await page.locator(".facts .tag").getByText("lab").first().waitFor();
  await done(page);
});

test("a pool is made with all its rules, and they are there to be changed", async () => {
  const page = await fresh(browser);
  await page.getByRole("button", { name: "+ Pool" }).click();
  const form = page.getByRole("form", { name: "New pool" });
  const field = (name) => form.getByLabel(name);
  await field("Prefixes").fill("10.0.0.0/16");
  await field("Name").fill("Europe");
  await open(form, "Rules");
  await field("Largest block").fill("/20");
  await field("Smallest block").fill("/28");
  await field("Where new blocks go").selectOption("bestFit");
  await field(/^Required tags/).fill("env: prod, test");
  await field("Cool-down").fill("soon");
  await form.getByText(/^Cool-down: `soon`/).waitFor();
  assert.ok(await form.getByRole("button", { name: "Make pool" }).isDisabled());
  await field("Cool-down").fill("7d");
  await field(/^Underused/).fill("10");
  await field(/^Overused/).fill("87.5");
  await field("Provider").selectOption("azure");
  await field("Quota of each tenant").fill("512");
  await field(/^Quotas by tenant/).fill("contoso = 256");
  await form.getByText("Makes").waitFor();
  assert.deepEqual(await audit(page), []);
  await form.getByRole("button", { name: "Make pool" }).click();
  await treeRow(page, "10.0.0.0/16").waitFor();
  // They bind: a tag is asked for, and a quota holds.
  const { form: allocate, what } = await allocating(page, "10.0.0.0/16");
  await what.fill("/24");
  await allocate.getByText(/env/).first().waitFor();
  await open(allocate, "More");
  await allocate.getByRole("textbox", { name: /^Tags/ }).fill("env = prod\ntenant = contoso");
  await allocate.getByRole("button", { name: "Allocate 10.0.0.0/24" }).click();
  await treeRow(page, "10.0.0.0/24").waitFor();
  await allocate.getByRole("group").getByText(/quota/i).first().waitFor();
  await page.keyboard.press("Escape");
  const edit = await act(page, "10.0.0.0/16", "Edit…", "Edit");
  await open(edit, "Rules");
  assert.equal(await edit.getByLabel("Cool-down").inputValue(), "1w");
  assert.equal(await edit.getByLabel(/^Overused/).inputValue(), "87.5");
  assert.equal(await edit.getByLabel("Provider").inputValue(), "azure");
  assert.equal(await edit.getByLabel("Where new blocks go").inputValue(), "bestFit");
  assert.equal(await edit.getByLabel(/^Quotas by tenant/).inputValue(), "contoso = 256");
  await edit.getByText("Nothing changed yet").waitFor();
  await edit.getByLabel(/^Quotas by tenant/).fill("contoso = 4096");
  await edit.locator(".effect").getByText(/rules/).waitFor();
  await edit.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Saved to the plan").waitFor();
  // What is given up rests, unless it is said otherwise.
  const release = await act(page, "10.0.0.0/24", "Release…", "Release");
  await release.getByText("cooling").first().waitFor();
  await release.getByLabel("Hand out again at once").check();
  await release.getByText("cooling").first().waitFor({ state: "detached" });
  await release.getByRole("button", { name: "Release 10.0.0.0/24" }).click();
  await treeRow(page, "10.0.0.0/24").waitFor({ state: "detached" });
  await done(page);
});

test("a pool takes in what lies there already; what is in use or left out of compliance can be said", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/24", "Old");
  await page.getByRole("button", { name: "+ Pool" }).click();
  const form = page.getByRole("form", { name: "New pool" });
  await form.getByLabel("Prefixes").fill("10.0.0.0/16");
  await form.getByLabel("Name").fill("All");
  await form.getByRole("group", { name: "Overlap" }).waitFor();
  await form.getByLabel("Take in what lies there already").check();
  await form.getByText("Makes").waitFor();
  await form.locator(".effect").getByText("place").waitFor();
  await form.getByRole("button", { name: "Make pool" }).click();
  await page.getByText("New pool All ").waitFor();
  await page.getByRole("tree").focus();
  await page.keyboard.press("ArrowRight");
  await treeRow(page, "10.0.0.0/24").waitFor();
  await take(page, "10.0.0.0/24", "/26", "10.0.0.0/26");
  const edit = await act(page, "10.0.0.0/26", "Edit…", "Edit");
  await open(edit, "More");
  await edit.getByLabel("Leave out of compliance because").fill("a lab");
  await edit.getByText(/left out of compliance/).waitFor();
  await edit.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Saved to the plan").waitFor();
  const again = await act(page, "10.0.0.0/26", "Edit…", "Edit");
  await open(again, "More");
  assert.equal(await again.getByLabel("Leave out of compliance because").inputValue(), "a lab");
  // Into the pool around it.
  await again.getByLabel("Move to").selectOption({ label: "All · 10.0.0.0/16" });
  await again.locator(".effect").getByText(/place|Overlap/).first().waitFor();
  assert.deepEqual(await audit(page), []);
  await page.keyboard.press("Escape");
  await take(page, "10.0.0.0/26", "next", "10.0.0.1", "address");
  await treeRow(page, "10.0.0.1/32").waitFor();
  const host = await act(page, "10.0.0.1/32", "Edit…", "Edit");
  await host.getByLabel("In use").check();
  await host.getByText("in use", { exact: false }).last().waitFor();
  await host.getByRole("button", { name: "Save changes" }).click();
  await host.waitFor({ state: "detached" });
  await done(page);
});

test("a pool that is not empty is released with all that lies in it, seen before it is done, undone in one", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Europe");
  await take(page, "10.0.0.0/16", "/24 x 3", "3 blocks");
  const before = await digestShown(page);
  const form = await act(page, "10.0.0.0/16", "Release…", "Release");
  await form.getByRole("group", { name: "Not empty" }).waitFor();
  await form.getByRole("button", { name: "Plan the release of everything in it" }).click();
  await form.getByText("Releases 4 claims").waitFor();
  assert.equal(await form.locator(".diff-released").count(), 4);
  assert.equal(await digestShown(page), before, "a plan to look at changes nothing");
  assert.deepEqual(await audit(page), []);
  await form.getByRole("button", { name: "Release all 4 claims" }).click();
  await treeRow(page, "10.0.0.0/16").waitFor({ state: "detached" });
  await page.getByRole("status").getByRole("button", { name: "Undo" }).last().click();
  await treeRow(page, "10.0.0.0/16").waitFor();
  assert.equal(await digestShown(page), before);
  await done(page);
});

test("a pool is split by key and merged again, with a choice only where they differ", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Europe");
  await choose(page, "10.0.0.0/16");
  await page.keyboard.press("s");
  const split = page.getByRole("form", { name: "Split" });
  await split.getByText("Europe 10.0.128.0/17").waitFor();
  await split.getByRole("button", { name: "Quarters /18" }).click();
  await split.getByText("Europe 10.0.192.0/18").waitFor();
  await split.getByLabel(/^Into blocks/).fill("10.0.64.0/18");
  await split.getByLabel(/^Name of what/).fill("South");
  await split.locator(".effect").getByText("South").waitFor();
  assert.deepEqual(await audit(page), []);
  await split.getByRole("button", { name: "Split", exact: true }).click();
  await treeRow(page, "10.0.64.0/18").waitFor();
  const edit = await act(page, "10.0.64.0/18", "Edit…", "Edit");
  await edit.getByLabel("Description").fill("the south");
  await edit.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Saved to the plan").waitFor();
  await treeRow(page, "10.0.0.0/18 +1").click();
  await page.getByRole("heading", { name: "Europe", exact: true }).waitFor();
  await page.keyboard.press("m");
  const merge = page.getByRole("form", { name: "Merge" });
  await merge.getByText("Choose at least one").waitFor();
  assert.equal(await merge.getByRole("combobox").count(), 0);
  await merge.getByRole("checkbox", { name: /South/ }).check();
  await merge.getByLabel(/^Description/).selectOption({ label: "the south" });
  assert.equal(await merge.getByRole("combobox").count(), 1, "only the description differs");
  await merge.locator(".effect").getByText("the south").waitFor();
  assert.deepEqual(await audit(page), []);
  await merge.getByRole("button", { name: "Merge", exact: true }).click();
  await treeRow(page, "10.0.64.0/18").waitFor({ state: "detached" });
  await treeRow(page, "10.0.0.0/16").click();
  await page.getByText("the south").first().waitFor();
  await done(page);
});

test("provider and customer spaces are made, changed and removed; a space in use stays", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Europe");
  const spaces = page.getByRole("combobox", { name: "Space" });
  const making = async (name, kind) => {
    await spaces.selectOption({ label: "New space…" });
    const form = page.getByRole("form", { name: "New space" });
    await form.getByLabel("Name").fill(name);
    await form.getByLabel("Kind").selectOption(kind);
    return form;
  };
  const provider = await making("underlay", "provider");
  await provider.getByText("Space underlay").waitFor();
  await provider.getByRole("button", { name: "Make space" }).click();
  await page.getByText("New space underlay").waitFor();
  const customer = await making("red", "customer");
  // Said by the engine, not by the form: it lies in one.
  await customer.getByRole("group").getByText(/provider space/i).first().waitFor();
  await customer.getByLabel("Within").selectOption({ label: "underlay" });
  await customer.getByLabel("Isolated by").selectOption("vxlan");
  await customer.getByText("Space red").waitFor();
  assert.deepEqual(await audit(page), []);
  await customer.getByRole("button", { name: "Make space" }).click();
  await page.getByText("New space red").waitFor();
  await page.getByRole("heading", { name: "red" }).waitFor();
  await page.getByRole("group", { name: "Actions" }).getByRole("button", { name: "Edit space…" }).click();
  const edit = page.getByRole("form", { name: "Edit space" });
  await edit.getByText("Nothing changed yet").waitFor();
  assert.equal(await edit.getByLabel("Isolated by").inputValue(), "vxlan");
  await edit.getByLabel("Name").fill("crimson");
  await edit.getByLabel("Isolated by").selectOption("nvgre");
  await edit.getByRole("button", { name: "Save changes" }).click();
  await page.getByRole("heading", { name: "crimson" }).waitFor();
  // The provider space has a customer space in it.
  await spaces.selectOption("underlay");
  await page.getByRole("heading", { name: "underlay" }).waitFor();
  await command(page, "Remove this space");
  const remove = page.getByRole("form", { name: "Remove space" });
  await remove.getByText(/crimson/).first().waitFor();
  assert.ok(await remove.getByRole("button", { name: "Remove underlay" }).isDisabled());
  await spaces.selectOption("crimson");
  await page.getByRole("heading", { name: "crimson" }).waitFor();
  await page.getByRole("group", { name: "Actions" }).getByRole("button", { name: "Remove space…" }).click();
  await page.getByRole("button", { name: "Remove crimson" }).click();
  await page.getByText("Removed space crimson").waitFor();
  assert.equal(await spaces.inputValue(), "default");
  await done(page);
});

test("a resource is recorded with space of two pools, changed, given another network, and removed with what it holds", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Four");
  await newPool(page, "2001:db8::/32", "Six");
  const make = await act(page, "10.0.0.0/16", "New resource…", "Resource");
  await make.getByText("Give it a name").waitFor();
  await make.getByLabel("Name").fill("hub");
  await make.getByLabel("And from").selectOption({ label: "Six · 2001:db8::/32" });
  await make.locator(".effect").getByText("10.0.0.0/24").waitFor();
  await make.locator(".effect").getByText("2001:db8::/64").waitFor();
  assert.deepEqual(await audit(page), []);
  await make.getByRole("button", { name: "Record resource" }).click();
  await page.getByText("Recorded hub").waitFor();
  await take(page, "10.0.0.0/16", "/25", "10.0.1.0/25");
  // A network that nobody holds yet.
  const hold = await act(page, "10.0.1.0/25", "Holder…", "Resource");
  await hold.getByLabel("Resource", { exact: true }).selectOption({ label: "hub · virtualNetwork" });
  await hold.locator(".effect").getByText("holder").waitFor();
  await hold.getByRole("button", { name: "Record holder" }).click();
  await page.getByText("Held by").first().waitFor();
  const change = await act(page, "10.0.1.0/25", "Resource…", "Resource");
  await change.getByText("Nothing changed yet").waitFor();
  await open(change, "More");
  await change.getByLabel("Tenant").fill("contoso");
  await change.getByText("Resource hub (virtualNetwork)").waitFor();
  await change.getByRole("button", { name: "Save changes" }).click();
  await page.getByText("Recorded hub").first().waitFor();
  const remove = await act(page, "10.0.1.0/25", "Resource…", "Resource");
  await remove.getByLabel("Remove it, and release its networks").check();
  await remove.locator(".diff-released").nth(2).waitFor();
  await remove.getByRole("button", { name: "Remove resource" }).click();
  await treeRow(page, "10.0.1.0/25").waitFor({ state: "detached" });
  await done(page);
});

test("a network in no pool is put into one, or the rule that refuses it is said", async () => {
  const page = await fresh(browser);
  await dropFiles(page, [fileURLToPath(new URL("../fixtures/browser/small-azure.json", import.meta.url))]);
  await page.getByRole("button", { name: /^Import \d+ rows$/ }).click();
  await treeRow(page, "10.60.0.0/22").waitFor();
  await newPool(page, "10.99.0.0/16", "Elsewhere");
  const form = await act(page, "10.60.0.0/22", "Associate…", "Associate");
  await form.getByText("Choose a pool", { exact: true }).waitFor();
  await form.getByLabel("Pool").selectOption({ label: "Elsewhere · 10.99.0.0/16" });
  await form.getByRole("group", { name: /outside/i }).waitFor();
  assert.ok(await form.getByRole("button", { name: "Put into the pool" }).isDisabled());
  assert.deepEqual(await audit(page), []);
  await done(page);
});

test("every form fits a small dark screen, with all of it opened", async () => {
  const page = await fresh(browser, { colorScheme: "dark", viewport: { width: 390, height: 844 } });
  await openSample(page);
  const parts = page.getByRole("navigation", { name: "Parts" });
  for (const label of ["Allocate…", "New pool…", "Edit…", "Split…", "Merge…", "New resource…", "Release…"]) {
    await parts.getByRole("button", { name: "Tree" }).click();
    await choose(page, "10.0.0.0/16");
    await parts.getByRole("button", { name: "Details" }).click();
    await page.getByRole("group", { name: "Actions" }).getByRole("button", { name: label, exact: true }).click();
    await page.locator("form.task").waitFor();
    await page.locator("form.task summary").evaluateAll((all) => { for (const summary of all) summary.click(); });
    if (label === "Merge…") await page.getByRole("checkbox").first().check();
    await page.locator(".effect").first().waitFor({ state: "attached" });
    assert.deepEqual(await audit(page), [], label);
    assert.ok(await page.evaluate(() => document.querySelector(".pane-details").scrollWidth <= innerWidth), `${label} scrolls sideways`);
  }
  await done(page);
});
