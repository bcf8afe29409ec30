import { describe, expect, test } from "@odoo/hoot";
import { click, waitFor } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    defineModels,
    fields,
    getService,
    makeMockEnv,
    models,
    mountView,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { browser } from "@web/core/browser/browser";
import { session } from "@web/session";
import { WebClient } from "@web/webclient/webclient";

describe.current.tags("desktop");
defineMailModels();

class Shop extends models.Model {
    _name = "shop";
    phone = fields.Char();
    _records = [{ id: 1, phone: "050 111 2233" }];
}
defineModels([Shop]);

function stepOnAddress() {
    patchWithCleanup(browser.location, { assign: (url) => expect.step(url) });
}

function answerWith(answer) {
    onRpc("crm_orders.call", "dial", ({ args }) => {
        expect.step(`dial ${args[0]}`);
        return answer;
    });
}

test("the exchange calls and says so", async () => {
    answerWith({ message: "Your telephone 101 rings." });
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "crm_orders_telephony.dial",
        params: { number: "+358501112233" },
    });
    await waitFor(".o_notification");
    expect(".o_notification_content").toHaveText("Calling. Your telephone 101 rings.");
    expect.verifySteps(["dial +358501112233"]);
});

test("without an exchange the device calls", async () => {
    stepOnAddress();
    answerWith({ tel: "tel:+358501112233" });
    await makeMockEnv();
    await getService("crm_orders_dial").dial("050 1112233");
    expect.verifySteps(["dial 050 1112233", "tel:+358501112233"]);
});

test("a click on a number calls it for people with an extension", async () => {
    answerWith({ message: "Your telephone 101 rings." });
    patchWithCleanup(session, { crm_orders_click_to_call: true });
    await mountView({
        type: "form",
        resModel: "shop",
        resId: 1,
        arch: `<form><field name="phone" widget="phone"/></form>`,
    });
    await click(".o_phone_form_link");
    await animationFrame();
    expect.verifySteps(["dial 050 111 2233"]);
});

test("everybody else keeps the plain link", async () => {
    await mountView({
        type: "form",
        resModel: "shop",
        resId: 1,
        arch: `<form><field name="phone" widget="phone"/></form>`,
    });
    expect(".o_phone_form_link").toHaveAttribute("href", "tel:0501112233");
    document.querySelector(".o_phone_form_link").addEventListener("click", (ev) => {
        expect.step(ev.defaultPrevented ? "prevented" : "followed");
        ev.preventDefault();
    });
    await click(".o_phone_form_link");
    expect.verifySteps(["followed"]);
});
