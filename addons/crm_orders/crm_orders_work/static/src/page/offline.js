import { browser } from "@web/core/browser/browser";

const CACHE = "crm_orders_work";
const PAGE = "/my-work";
const FILES = /^\/(web\/assets|[a-z_0-9]+\/static)\//;

/**
 * Have the page and its files kept, so that it can be opened without a network. Browsers
 * allow this on secure pages only; elsewhere an open page goes on working, no more.
 */
export async function keepForOffline() {
    const workers = browser.navigator.serviceWorker;
    if (!workers || !window.caches || !browser.navigator.onLine) {
        return;
    }
    await workers.register(`${PAGE}/service-worker.js`, { scope: PAGE });
    const cache = await window.caches.open(CACHE);
    const wanted = new Set(
        performance
            .getEntriesByType("resource")
            .map((entry) => new URL(entry.name))
            .filter((url) => url.origin === location.origin && FILES.test(url.pathname))
            .map((url) => url.href)
    );
    // The page was opened before its worker was there: it is asked for once more.
    const response = await browser.fetch(PAGE, { cache: "no-store" });
    if (response.ok && !response.redirected) {
        await cache.put(PAGE, response);
    }
    for (const href of wanted) {
        if (!(await cache.match(href))) {
            await cache.add(href);
        }
    }
    // Files of former versions have names of their own.
    for (const request of await cache.keys()) {
        const { pathname } = new URL(request.url);
        if (FILES.test(pathname) && !wanted.has(request.url)) {
            await cache.delete(request);
        }
    }
}

/** Ask the browser not to throw away what waits when its room gets short. */
export function keepData() {
    browser.navigator.storage?.persist?.().catch(() => {});
}
