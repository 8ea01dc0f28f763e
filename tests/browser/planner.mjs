// Steps that the planner's tests and pictures share.
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { createRequire } from "node:module";
import { complaints, url } from "./browser.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/// An empty planner in a profile of its own; what it complains about is collected in `found`.
export async function fresh(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  return openIn(context);
}

/// A tab with an empty planner.
export async function openIn(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(Number(process.env.PLAT_PATIENCE_MS ?? 30_000));
  page.found = complaints(page);
  await page.goto(url);
  await page.getByRole("heading", { name: "Plan your address space" }).waitFor();
  return page;
}

/// Drops files of this machine on the page, as a file manager does.
export async function dropFiles(page, paths) {
  const files = paths.map((path) => ({ name: basename(path), text: readFileSync(path, "utf8") }));
  await page.evaluate((files) => {
    const data = new DataTransfer();
    for (const { name, text } of files) data.items.add(new File([text], name));
    document.body.dispatchEvent(new DragEvent("dragover", { dataTransfer: data, bubbles: true, cancelable: true }));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, files);
}

/// The row of the tree with this prefix.
export function treeRow(page, prefix) {
  return page.getByRole("treeitem").filter({ has: page.getByText(prefix, { exact: true }) }).first();
}

/// Selects a row of the tree and waits for its details.
export async function choose(page, prefix) {
  await treeRow(page, prefix).click();
  await page.getByRole("treeitem", { selected: true }).filter({ hasText: prefix }).waitFor();
  await page.locator(".facts .prefixes").getByText(prefix, { exact: true }).waitFor({ state: "attached" });
}

/// Opens the sample company.
export async function openSample(page) {
  if ((await page.evaluate(() => innerWidth)) < 900) {
    await page.getByRole("navigation", { name: "Parts" }).getByRole("button", { name: "Map" }).click();
  }
  await page.getByRole("button", { name: "Open the sample company" }).click();
  await treeRow(page, "10.0.0.0/8").waitFor();
}

/// Makes a pool at the top of the space.
export async function newPool(page, prefixes, name) {
  await page.getByRole("button", { name: "+ Pool" }).click();
  await page.getByRole("textbox", { name: "Prefixes" }).fill(prefixes);
  await page.getByRole("textbox", { name: "Name" }).fill(name);
  await page.getByRole("button", { name: "Make pool" }).click();
  await page.getByText(`New pool ${name} `).waitFor();
}

/// The digest in the plan's bar, as far as it is shown.
export async function digestShown(page) {
  const label = await page.getByRole("button", { name: /^Copy the digest/ }).first().getAttribute("aria-label");
  return label.replace("Copy the digest ", "").replace("…", "");
}

/// Waits until the browser's database has it.
export async function untilSaved(page) {
  await page.getByRole("button", { name: /· saved/ }).first().waitFor();
}

/// Connects to a workspace of the page's own origin.
export async function connect(page, token, workspace) {
  await page.getByRole("button", { name: /^offline plan/ }).click();
  await page.getByLabel("Token").fill(token);
  await page.getByLabel("Workspace", { exact: true }).fill(workspace);
  await page.getByRole("button", { name: "Connect", exact: true }).click();
  await page.getByRole("button", { name: /^live/ }).waitFor();
}

/// Opens the panel to apply and applies.
export async function apply(page) {
  await page.getByRole("button", { name: "Apply…" }).click();
  await page.getByRole("button", { name: /^Apply to / }).click();
}

/// Runs a command of the palette.
export async function command(page, name) {
  await page.getByRole("button", { name: "Commands" }).click();
  await page.getByRole("combobox", { name: "Command" }).fill(name);
  await page.getByRole("option", { name }).click();
}

/// Does what hands over a file, and gives where it was saved, under the name that the page gave it.
export async function saved(page, folder, act) {
  const [download] = await Promise.all([page.waitForEvent("download"), act()]);
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

/// What axe-core finds serious or critical, each as a line.
export async function audit(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ["violations"] }));
  return violations
    .filter((v) => ["serious", "critical"].includes(v.impact))
    .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")} ${n.failureSummary.split("\n")[1]?.trim() ?? ""}`));
}
