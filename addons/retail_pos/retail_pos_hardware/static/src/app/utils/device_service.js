import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";

const LOOPBACK = ["localhost", "127.0.0.1", "[::1]"];

/** What went wrong, with a code that the texts below know. */
export class DeviceServiceError extends Error {
    constructor(code, message = "") {
        super(message || problemText(code));
        this.name = "DEVICE_SERVICE_ERROR";
        this.code = code;
    }
}

/**
 * What a person at the till should do about a code of the device service.
 *
 * @param {string} code
 * @param {string} [fallback] text of the service itself, for codes of newer versions
 * @returns {string}
 */
export function problemText(code, fallback = "") {
    const texts = {
        bad_image: _t(
            "The receipt could not be drawn. Print it again from the order list."
        ),
        busy: _t("The printer is busy with another receipt. Nothing was printed."),
        cancelled: _t("The receipt was withdrawn before it was printed."),
        cover_open: _t("The cover of the printer is open. Close it."),
        cutter: _t(
            "The paper cutter of the printer is jammed. Open the cover and free it."
        ),
        maybe_printed: _t(
            "The connection to the printer broke while the receipt was printing. Look at the printer: if the receipt is not complete, print it again. It will be marked as a copy."
        ),
        mechanical: _t("The printer reports an error. Switch it off and on again."),
        not_now: _t("The cash drawer was opened too often. Wait a moment."),
        offline: _t("The printer is switched off or not connected."),
        paper_out: _t("The printer is out of paper. Put in a new roll."),
        refused: _t(
            "The device service does not accept this till. Check its address and its secret in the settings of Odoo."
        ),
        silent: _t(
            "The printer is connected but does not answer. Switch it off and on again."
        ),
        timeout: _t(
            "The device service took too long to answer. Look at the printer before you print again."
        ),
        too_large: _t("The receipt is too long for the printer."),
        unknown_printer: _t(
            "The device service has no such printer. Check its address."
        ),
        unreachable: _t(
            "The device service of this till does not answer. Check that it is running."
        ),
        unrecoverable: _t("The printer reports an error. Switch it off and on again."),
    };
    return (
        texts[code] ||
        fallback ||
        _t("The device service reports: %s", code)
    ).toString();
}

/**
 * Client of a till's device service. It always answers or throws a DeviceServiceError,
 * within the given time.
 */
export class DeviceService {
    constructor(url, { fetch = browser.fetch } = {}) {
        this.url = url;
        this.fetch = fetch;
    }

    /** Chrome wants to know where a request to the local network goes. */
    get addressSpace() {
        if (!odoo.use_lna) {
            return {};
        }
        const { hostname } = new URL(this.url);
        return {
            targetAddressSpace: LOOPBACK.includes(hostname) ? "loopback" : "local",
        };
    }

    /**
     * @param {string} name call of the service, e.g. "print"
     * @param {Object} [data]
     * @param {{ timeout?: number }} [options] in milliseconds
     * @returns {Promise<Object>}
     */
    async call(name, data = {}, { timeout = 5000 } = {}) {
        const response = await this._request(`/v1/${name}`, timeout, {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify(data),
        });
        let answer;
        try {
            answer = await response.json();
        } catch (error) {
            throw this._asServiceError(error, "unreachable");
        }
        if (answer.error) {
            throw new DeviceServiceError(answer.error.code, answer.error.message);
        }
        return answer;
    }

    /** Whether the service answers and accepts this page. */
    async hello({ timeout = 3000 } = {}) {
        const response = await this._request("/hw_proxy/hello", timeout);
        return response.ok;
    }

    /** Whether anything answers at the address, even if we may not read what. */
    async isListening({ timeout = 3000 } = {}) {
        try {
            await this._request("/hw_proxy/hello", timeout, { mode: "no-cors" });
            return true;
        } catch {
            return false;
        }
    }

    async _request(path, timeout, options = {}) {
        try {
            return await this.fetch(`${this.url}${path}`, {
                signal: AbortSignal.timeout(timeout),
                ...this.addressSpace,
                ...options,
            });
        } catch (error) {
            throw this._asServiceError(error);
        }
    }

    _asServiceError(error, code = "unreachable") {
        const timedOut = ["TimeoutError", "AbortError"].includes(error.name);
        return new DeviceServiceError(timedOut ? "timeout" : code);
    }
}
