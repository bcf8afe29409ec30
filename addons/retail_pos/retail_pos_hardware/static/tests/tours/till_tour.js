/* global posmodel */

import { waitUntil } from "@odoo/hoot-dom";
import { registry } from "@web/core/registry";
import * as Chrome from "@point_of_sale/../tests/pos/tours/utils/chrome_util";
import * as Dialog from "@point_of_sale/../tests/generic_helpers/dialog_util";
import * as PaymentScreen from "@point_of_sale/../tests/pos/tours/utils/payment_screen_util";
import * as ProductScreen from "@point_of_sale/../tests/pos/tours/utils/product_screen_util";
import * as ReceiptScreen from "@point_of_sale/../tests/pos/tours/utils/receipt_screen_util";

function openRegister() {
    return [Chrome.startPoS(), Dialog.confirm("Open Register")];
}

function sellForCash() {
    return [
        ProductScreen.clickDisplayedProduct("Bar"),
        ProductScreen.clickPayButton(),
        PaymentScreen.clickPaymentMethod("Cash"),
        PaymentScreen.clickValidate(),
        ReceiptScreen.receiptIsThere(),
    ];
}

function clickPrint() {
    return {
        content: "print the receipt",
        trigger: ".receipt-screen button.print:contains('Print Full Receipt')",
        run: "click",
    };
}

function isPrinted() {
    return {
        content: "the order knows that its receipt was printed",
        trigger: ".receipt-screen",
        run: () =>
            waitUntil(() => posmodel.getOrder().nb_print === 1, { timeout: 15000 }),
    };
}

function forgetRequests() {
    return {
        content: "forget what was fetched so far",
        trigger: "body",
        run: () => performance.clearResourceTimings(),
    };
}

function askedNobodyElse() {
    return {
        content:
            "a receipt needs the shop and its devices only: the internet may be away",
        trigger: "body",
        run: () => {
            const own = [location.origin, posmodel.config.proxy_ip, "data:", "blob:"];
            const strange = performance
                .getEntriesByType("resource")
                .map((entry) => entry.name)
                .filter((name) => !own.some((start) => name.startsWith(start)));
            if (strange.length) {
                throw new Error(`The till asked ${strange.join(", ")}`);
            }
        },
    };
}

async function ask(name, data) {
    const response = await fetch(`${posmodel.config.proxy_ip}/v1/${name}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify(data),
    });
    if (!response.ok) {
        throw new Error(`The device service refused: ${response.status}`);
    }
    return response.json();
}

function changeDevices(changes) {
    return {
        content: `something happens at the devices: ${JSON.stringify(changes)}`,
        trigger: "body",
        run: () => ask("virtual", changes),
    };
}

/** Core does not count a receipt that was printed by "Retry", so ask the printer. */
function printerHasPrinted() {
    return {
        content: "the printer confirmed the receipt",
        trigger: ".receipt-screen",
        run: () =>
            waitUntil(
                async () => {
                    const { jobs } = await ask("jobs", {});
                    return jobs[0].state === "confirmed";
                },
                { timeout: 15000 }
            ),
    };
}

registry.category("web_tour.tours").add("retail_pos_hardware_sell_and_print", {
    steps: () =>
        [openRegister(), sellForCash(), clickPrint(), isPrinted()].flat(Infinity),
});

registry.category("web_tour.tours").add("retail_pos_hardware_auto_print", {
    steps: () =>
        [
            openRegister(),
            forgetRequests(),
            sellForCash(),
            isPrinted(),
            askedNobodyElse(),
        ].flat(Infinity),
});

registry.category("web_tour.tours").add("retail_pos_hardware_paper_out", {
    steps: () =>
        [
            openRegister(),
            sellForCash(),
            changeDevices({ paper: "out" }),
            clickPrint(),
            Dialog.is({ title: "The receipt was not printed" }),
            Dialog.bodyIs("The printer is out of paper."),
            changeDevices({ paper: "ok" }),
            Dialog.confirm("Retry", ".btn-secondary"),
            printerHasPrinted(),
        ].flat(Infinity),
});

registry.category("web_tour.tours").add("retail_pos_hardware_status_icon", {
    steps: () =>
        [
            openRegister(),
            changeDevices({ cover_open: true }),
            Chrome.clickMenuButton(),
            {
                content: "the reason stands beside the icon",
                trigger:
                    ".js_proxy .js_msg:contains('The cover of the printer is open.')",
            },
            changeDevices({ cover_open: false }),
            {
                content: "all is well again",
                trigger: ".js_proxy .js_connected",
                timeout: 60000,
            },
        ].flat(Infinity),
});

registry.category("web_tour.tours").add("retail_pos_hardware_scan", {
    steps: () =>
        [
            openRegister(),
            Chrome.clickMenuButton(),
            {
                content: "the service is connected",
                trigger: ".js_proxy .js_connected",
            },
            Chrome.clickMenuButton(),
            changeDevices({ scan: "6411300000494" }),
            ProductScreen.selectedOrderlineHas("Bar", "1"),
            changeDevices({ scan: "6411300000494" }),
            ProductScreen.selectedOrderlineHas("Bar", "2"),
        ].flat(Infinity),
});

registry.category("web_tour.tours").add("retail_pos_hardware_service_away", {
    steps: () =>
        [
            openRegister(),
            Chrome.clickMenuButton(),
            {
                content: "the icon says that the service is away",
                trigger: ".js_proxy .js_disconnected",
            },
            Chrome.clickMenuButton(),
            sellForCash(),
            {
                content: "the cashier hears that the drawer stays closed",
                trigger: ".o_notification:contains('The cash drawer did not open.')",
                timeout: 60000,
            },
            clickPrint(),
            Dialog.is({ title: "The receipt was not printed" }),
            Dialog.bodyIs("The device service of this till does not answer."),
            Dialog.confirm("Continue"),
            ReceiptScreen.clickNextOrder(),
            ProductScreen.clickDisplayedProduct("Bar"),
            ProductScreen.selectedOrderlineHas("Bar", "1"),
        ].flat(Infinity),
});
