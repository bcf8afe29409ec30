import { expect, test } from "@odoo/hoot";
import { waitUntil } from "@odoo/hoot-dom";
import { advanceTime } from "@odoo/hoot-mock";
import { patchWithCleanup } from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { HardwareProxy } from "@point_of_sale/app/services/hardware_proxy_service";
import { HWPrinter } from "@point_of_sale/app/utils/printer/hw_printer";
import { definePosModels } from "@point_of_sale/../tests/unit/data/generate_model_definitions";
import { setupPosEnv } from "@point_of_sale/../tests/unit/utils";
import {
    DeviceService,
    DeviceServiceError,
} from "@retail_pos_hardware/app/utils/device_service";
import { DeviceServicePrinter } from "@retail_pos_hardware/app/utils/printer/device_service_printer";

definePosModels();

const STATUS = {
    printer: "receipt",
    printers: [
        { name: "receipt", status: "disconnected", code: "paper_out", messages: [] },
    ],
    scanner: "connected",
    scale: "disconnected",
};

async function setupTill({ linked = true } = {}) {
    patchWithCleanup(HardwareProxy.prototype, {
        get hasDeviceService() {
            return linked;
        },
    });
    const store = await setupPosEnv();
    Object.assign(store.config, {
        proxy_ip: "http://127.0.0.1:8073",
        iface_print_via_proxy: true,
        iface_cashdrawer: true,
    });
    return { store, proxy: store.hardwareProxy };
}

test("without a link, everything is core's", async () => {
    const { proxy } = await setupTill({ linked: false });
    proxy.host = "http://127.0.0.1:8073";
    proxy.connectToPrinter();
    expect(proxy.printer).toBeInstanceOf(HWPrinter);
    expect(proxy.printer).not.toBeInstanceOf(DeviceServicePrinter);
});

test("service away: the till has a printer all the same, and asks again", async () => {
    const { store, proxy } = await setupTill();
    let asked = 0;
    let away = true;
    patchWithCleanup(browser, { fetch: () => Promise.reject(new TypeError()) });
    patchWithCleanup(DeviceService.prototype, {
        call: async () => {
            asked++;
            if (away) {
                throw new DeviceServiceError("unreachable", "x");
            }
            return STATUS;
        },
    });
    await proxy.autoConnect({ force_ip: store.config.proxy_ip });
    expect(proxy.connectionInfo.status).toBe("disconnected");
    expect(proxy.printer).toBeInstanceOf(DeviceServicePrinter);
    const printer = proxy.printer;
    // The first question is on its way; the next one follows its failure.
    await waitUntil(() => asked === 1);
    away = false;
    await advanceTime(6000);
    await waitUntil(() => proxy.connectionInfo.status === "connected");
    expect(proxy.connectionInfo.drivers).toEqual({
        printer: { status: "disconnected", code: "paper_out", messages: [] },
        scanner: { status: "connected" },
        scale: { status: "disconnected" },
    });
    away = true;
    await advanceTime(6000);
    await waitUntil(() => proxy.connectionInfo.status === "disconnected");
    expect(proxy.printer).toBe(printer);
});

test("the drawer is tried although the status is unknown, and logged when open", async () => {
    const { store, proxy } = await setupTill();
    const logged = [];
    store.logEmployeeMessage = (...args) => logged.push(args);
    proxy.host = "http://127.0.0.1:8073";
    proxy.connectToPrinter();
    proxy.setConnectionInfo({ status: "disconnected" });
    let opens = true;
    proxy.printer.openCashbox = async (reason) => {
        expect.step(`open ${reason}`);
        return opens;
    };
    await proxy.openCashbox("Counting");
    opens = false;
    await proxy.openCashbox("Counting");
    store.config.iface_cashdrawer = false;
    await proxy.openCashbox("Counting");
    expect.verifySteps(["open Counting", "open Counting"]);
    expect(logged).toEqual([["Counting", "CASH_DRAWER_ACTION"]]);
});

test("an Epson printer of the shop keeps core's drawer", async () => {
    const { proxy } = await setupTill();
    let opened = 0;
    proxy.printer = { openCashbox: () => opened++, printReceipt: () => {} };
    proxy.setConnectionInfo({ status: "connected" });
    await proxy.openCashbox();
    expect(opened).toBe(1);
});
