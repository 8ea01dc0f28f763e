// A Chromium for the browser tests, and the edge they talk to. `cargo xtask test --only browser` sets both variables.
import { chromium } from "playwright-core";

/// Where the planner is, without a slash at the end.
export const url = process.env.PLAT_URL ?? "http://127.0.0.1:8787";
/// The token of the edge's owner.
export const ownerToken = process.env.PLAT_OWNER_TOKEN ?? "";

const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];

/// A headless browser with an empty profile.
export function launch() {
  return chromium.launch({ executablePath: process.env.PLAT_CHROMIUM ?? "/usr/bin/chromium", headless: true, args: FLAGS });
}

/// Collects what a page complains about: errors, failed loads, what the security policy refused.
export function complaints(page) {
  const found = [];
  page.on("pageerror", (error) => found.push(`error: ${error.message}`));
  page.on("console", (message) => { if (message.type() === "error") found.push(`console: ${message.text()}`); });
  return found;
}
