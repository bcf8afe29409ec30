import { describe, expect, test } from "@odoo/hoot";
import { allowTranslations } from "@web/../tests/web_test_helpers";
import {
    DeviceService,
    problemText,
} from "@retail_pos_hardware/app/utils/device_service";

describe.current.tags("headless");

function answer(body, { ok = true } = {}) {
    return { ok, json: async () => body };
}

function makeService(reply) {
    const requests = [];
    const service = new DeviceService("http://127.0.0.1:8073/k/secret", {
        fetch: async (url, options) => {
            requests.push({ url, ...options });
            return reply();
        },
    });
    return { service, requests };
}

test("a call is JSON by POST under the whole address", async () => {
    const { service, requests } = makeService(() => answer({ outcome: "opened" }));
    expect(await service.call("drawer", { reason: "x" })).toEqual({
        outcome: "opened",
    });
    const [request] = requests;
    expect(request.url).toBe("http://127.0.0.1:8073/k/secret/v1/drawer");
    expect(request.method).toBe("POST");
    expect(request.headers).toEqual({ "Content-Type": "application/json" });
    expect(JSON.parse(request.body)).toEqual({ reason: "x" });
    expect(request.signal).toBeInstanceOf(AbortSignal);
    expect("targetAddressSpace" in request).toBe(false);
});

test("errors of the service keep their code", async () => {
    const { service } = makeService(() =>
        answer({ error: { code: "paper_out", message: "No paper." } }, { ok: false })
    );
    const error = await service.call("print").catch((e) => e);
    expect(error.code).toBe("paper_out");
    expect(error.message).toBe("No paper.");
});

test("whatever else happens has a code too", async () => {
    allowTranslations();
    const failures = [
        [new TypeError("Failed to fetch"), "unreachable"],
        [new DOMException("late", "TimeoutError"), "timeout"],
        [new DOMException("gone", "AbortError"), "timeout"],
    ];
    for (const [failure, code] of failures) {
        const { service } = makeService(() => Promise.reject(failure));
        expect((await service.call("print").catch((e) => e)).code).toBe(code);
    }
    const { service } = makeService(() => ({
        json: () => Promise.reject(new SyntaxError("<html>")),
    }));
    expect((await service.call("print").catch((e) => e)).code).toBe("unreachable");
});

test("listening is told from accepting", async () => {
    const { service, requests } = makeService(() => ({ ok: false, type: "opaque" }));
    expect(await service.isListening()).toBe(true);
    expect(requests[0].mode).toBe("no-cors");
    const away = makeService(() => Promise.reject(new TypeError())).service;
    expect(await away.isListening()).toBe(false);
});

test("Local Network Access is asked for the right space", async () => {
    const before = odoo.use_lna;
    odoo.use_lna = true;
    const spaces = [
        ["http://127.0.0.1:8073", "loopback"],
        ["http://localhost:8073/k/x", "loopback"],
        ["http://192.168.1.5:8073", "local"],
    ];
    for (const [url, space] of spaces) {
        expect(new DeviceService(url).addressSpace).toEqual({
            targetAddressSpace: space,
        });
    }
    odoo.use_lna = before;
});

test("every code has a text, unknown ones too", () => {
    allowTranslations();
    expect(problemText("paper_out")).toBe(
        "The printer is out of paper. Put in a new roll."
    );
    expect(problemText("new_code", "From the service.")).toBe("From the service.");
    expect(problemText("new_code")).toBe("The device service reports: new_code");
});
