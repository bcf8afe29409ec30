import { toCanvas } from "@point_of_sale/app/utils/html-to-image";
import { waitImages } from "@point_of_sale/utils";

/** Longer than a font from the shop's own server takes. */
const FONT_TIMEOUT = 1000;
const FACE = [
    "font-family",
    "font-style",
    "font-weight",
    "font-stretch",
    "unicode-range",
];
const SOURCE_URL = /url\(\s*(["']?)(.*?)\1\s*\)/g;

/** Fonts with their files inside, by the address of the file. */
const embedded = new Map();

/**
 * The receipt as a picture for the printer.
 *
 * Core's own way fetches every font that any style of the page names, dozens of them from
 * another company's server. Without internet each receipt waits for that, so that here
 * only fonts are taken that the page has loaded because it shows something in them.
 *
 * @param {HTMLElement} receipt
 * @returns {Promise<HTMLCanvasElement>}
 */
export async function drawReceipt(receipt) {
    const element = receipt.cloneNode(true);
    element.classList.add("pos-receipt-print");
    removeControlCharacters(element);
    document.querySelector(".render-container").append(element);
    try {
        await waitImages(element);
        return await toCanvas(element, {
            backgroundColor: "#ffffff",
            fontEmbedCSS: await getFontCss(),
            height: Math.ceil(element.clientHeight),
            pixelRatio: 1,
            width: Math.ceil(element.clientWidth),
        });
    } finally {
        element.remove();
    }
}

/** They have no place in the XML that the picture is made of. */
function removeControlCharacters(element) {
    const texts = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const node = texts.currentNode;
        // eslint-disable-next-line no-control-regex
        const clean = node.data.replace(/[\x00-\x08\x0B\x0C\x0E-\x1F]/g, "");
        if (clean !== node.data) {
            node.data = clean;
        }
    }
}

/** @returns {Promise<string>} the fonts in use as CSS, each with its file inside */
export async function getFontCss() {
    await Promise.race([
        document.fonts.ready,
        new Promise((resolve) => setTimeout(resolve, FONT_TIMEOUT)),
    ]);
    const loaded = new Set(
        [...document.fonts]
            .filter((face) => face.status === "loaded")
            .map((face) =>
                getFaceKey(
                    face.family,
                    face.style,
                    face.weight,
                    face.stretch,
                    face.unicodeRange
                )
            )
    );
    const rules = [...document.styleSheets]
        .flatMap(getRules)
        .filter((rule) => rule instanceof CSSFontFaceRule)
        .filter((rule) =>
            loaded.has(
                getFaceKey(...FACE.map((name) => rule.style.getPropertyValue(name)))
            )
        );
    return (await Promise.all(rules.map(embedFont))).join("\n");
}

function getFaceKey(family, style, weight, stretch, range) {
    return [
        family.replace(/["']/g, ""),
        style || "normal",
        weight || "normal",
        stretch || "normal",
        (range || "U+0-10FFFF").toUpperCase(),
    ].join("|");
}

/** Styles from another server cannot be read. */
function getRules(sheet) {
    try {
        return [...sheet.cssRules];
    } catch {
        return [];
    }
}

/** A font that cannot be fetched is left out: the text is printed in another one. */
async function embedFont(rule) {
    const base = rule.parentStyleSheet.href || document.baseURI;
    const source = rule.style.getPropertyValue("src");
    const urls = [...source.matchAll(SOURCE_URL)].map((match) => match[2]);
    const url = urls.find((name) => /\.(woff2?|ttf|otf)\b/.test(name)) || urls[0];
    if (!url) {
        return "";
    }
    const address = new URL(url, base).href;
    if (!embedded.has(address)) {
        embedded.set(address, fetchAsDataUrl(address));
    }
    try {
        const face = FACE.map((name) => [name, rule.style.getPropertyValue(name)])
            .filter(([, value]) => value)
            .map(([name, value]) => `${name}:${value};`)
            .join("");
        return `@font-face{${face}src:url(${await embedded.get(address)})}`;
    } catch {
        embedded.delete(address);
        return "";
    }
}

async function fetchAsDataUrl(address) {
    const answer = await fetch(address, { signal: AbortSignal.timeout(FONT_TIMEOUT) });
    if (!answer.ok) {
        throw new Error(`${address}: ${answer.status}`);
    }
    const file = await answer.blob();
    return new Promise((resolve, reject) => {
        const reader = new FileReader();
        reader.onload = () => resolve(reader.result);
        reader.onerror = () => reject(reader.error);
        reader.readAsDataURL(file);
    });
}
