// Files out and in again: a plan file is the same plan elsewhere; an export is the same space.
// rows: F36 F46 F49
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { launch } from "./browser.mjs";
import { audit, choose, command, digestShown, dropFiles, fresh, newPool, openSample, saved, treeRow, untilSaved } from "./planner.mjs";

let browser;
let folder;
before(async () => {
  browser = await launch();
  folder = await mkdtemp(join(tmpdir(), "plat-files-"));
});
after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true, force: true });
});

/// Each file in a folder of its own: the same name twice must not be the same file.
const place = () => mkdtemp(join(folder, "f-"));

test("a plan file opened in another browser is the same plan: name, steps and digest", async () => {
  const page = await fresh(browser);
  await openSample(page);
  await newPool(page, "198.18.0.0/15", "Bench");
  await choose(page, "198.18.0.0/15");
  await page.keyboard.press("a");
  await page.getByRole("textbox", { name: "What" }).fill("/20 x 3");
  await page.getByRole("button", { name: "Allocate 3 blocks" }).click();
  await treeRow(page, "198.18.32.0/20").waitFor();
  const planned = await digestShown(page);
  const file = await saved(page, await place(), () => page.getByRole("button", { name: "Save plan" }).click());
  assert.equal(basename(file), "Draft.plan.json");
  await page.getByText(/^Saved the plan as a file/).waitFor();
  assert.ok(JSON.parse(await readFile(file, "utf8")).digest.startsWith(planned));

  const other = await fresh(browser);
  await dropFiles(other, [file]);
  await other.getByText("Opened the plan as a draft of its own").waitFor();
  await other.getByRole("heading", { name: "What this plan changes" }).waitFor();
  await treeRow(other, "198.18.0.0/15").waitFor();
  assert.equal(await digestShown(other), planned);
  await untilSaved(other);
  await other.reload();
  await treeRow(other, "198.18.0.0/15").waitFor();
  assert.equal(await digestShown(other), planned);
  assert.deepEqual([...page.found, ...other.found], []);
  await page.context().close();
  await other.context().close();
});

test("a plan file that was altered is refused in words and changes nothing", async () => {
  const page = await fresh(browser);
  await newPool(page, "198.18.0.0/15", "Bench");
  const file = await saved(page, await place(), () => page.getByRole("button", { name: "Save plan" }).click());
  const before = await digestShown(page);
  const altered = (await readFile(file, "utf8")).replaceAll("198.18.0.0/15", "198.16.0.0/15");
  await writeFile(file, altered);
  await dropFiles(page, [file]);
  await page.getByText(/it was changed after it was simulated/).waitFor();
  assert.equal(await digestShown(page), before);
  assert.deepEqual(page.found, []);
  await page.context().close();
});

for (const format of ["CSV", "JSON"]) {
  test(`what is exported as ${format} comes back the same, and the same file twice changes nothing`, async () => {
    const page = await fresh(browser);
    await openSample(page);
    const file = await saved(page, await place(), () => command(page, `Export everything as ${format}`));
    await page.getByText(`Saved ${basename(file)}`).waitFor();

    const digests = [];
    for (let n = 0; n < 2; n += 1) {
      const other = await fresh(browser);
      await dropFiles(other, [file]);
      await other.getByRole("button", { name: /^Import \d+ rows$/ }).click();
      await treeRow(other, "10.0.0.0/8").waitFor();
      await other.getByText(/^Imported \d+ rows$/).waitFor();
      digests.push(await digestShown(other));
      const again = await saved(other, await place(), () => command(other, `Export everything as ${format}`));
      assert.equal(await readFile(again, "utf8"), await readFile(file, "utf8"));
      // All there already: nothing to import, nothing changes.
      await dropFiles(other, [file]);
      await other.getByRole("button", { name: "Nothing new: close" }).waitFor();
      assert.deepEqual(await audit(other), []);
      await other.getByRole("button", { name: "Nothing new: close" }).click();
      assert.equal(await digestShown(other), digests[n]);
      assert.deepEqual(other.found, []);
      await other.context().close();
    }
    assert.equal(digests[0], digests[1]);
    assert.deepEqual(page.found, []);
    await page.context().close();
  });
}
