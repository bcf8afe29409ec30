/* eslint-disable no-restricted-globals */

/**
 * Lets the page My Work be opened without a network: the page as it was opened last, and
 * the files that it is made of. What it shows comes from the page's own store.
 */

const CACHE = "crm_orders_work";
const PAGE = "/my-work";
const TRANSLATIONS = "/web/webclient/translations";
// A network that is there but does not answer is worse than none.
const PATIENCE = 6000;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function fromNetwork(request, cache, key) {
    // As it is: a request for a page may not be made anew.
    const response = await fetch(request);
    // Who has to log in first is led elsewhere; that is not the page.
    if (response.ok && !response.redirected) {
        await cache.put(key, response.clone());
    }
    return response;
}

async function fromNetworkFirst(request, key) {
    const cache = await caches.open(CACHE);
    const known = await cache.match(key);
    const answer = fromNetwork(request, cache, key);
    if (!known) {
        return answer;
    }
    const tired = new Promise((resolve) => setTimeout(() => resolve(known), PATIENCE));
    return Promise.race([answer.catch(() => known), tired]);
}

async function fromCacheFirst(request) {
    const cache = await caches.open(CACHE);
    return (await cache.match(request)) || fetch(request);
}

self.addEventListener("fetch", (event) => {
    const { request } = event;
    const url = new URL(request.url);
    if (request.method !== "GET" || url.origin !== self.location.origin) {
        return;
    }
    if (request.mode === "navigate") {
        if (url.pathname === PAGE) {
            event.respondWith(fromNetworkFirst(request, PAGE));
        }
    } else if (url.pathname.startsWith(TRANSLATIONS)) {
        event.respondWith(fromNetworkFirst(request, TRANSLATIONS));
    } else if (/^\/(web\/assets|[a-z_0-9]+\/static)\//.test(url.pathname)) {
        event.respondWith(fromCacheFirst(request));
    }
});
