// The newcomer's story with the planner: from nothing to a plan applied at the edge. Things are found by role and label.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { after, before, test } from "node:test";
import { launch, ownerToken, url } from "./browser.mjs";
import { apply, audit, choose, connect, digestShown, dropFiles, fresh, newPool, openSample, treeRow, untilSaved } from "./planner.mjs";

const own = (name) => fileURLToPath(new URL(`../fixtures/browser/${name}`, import.meta.url));
const shared = (name) => fileURLToPath(new URL(`../../../shared/fixtures/${name}`, import.meta.url));

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

test("two files dropped are previewed one after the other and imported", async () => {
  const page = await fresh(browser);
  await dropFiles(page, [own("small-azure.json"), own("small-netbox.csv")]);
  await page.getByRole("heading", { name: "small-azure.json" }).waitFor();
  await page.getByRole("row", { name: /orchard/ }).first().waitFor();
  await page.getByRole("button", { name: /^Import \d+ rows$/ }).click();
  // The second has a row with host bits: named by its line, and either fixed or left out.
  await page.getByRole("heading", { name: "small-netbox.csv" }).waitFor();
  await page.getByRole("row", { name: /172\.20\.4\.1\/24|host bits/ }).first().waitFor();
  assert.ok(await page.getByRole("button", { name: /error.* to look at first/ }).isDisabled());
  await page.getByLabel("Clear host bits").check();
  await page.getByRole("button", { name: /^Import \d+ rows$/ }).click();
  await treeRow(page, "10.60.0.0/22").waitFor();
  await treeRow(page, "172.20.0.0/16").waitFor();
  await treeRow(page, "2001:db8:20::/48").waitFor();
  // Two virtual networks share addresses: kept and listed, not dropped.
  await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: /Conflicts/ }).click();
  await page.getByText("10.60.2.0/23").first().waitFor();
  await page.getByRole("listitem").getByRole("button", { name: /meadow|10\.60\.2\.0\/23/ }).first().click();
  await page.getByRole("region", { name: /meadow|10\.60\.2\.0/ }).or(page.getByRole("heading", { name: /meadow|10\.60\.2\.0/ })).first().waitFor();
  // The map draws.
  await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: "Map" }).click();
  assert.ok(await page.locator("canvas").first().evaluate((canvas) => canvas.width > 0 && canvas.height > 0));
  assert.deepEqual(page.found, []);
  await page.context().close();
});

for (const name of ["01-azure-cli-vnet-list.json", "13-netbox-prefixes-import.csv"]) {
  test(`the shared fixture ${name} is imported`, { skip: existsSync(shared(name)) ? false : `no ${shared(name)} on this machine` }, async () => {
    const page = await fresh(browser);
    await dropFiles(page, [shared(name)]);
    await page.getByRole("heading", { name }).waitFor();
    const spaces = page.getByLabel("Make the spaces that rows name");
    await spaces.waitFor();
    await spaces.check();
    await page.getByRole("button", { name: /^Import \d+ rows?$/ }).click();
    await page.getByText(/^Imported \d+ rows?$/).waitFor();
    await page.getByRole("treeitem").first().waitFor();
    assert.deepEqual(page.found, []);
    await page.context().close();
  });
}

