// Pictures of the planner into the folder PLAT_SCREENSHOTS: each scene below, light and dark, wide and narrow.
// PLAT_SCENES=empty,tree takes only some; PLAT_SCHEMES and PLAT_SIZES likewise.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, ownerToken, url } from "./browser.mjs";
import { choose, connect, dropFiles, newPool, openSample, treeRow } from "./planner.mjs";
import { seed } from "./seed.mjs";

const fixture = (name) => fileURLToPath(new URL(`../fixtures/browser/${name}`, import.meta.url));

async function part(page, name) {
  const parts = page.getByRole("navigation", { name: "Parts" });
  if (await parts.isVisible()) await parts.getByRole("button", { name }).click();
}

async function view(page, name) {
  await part(page, "Map");
  await page.getByRole("navigation", { name: "Views" }).getByRole("button", { name: new RegExp(`^${name}`) }).click();
}

async function task(page, key) {
  await openSample(page);
  await choose(page, "10.0.0.0/16");
  await part(page, "Details");
  await page.getByRole("tree").focus().catch(() => {});
  await page.keyboard.press(key);
}

async function seeded(page) {
  const workspace = `shot-${Date.now()}`;
  await seed(workspace);
  await connect(page, ownerToken, workspace);
  await part(page, "Tree");
}

async function sections(page, titles) {
  for (const title of titles) await page.locator("summary").filter({ hasText: title }).click();
  await page.locator("details.section[open]").first().evaluate((section) => section.scrollIntoView());
}

