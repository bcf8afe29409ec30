/**
 * Keeps the customer's page of an order true while somebody looks at it. It asks for a
 * short version text, ever more seldom while nothing happens, never while the page is
 * hidden, and gets the page anew only when that text is another one.
 */
const SELECTOR = ".o_crm_orders_track";
const SHORTEST = 5000;
const LONGEST = 120000;
const GROWTH = 1.4;

let pause = SHORTEST;
let timer;
let isOver = false;

function wait() {
    clearTimeout(timer);
    timer = setTimeout(look, pause);
    pause = Math.min(pause * GROWTH, LONGEST);
}

async function ask(address) {
    const answer = await fetch(address, { credentials: "omit", cache: "no-store" });
    return answer.ok ? answer.text() : null;
}

async function look() {
    if (document.hidden || isOver) {
        return;
    }
    const address = location.pathname;
    try {
        const version = await ask(`${address}/version`);
        if (version === null) {
            // Withdrawn, over, or asked too often: what is shown stays.
            return;
        }
        const shown = document.querySelector(SELECTOR);
        if (version !== shown.dataset.version) {
            const page = new DOMParser().parseFromString(
                (await ask(address)) ?? "",
                "text/html"
            );
            const fresh = page.querySelector(SELECTOR);
            if (!fresh) {
                return;
            }
            // The element itself stays, so that screen readers tell what is new in it.
            shown.replaceChildren(...fresh.childNodes);
            shown.dataset.version = fresh.dataset.version ?? "";
            pause = SHORTEST;
            if (!fresh.dataset.version) {
                // The order is through: nothing changes any more.
                isOver = true;
                return;
            }
        }
    } catch {
        // Without a network it is tried again later.
    }
    wait();
}

document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (!document.hidden) {
        pause = SHORTEST;
        look();
    }
});
wait();
