// A planner talks to the edge that served it and to no other: its policy says so, its edge answers no other page, its form says so.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { launch, ownerToken, url } from "./browser.mjs";
import { audit, connect, fresh } from "./planner.mjs";

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

test("the form names the one edge that it connects to, and asks for no other", async () => {
  const page = await fresh(browser);
  await page.getByRole("button", { name: /^offline plan/ }).click();
  const form = page.getByRole("form", { name: "Connect" });
  await form.getByText(new URL(url).host).waitFor();
  await form.getByText(/another edge.*open the planner at its address/).waitFor();
  assert.deepEqual(await form.getByRole("textbox").evaluateAll((fields) => fields.map((f) => f.id)), ["connect-token", "connect-workspace"]);
  assert.deepEqual(await audit(page), []);
  assert.deepEqual(page.found, []);
  await page.context().close();
});

test("the policy lets the page reach no other origin, and the edge lets no other page read it", async () => {
  const document = await fetch(url);
  assert.match(document.headers.get("content-security-policy"), /connect-src 'self';/);
  // A page elsewhere that asks with a token: the browser asks first, is not told yes, and sends nothing.
  const elsewhere = createServer((_, answer) => answer.setHeader("content-type", "text/html").end("<!doctype html><title>Elsewhere</title>"));
  await new Promise((resolve) => elsewhere.listen(0, "127.0.0.1", resolve));
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${elsewhere.address().port}/`);
  const outcome = await page.evaluate((target) => fetch(target, { headers: { authorization: "Bearer x" } }).then((r) => `answered ${r.status}`, (e) => e.name), `${url}/api/v1/workspaces/main`);
  assert.equal(outcome, "TypeError");
  await page.close();
  elsewhere.close();
  const asked = await fetch(`${url}/api/v1/workspaces/main`, { method: "OPTIONS", headers: { origin: "https://example.com", "access-control-request-method": "GET", "access-control-request-headers": "authorization" } });
  assert.equal(asked.headers.get("access-control-allow-origin"), null);
});

test("connected, asked for news, disconnected: the plan of this machine and the workspace's drafts are each where they were", { skip: ownerToken ? false : "no owner's token" }, async () => {
  const page = await fresh(browser);
  await connect(page, ownerToken, `forms-${Date.now()}`);
  await page.getByRole("button", { name: /^live/ }).click();
  const form = page.getByRole("form", { name: "Connect" });
  await form.getByText(/Connected to/).waitFor();
  assert.deepEqual(await audit(page), []);
  await form.getByRole("button", { name: "Ask for news" }).click();
  await page.getByText("Asked the edge just now").waitFor();
  await form.getByRole("button", { name: "Disconnect" }).click();
  await page.getByRole("button", { name: /^offline plan/ }).waitFor();
  assert.deepEqual(page.found, []);
  await page.context().close();
});
