import { expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { click, queryAllTexts, queryAllAttributes } from "@odoo/hoot-dom";
import {
    defineModels,
    fields,
    models,
    mountWithCleanup,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import { DeviceServiceError } from "@retail_pos_hardware/app/utils/device_service";
import { ProxyHealth } from "@retail_pos_hardware/backend/proxy_health/proxy_health";

definePosModels();

class Proxy extends models.Model {
    _name = "retail_pos.proxy";
    name = fields.Char();
    url = fields.Char();
    config_ids = fields.Char();
    _records = [{ id: 7, name: "Till 1", url: "http://127.0.0.1:8073" }];
}
defineModels([Proxy]);

const READY = {
    name: "receipt",
    default: true,
    virtual: true,
    drawer: true,
    status: "connected",
};
const HEALTHY = { code: "", messages: [], paper: "ok" };

async function mountHealth({ hello, listening = false, replies = {} } = {}) {
    patchWithCleanup(ProxyHealth.prototype, {
        makeService: () => ({
            hello: hello || (async () => true),
            isListening: async () => listening,
            call: async (name, data) => {
                expect.step(
                    [name, data?.printer || data?.id].filter(Boolean).join(" ")
                );
                const reply = replies[name];
                if (reply instanceof Error) {
                    throw reply;
                }
                return reply || { jobs: [] };
            },
        }),
    });
    // The services of the point of sale are around in unit tests, and want their data.
    await setupPosEnv();
    await mountWithCleanup(ProxyHealth, {
        props: { action: { params: { proxy_id: 7 } }, actionId: 1 },
    });
    await animationFrame();
    await animationFrame();
}

const results = () => queryAllAttributes(".o_health_check", "data-result");

test("everything works", async () => {
    await mountHealth({
        replies: { status: { printers: [{ ...READY, ...HEALTHY }] } },
    });
    expect.verifySteps(["status", "jobs"]);
    expect(results()).toEqual(["ok", "ok", "ok"]);
    expect(".alert-success").toHaveCount(1);
    expect(".badge:contains(Virtual)").toHaveCount(1);
});

test("nothing listens: the advice is to start the service", async () => {
    await mountHealth({
        hello: () => Promise.reject(new DeviceServiceError("unreachable", "x")),
    });
    expect(results()).toEqual(["failed"]);
    expect(queryAllTexts(".o_health_check")[0]).toInclude(
        "Start the device service on it"
    );
    expect(".alert-success").toHaveCount(0);
});

test("the service refuses this page: the advice names its origin", async () => {
    await mountHealth({
        hello: () => Promise.reject(new DeviceServiceError("unreachable", "x")),
        listening: true,
    });
    expect(queryAllTexts(".o_health_check")[0]).toInclude(
        `--allow-origin ${window.location.origin}`
    );
});

test("trouble of a printer is told in plain words", async () => {
    const printers = [
        { ...READY, ...HEALTHY, status: "disconnected", code: "paper_out" },
        { ...READY, ...HEALTHY, name: "kitchen", drawer: false, paper: "low" },
    ];
    await mountHealth({ replies: { status: { printers } } });
    expect.verifySteps(["status", "jobs"]);
    expect(results()).toEqual(["ok", "ok", "failed", "warning"]);
    expect(queryAllTexts(".o_health_check")[2]).toInclude("Put in a new roll");
    expect("button:contains(Open Cash Drawer)").toHaveCount(1);
});

test("devices can be tried", async () => {
    await mountHealth({
        replies: {
            status: { printers: [{ ...READY, ...HEALTHY }] },
            test: { printed: true },
            drawer: new DeviceServiceError("offline", "x"),
        },
    });
    expect.verifySteps(["status", "jobs"]);
    await click("button:contains(Print Test Page)");
    await animationFrame();
    expect.verifySteps(["test receipt", "jobs"]);
    await click("button:contains(Open Cash Drawer)");
    await animationFrame();
    expect.verifySteps(["drawer receipt"]);
    expect(results()).toEqual(["ok", "ok", "ok", "ok", "failed"]);
    expect(queryAllTexts(".o_health_check")[4]).toInclude(
        "switched off or not connected"
    );
});

test("receipts to look at can be printed again or put away", async () => {
    const job = {
        id: "job-1",
        printer: "receipt",
        code: "maybe_printed",
        created_at: 0,
    };
    const replies = {
        status: { printers: [{ ...READY, ...HEALTHY }] },
        jobs: { jobs: [job] },
        "jobs/retry": { printed: true },
        "jobs/dismiss": { dismissed: true },
    };
    await mountHealth({ replies });
    expect.verifySteps(["status", "jobs"]);
    expect("li:contains(Look at the printer)").toHaveCount(1);
    await click("button:contains(Print Again)");
    await animationFrame();
    expect.verifySteps(["jobs/retry job-1", "jobs"]);
    replies.jobs = { jobs: [] };
    await click("button:contains(Done)");
    await animationFrame();
    expect.verifySteps(["jobs/dismiss job-1", "jobs"]);
    expect("li:contains(Look at the printer)").toHaveCount(0);
});
