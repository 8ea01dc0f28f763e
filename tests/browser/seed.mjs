// A workspace at the edge with one of everything that the planner tells apart: levels of use, standings, conflicts, what rests.
import { randomUUID } from "node:crypto";
import { ownerToken, url } from "./browser.mjs";

const DAY_S = 86_400;

/// Makes it and gives what is needed to find it again.
export async function seed(workspace) {
  const root = `${url}/api/v1/workspaces/${workspace}`;
  const headers = { authorization: `Bearer ${ownerToken}`, "content-type": "application/json" };
  const ask = async (method, path, body, more = {}) => {
    const answer = await fetch(`${root}${path}`, { method, headers: { ...headers, ...(method !== "GET" && { "idempotency-key": randomUUID() }), ...more }, body: body && JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
    return text ? JSON.parse(text) : undefined;
  };
  const post = (path, body) => ask("POST", path, body);
  const { spaces } = await ask("GET", "");
  const space = spaces[0].id;
  const pool = (name, prefixes, more = {}) => post("/pools", { name, prefixes, ...more });
  const take = (from, body) => post(`/pools/${encodeURIComponent(from)}/allocations`, body);
  const adopt = (name, prefixes, place, tags = {}) => post("/commands", { adopt: {
    id: randomUUID(), name, prefixes, place, kind: { network: { holder: null } }, tags, description: "", absorb: false,
  } });

  const policy = {
    shortestLen: 12, longestLen: 28, defaultLen: 24, requiredTags: { env: ["prod", "test"] }, coolDownSeconds: 7 * DAY_S,
    thresholds: { underBasisPoints: 1000, overBasisPoints: 9000 }, profile: "azure",
  };
  const europe = await pool("Europe", ["10.0.0.0/8"], { policy });
  await pool("Cloud", ["10.1.0.0/16"], { parent: "Europe" });
  const tenant = { resource: { id: randomUUID(), name: "web-prod", kind: "virtualNetwork", provider: "azure", externalId: "", tenant: "contoso", tags: { env: "prod" } } };
  const web = await take("Cloud", { cidr: "10.1.0.0/24", name: "web", tags: { env: "prod" }, ...tenant });
  const front = await take(web.claim.id, { kind: "subnet", cidr: "10.1.0.0/26", name: "front" });
  await take(front.claim.id, { kind: "range", range: "10.1.0.10-10.1.0.40", name: "static pool", inUse: true });
  await take(front.claim.id, { kind: "address", cidr: "10.1.0.5/32", name: "gateway", inUse: true });
  const gone = await take("Cloud", { cidr: "10.1.4.0/24", name: "gone", tags: { env: "test" } });
  await ask("DELETE", `/claims/${gone.claim.id}`);
  await adopt("untagged", ["10.2.0.0/24"], { in: europe.claim.id });
  await adopt("old-a", ["10.3.0.0/24"], { in: europe.claim.id });
  await adopt("old-b", ["10.3.0.128/25"], { in: europe.claim.id });
  await adopt("stray", ["192.168.7.0/24"], { top: space });
  await adopt("stray-too", ["192.168.9.0/24"], { top: space });
  await adopt("outside", ["10.9.0.0/24"], { top: space }, { env: "prod" });
  await pool("Small", ["172.16.0.0/24"]);
  await take("Small", { cidr: "172.16.0.0/25", kind: "static", name: "half" });
  await take("Small", { cidr: "172.16.0.128/26", kind: "external", name: "quarter" });
  await take("Small", { cidr: "172.16.0.192/27", kind: "reservation", name: "later" });
  await take("Small", { cidr: "172.16.0.224/27", kind: "static", name: "rest" });
  await pool("Six", ["2001:db8::/40"]);
  await take("Six", { prefixLength: 48, name: "site", kind: "static" });
  // A rule that comes later makes nothing undone.
  const { revision } = await ask("GET", "");
  await ask("PATCH", "/claims/Europe", { policy: { ...policy, quotas: { default: null, tenants: { contoso: "200" } } } }, { "if-match": `"${revision}"` });
  return { space, ask };
}