/// What to do before the picture. Each begins on an empty planner.
const SCENES = {
  empty: async () => {},
  tree: async (page) => { await openSample(page); await choose(page, "10.0.0.0/16"); },
  map: async (page) => { await openSample(page); await choose(page, "10.0.0.0/8"); await view(page, "Map"); },
  details: async (page) => { await openSample(page); await choose(page, "10.0.0.0/16"); await part(page, "Details"); },
  allocate: async (page) => { await task(page, "a"); await page.getByText("Takes").waitFor(); },
  refused: async (page) => {
    await task(page, "a");
    await page.getByRole("textbox", { name: "What" }).fill("10.0.0.0/22");
    await page.getByRole("group", { name: "Overlap" }).waitFor();
  },
  "new-pool": async (page) => { await task(page, "n"); await page.getByRole("textbox", { name: "Size or prefixes" }).fill("/20"); await page.getByRole("textbox", { name: "Name" }).fill("Spokes"); await page.getByText("Makes").waitFor(); },
  edit: async (page) => { await task(page, "e"); await page.getByRole("textbox", { name: "Description" }).fill("Hub and spokes, west"); await page.getByText("changed").first().waitFor(); },
  release: async (page) => { await openSample(page); await choose(page, "10.0.0.0/8"); await part(page, "Details"); await page.getByRole("button", { name: "Release…" }).click(); await page.getByRole("group", { name: "Not empty" }).waitFor(); },
  "allocate-more": async (page) => { await task(page, "a"); await page.locator(".task summary", { hasText: "More" }).click(); await page.getByRole("textbox", { name: "What" }).fill("1500"); await page.getByLabel("Prefixes at most").fill("3"); await page.getByText("Takes").waitFor(); },
  address: async (page) => {
    await openSample(page);
    await choose(page, "10.0.0.0/22");
    await part(page, "Details");
    await page.getByRole("button", { name: "Allocate…" }).click();
    await page.getByLabel("Kind").selectOption("range");
    await page.getByRole("textbox", { name: "What" }).fill("10.0.2.10-40");
    await page.getByText("Takes").waitFor();
  },
  rules: async (page) => { await task(page, "e"); await page.locator(".task summary", { hasText: "Rules" }).click(); await page.getByLabel("Cool-down").fill("7d"); await page.getByText("changed").first().waitFor(); },
  split: async (page) => { await task(page, "s"); await page.getByRole("form", { name: "Split" }).getByText("added").first().waitFor(); },
  merge: async (page) => { await task(page, "m"); await page.getByRole("checkbox").first().check(); await page.getByRole("form", { name: "Merge" }).locator(".effect li, .effect .problem").first().waitFor(); },
  "release-all": async (page) => { await task(page, "Delete"); await page.getByRole("button", { name: "Plan the release of everything in it" }).click(); await page.getByText(/^Releases/).waitFor(); },
  "new-space": async (page) => { await openSample(page); await page.getByRole("combobox", { name: "Space" }).selectOption({ label: "New space…" }); await part(page, "Details"); await page.getByLabel("Kind").selectOption("customer"); await page.getByLabel("Name", { exact: true }).fill("red"); await page.getByRole("form").locator(".problem").waitFor(); },
  resource: async (page) => { await openSample(page); await choose(page, "10.0.0.0/16"); await part(page, "Details"); await page.getByRole("button", { name: "New resource…" }).click(); await page.getByRole("form").getByLabel("Name").fill("spoke-7"); await page.getByLabel("And from").selectOption({ index: 1 }); await page.getByRole("form").locator(".effect li, .effect .problem").first().waitFor(); },
  conflicts: async (page) => { await openSample(page); await view(page, "Conflicts"); await page.getByText("Both claim").waitFor(); },
  compare: async (page) => { await openSample(page); await view(page, "Compare"); await page.getByText("added").first().waitFor(); },
  import: async (page) => { await dropFiles(page, [fixture("small-netbox.csv"), fixture("small-azure.json")]); await page.getByRole("table").waitFor(); },
  palette: async (page) => { await openSample(page); await page.keyboard.press("Control+k"); },
  sheet: async (page) => { await openSample(page); await page.getByRole("button", { name: "Keys and words" }).click(); },
  search: async (page) => { await openSample(page); await page.getByRole("combobox", { name: "Search" }).fill("10.0.4.1"); await page.getByRole("listbox", { name: "Found" }).getByRole("option").first().waitFor(); },
  plan: async (page) => { await openSample(page); await part(page, "Plan"); await page.getByTitle("Drafts").click(); },
  connect: async (page) => { await page.getByRole("button", { name: /^offline plan/ }).click(); },
  ...(ownerToken && {
    usage: async (page) => { await seeded(page); await choose(page, "10.0.0.0/8"); await part(page, "Details"); await sections(page, ["Resources", "Rules and quotas"]); },
    history: async (page) => { await seeded(page); await choose(page, "10.1.0.0/16"); await part(page, "Details"); await sections(page, ["Prefixes by what they are", "History"]); },
    advice: async (page) => { await seeded(page); await choose(page, "192.168.7.0/24"); await part(page, "Details"); await page.getByRole("group", { name: "Recommendation" }).waitFor(); },
    subnet: async (page) => { await seeded(page); await choose(page, "10.1.0.0/24"); await page.keyboard.press("ArrowRight"); await choose(page, "10.1.0.0/26"); await page.keyboard.press("ArrowRight"); await page.waitForTimeout(300); await part(page, "Details"); },
    standing: async (page) => { await seeded(page); await view(page, "Compliance"); await page.locator(".standings").waitFor(); },
    accept: async (page) => {
      await seeded(page);
      await view(page, "Conflicts");
      await page.getByRole("button", { name: /^Accept that.*old-b/ }).click();
      const form = page.getByRole("form", { name: "Accept the overlap" });
      await form.getByLabel("Why it may stay").fill("Both are shut down in spring");
      await form.getByRole("button", { name: "Accept the overlap" }).click();
      await page.getByRole("region", { name: "Accepted" }).waitFor();
      await page.getByRole("button", { name: /^Accept that/ }).first().click();
    },
    apply: async (page) => {
      await connect(page, ownerToken, `shot-${Date.now()}`);
      await part(page, "Tree");
      await newPool(page, "10.0.0.0/8", "Company");
      await part(page, "Plan");
      await page.getByRole("button", { name: "Apply…" }).click();
      await page.getByRole("button", { name: /^Apply to/ }).click();
      await page.getByText("Applied.").waitFor();
    },
    moved: async (page) => {
      const workspace = `shot-${Date.now()}`;
      await connect(page, ownerToken, workspace);
      await part(page, "Tree");
      await newPool(page, "10.0.0.0/8", "Company");
      await part(page, "Plan");
      await page.getByRole("button", { name: "Apply…" }).click();
      await page.getByRole("button", { name: /^Apply to/ }).click();
      await page.getByText("Applied.").waitFor();
      await part(page, "Tree");
      await choose(page, "10.0.0.0/8");
      await part(page, "Details");
      await page.getByRole("button", { name: "Allocate…" }).click();
      await page.getByRole("button", { name: /^Allocate 10/ }).click();
      await page.getByText(/^Allocated 10/).waitFor();
      await fetch(`${url}/api/v1/workspaces/${workspace}/pools/Company/allocations`, {
        method: "POST", headers: { authorization: `Bearer ${ownerToken}`, "content-type": "application/json", "idempotency-key": workspace },
        body: JSON.stringify({ prefixLength: 24, name: "someone-else" }),
      });
      await part(page, "Plan");
      await page.getByRole("button", { name: "Apply…" }).click();
      await page.getByRole("button", { name: /^Apply to/ }).click();
      await page.getByRole("region", { name: "What moved" }).waitFor();
    },
  }),
};
const SIZES = { wide: { width: 1440, height: 900 }, narrow: { width: 390, height: 844 } };

const only = (name, all) => (process.env[name] ? process.env[name].split(",") : all);
const folder = process.env.PLAT_SCREENSHOTS ?? "target/screenshots";
await mkdir(folder, { recursive: true });
const browser = await launch();
let failed = 0;
for (const colorScheme of only("PLAT_SCHEMES", ["light", "dark"])) {
  for (const size of only("PLAT_SIZES", Object.keys(SIZES))) {
    for (const name of only("PLAT_SCENES", Object.keys(SCENES))) {
      const context = await browser.newContext({ colorScheme, viewport: SIZES[size] });
      const page = await context.newPage();
      page.setDefaultTimeout(8_000);
      const file = join(folder, `${name}-${colorScheme}-${size}.png`);
      try {
        await page.goto(url);
        await page.getByRole("heading", { name: "Plat", exact: true }).waitFor();
        await page.getByRole("button", { name: /^offline plan/ }).waitFor();
        await SCENES[name](page);
        await page.waitForTimeout(350);
        console.log(`  ${file}`);
      } catch (error) {
        failed += 1;
        console.error(`  ${file}: ${error.message.split("\n")[0]}`);
      }
      await page.screenshot({ path: file });
      await context.close();
    }
  }
}
await browser.close();
process.exitCode = failed ? 1 : 0;
