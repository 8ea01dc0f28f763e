// Keeps the page's own files so that it opens without a network after the first visit. It never touches `/api/`.
// `cargo xtask build` fills in PLAT_BUILD (changes with any file) and PLAT_PRECACHE (every file of the page).
const CACHE = `plat-${PLAT_BUILD}`;
const SHELL = "/";

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(PLAT_PRECACHE.map((path) => new Request(path, { cache: path.startsWith("/a/") ? "default" : "reload" })));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    // The generation before stays: a page that is still open from it may yet ask for its files.
    const generations = (await caches.keys()).filter((name) => name.startsWith("plat-") && name !== CACHE);
    await Promise.all(generations.slice(0, -1).map((name) => caches.delete(name)));
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin || url.pathname.startsWith("/api/")) return;
  if (request.mode === "navigate") {
    event.respondWith(ours(SHELL).then((found) => found ?? fetch(request)));
  } else {
    event.respondWith(ours(url.pathname).then((found) => found ?? fetch(request)));
  }
});

async function ours(path) {
  const current = await caches.open(CACHE);
  return (await current.match(path)) ?? (await caches.match(path));
}
