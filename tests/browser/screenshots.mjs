// Pictures of the planner into the folder PLAT_SCREENSHOTS: each view below, light and dark, wide and narrow.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { launch, url } from "./browser.mjs";

/// A name for the file, and what to open.
const VIEWS = [{ name: "start", path: "/" }];
const SCHEMES = ["light", "dark"];
const SIZES = [{ name: "wide", width: 1440, height: 900 }, { name: "narrow", width: 390, height: 844 }];

const folder = process.env.PLAT_SCREENSHOTS ?? "target/screenshots";
await mkdir(folder, { recursive: true });
const browser = await launch();
for (const colorScheme of SCHEMES) {
  for (const { name: size, width, height } of SIZES) {
    const context = await browser.newContext({ colorScheme, viewport: { width, height } });
    const page = await context.newPage();
    for (const view of VIEWS) {
      await page.goto(url + view.path);
      await page.getByRole("heading").first().waitFor();
      const file = join(folder, `${view.name}-${colorScheme}-${size}.png`);
      await page.screenshot({ path: file });
      console.log(`  ${file}`);
    }
    await context.close();
  }
}
await browser.close();