test("a pool is made and space taken by length, by number and by prefix; refusals name what is in the way; undo takes back", async () => {
  const page = await fresh(browser);
  await newPool(page, "10.0.0.0/16", "Europe");
  await choose(page, "10.0.0.0/16");
  await page.keyboard.press("a");
  const what = page.getByRole("textbox", { name: "What" });
  for (const [typed, taken] of [["/24", "10.0.0.0/24"], ["144", "10.0.1.0/24"], ["10.0.9.0/24", "10.0.9.0/24"]]) {
    await what.fill(typed);
    await page.getByRole("button", { name: `Allocate ${taken}` }).click();
    await treeRow(page, taken).waitFor();
  }
  await what.fill("/26 x 3");
  await page.getByRole("button", { name: "Allocate 3 blocks" }).click();
  await treeRow(page, "10.0.2.128/26").waitFor();
  // What is taken is refused, with what is there and what is free instead.
  await what.fill("10.0.9.0/25");
  const refusal = page.getByRole("group", { name: "Overlap" });
  await refusal.waitFor();
  await refusal.getByRole("button", { name: /10\.0\.9\.0\/24/ }).waitFor();
  await refusal.getByRole("button", { name: /^Use / }).first().click();
  await page.getByRole("button", { name: /^Allocate 10\.0\./ }).waitFor();
  await page.getByRole("button", { name: "Close" }).click();
  const footer = page.getByRole("contentinfo", { name: "Plan" });
  const before = await digestShown(page);
  await page.getByRole("tree").focus();
  await page.keyboard.press("Control+z");
  await treeRow(page, "10.0.2.128/26").waitFor({ state: "detached" });
  await footer.getByRole("button", { name: "Redo" }).click();
  await treeRow(page, "10.0.2.128/26").waitFor();
  assert.equal(await digestShown(page), before);
  // Release, seen before it is done.
  await choose(page, "10.0.9.0/24");
  await page.keyboard.press("Delete");
  await page.getByRole("button", { name: "Release 10.0.9.0/24" }).click();
  await treeRow(page, "10.0.9.0/24").waitFor({ state: "detached" });
  assert.deepEqual(page.found, []);
  await page.context().close();
});

test("everything is kept and works on without a network, also after a reload", async () => {
  const page = await fresh(browser);
  await openSample(page);
  await newPool(page, "198.18.0.0/15", "Bench");
  await page.evaluate(() => navigator.serviceWorker.ready);
  await untilSaved(page);
  const before = await digestShown(page);
  await page.context().setOffline(true);
  await page.reload();
  await treeRow(page, "198.18.0.0/15").waitFor();
  assert.equal(await digestShown(page), before);
  await choose(page, "198.18.0.0/15");
  await page.keyboard.press("a");
  await page.getByRole("textbox", { name: "What" }).fill("/20");
  await page.getByRole("button", { name: "Allocate 198.18.0.0/20" }).click();
  await page.getByText("Allocated 198.18.0.0/20").waitFor();
  // The address bar leads back to the selection.
  await untilSaved(page);
  assert.match(page.url(), /sel=198\.18\.0\.0\/15/);
  await page.reload();
  await page.getByRole("treeitem", { selected: true }).filter({ hasText: "198.18.0.0/15" }).waitFor();
  await page.context().close();
});

test("a plan is applied with the digest that was shown, refused when the workspace moved, rebased and applied", { skip: ownerToken ? false : "no owner's token" }, async () => {
  const page = await fresh(browser);
  const workspace = `story-${Date.now()}`;
  await connect(page, ownerToken, workspace);
  await newPool(page, "10.40.0.0/16", "Story");
  await choose(page, "10.40.0.0/16");
  await page.keyboard.press("a");
  const what = page.getByRole("textbox", { name: "What" });
  for (let n = 0; n < 10; n += 1) {
    await what.fill("/24");
    await page.getByRole("button", { name: `Allocate 10.40.${n}.0/24` }).click();
    await treeRow(page, `10.40.${n}.0/24`).waitFor();
  }
  await page.getByRole("button", { name: "Compare" }).last().click();
  await page.getByText("+11").waitFor();
  const planned = await digestShown(page);
  await apply(page);
  await page.getByText("Equal: the edge did exactly what you saw.").waitFor();
  assert.ok((await page.getByRole("definition").allInnerTexts()).filter((text) => text.startsWith(planned)).length >= 1);

  // Someone else takes what the next plan counts on.
  await choose(page, "10.40.0.0/16");
  await page.keyboard.press("a");
  await what.fill("/24");
  await page.getByRole("button", { name: "Allocate 10.40.10.0/24" }).click();
  await treeRow(page, "10.40.10.0/24").waitFor();
  const taken = await fetch(`${url}/api/v1/workspaces/${workspace}/pools/Story/allocations`, {
    method: "POST",
    headers: { authorization: `Bearer ${ownerToken}`, "content-type": "application/json", "idempotency-key": `story-${Date.now()}` },
    body: JSON.stringify({ prefixLength: 24, name: "interference" }),
  });
  assert.equal(taken.status, 201, await taken.text());
  await apply(page);
  const table = page.getByRole("region", { name: "What moved" });
  await table.waitFor();
  await table.getByText("10.40.10.0/24").first().waitFor();
  await table.getByText("10.40.11.0/24").first().waitFor();
  await table.getByText("interference").waitFor();
  await page.getByRole("button", { name: "Keep my draft, rebase it" }).click();
  await treeRow(page, "10.40.11.0/24").waitFor();
  await apply(page);
  await page.getByText("Equal: the edge did exactly what you saw.").waitFor();
  await page.context().close();
});

test("a wrong token is refused in words", async () => {
  const page = await fresh(browser);
  await page.getByRole("button", { name: "Connect with a token" }).click();
  await page.getByLabel("Token").fill("plat_wrong");
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByRole("form", { name: "Connect" }).getByRole("group").first().waitFor();
  await page.context().close();
});

test("the whole of it by keyboard", async () => {
  const page = await fresh(browser);
  await page.keyboard.press("n");
  await page.keyboard.type("2001:db8::/32");
  await page.getByText("Makes").waitFor();
  await page.keyboard.press("Enter");
  await treeRow(page, "2001:db8::/32").waitFor();
  await page.keyboard.press("g");
  await page.keyboard.press("t");
  await page.keyboard.press("Home");
  await page.keyboard.press("a");
  await page.getByRole("textbox", { name: "What" }).fill("/48");
  await page.getByText("Takes").waitFor();
  await page.keyboard.press("Enter");
  await treeRow(page, "2001:db8::/48").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys and words" }).waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("Control+k");
  await page.keyboard.press("ArrowUp");
  await page.getByRole("listbox", { name: "Commands" }).getByRole("option").last().and(page.locator('[aria-selected="true"]')).waitFor();
  assert.ok(await page.locator('#palette-list [aria-selected="true"]').evaluate((option) => {
    const [mine, list] = [option.getBoundingClientRect(), option.parentElement.getBoundingClientRect()];
    return mine.bottom <= list.bottom + 1 && mine.top >= list.top - 1;
  }), "the last command is in sight");
  await page.getByRole("combobox", { name: "Command" }).fill("conflicts");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Conflicts" }).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("2001:db8::1");
  await page.getByRole("listbox", { name: "Found" }).getByRole("option").nth(1).waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("treeitem", { selected: true }).waitFor();
  assert.deepEqual(page.found, []);
  await page.context().close();
});

test("axe finds nothing serious, light and dark, wide and narrow", async () => {
  for (const colorScheme of ["light", "dark"]) {
    for (const viewport of [{ width: 1440, height: 900 }, { width: 390, height: 844 }]) {
      const page = await fresh(browser, { colorScheme, viewport });
      const where = `${colorScheme}, ${viewport.width} px`;
      assert.deepEqual(await audit(page), [], `empty, ${where}`);
      await openSample(page);
      const parts = page.getByRole("navigation", { name: "Parts" });
      const narrow = viewport.width < 900;
      await choose(page, "10.0.0.0/8");
      assert.deepEqual(await audit(page), [], `tree, ${where}`);
      if (narrow) await parts.getByRole("button", { name: "Details" }).click();
      await page.getByRole("button", { name: "Allocate…" }).click();
      await page.getByText("Takes").waitFor();
      assert.deepEqual(await audit(page), [], `allocate, ${where}`);
      for (const view of ["Conflicts", "Compare", "Import", "Apply", "Map"]) {
        if (narrow) await parts.getByRole("button", { name: "Map" }).click();
        await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: new RegExp(`^${view}`) }).click();
        await page.waitForTimeout(100);
        assert.deepEqual(await audit(page), [], `${view}, ${where}`);
      }
      if (narrow) {
        await parts.getByRole("button", { name: "Plan" }).click();
        assert.deepEqual(await audit(page), [], `plan, ${where}`);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `scrolls sideways, ${where}`);
      }
      await page.context().close();
    }
  }
});
