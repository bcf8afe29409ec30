import { describe, expect, test } from "@odoo/hoot";
import { click, waitFor, waitForNone } from "@odoo/hoot-dom";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    MockServer,
    mockService,
    mountWithCleanup,
    onRpc,
    serverState,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

describe.current.tags("desktop");
defineMailModels();

const CARD = {
    id: 7,
    state: "ringing",
    number: "+358401234567",
    name: "Aino Asiakas",
    is_known: true,
    line: "Our line",
    partner_id: 3,
    image: "",
    responsible: "Sirpa",
    leads: [{ id: 5, name: "Blue chair", stage: "New" }],
    facts: [["S00042", "1.6.2025, Quotation"]],
};
const POPUP = ".o_crm_orders_call_popup .card";

function ring(id, state = "ringing", is_mine = true) {
    MockServer.env["bus.bus"]._sendone(
        serverState.partnerId,
        "crm_orders_telephony.call",
        {
            id,
            state,
            is_mine,
        }
    );
}

function answerWith(cards) {
    onRpc("crm_orders.call", "get_popup", ({ args }) => {
        expect.step(`card of ${args[0]}`);
        return cards[args[0]] || false;
    });
}

test("a ringing call shows the customer until somebody else answers", async () => {
    answerWith({ 7: CARD });
    await mountWithCleanup(WebClient);
    expect(POPUP).toHaveCount(0);
    ring(7);
    await waitFor(POPUP);
    expect.verifySteps(["card of 7"]);
    expect(`${POPUP}-body`).toHaveText(/Aino Asiakas/);
    expect(`${POPUP}-body`).toHaveText(/Responsible: Sirpa/);
    expect(`${POPUP}-body`).toHaveText(/S00042/);
    ring(7, "ongoing", false);
    await waitForNone(POPUP);
});

test("the window stays for who answered, and goes when the call ends", async () => {
    answerWith({ 7: { ...CARD, state: "ongoing" } });
    await mountWithCleanup(WebClient);
    ring(7, "ongoing", true);
    await waitFor(POPUP);
    expect(".o_crm_orders_call_popup .card-header").toHaveText(/Call under way/);
    ring(7, "answered", true);
    await waitForNone(POPUP);
    expect.verifySteps(["card of 7"]);
});

test("a call that is over before its card arrives shows nothing", async () => {
    answerWith({});
    await mountWithCleanup(WebClient);
    ring(8);
    await animationFrame();
    await expect.waitForSteps(["card of 8"]);
    expect(POPUP).toHaveCount(0);
});

test("buttons open the customer, the lead, or make one", async () => {
    const unknown = { ...CARD, id: 8, name: "", is_known: false, leads: [], facts: [] };
    answerWith({ 7: CARD, 8: unknown });
    onRpc("crm_orders.call", "action_open_lead", ({ args }) => {
        expect.step(`lead of ${args[0]}`);
        return { type: "ir.actions.act_window", res_model: "crm.lead", res_id: 9 };
    });
    mockService("action", {
        doAction(action) {
            expect.step(`${action.res_model} ${action.res_id}`);
        },
    });
    await mountWithCleanup(WebClient);
    expect.verifySteps([]);
    ring(7);
    await waitFor(`${POPUP} .btn-primary:contains(Open Customer)`);
    await click(`${POPUP} .btn-primary:contains(Open Customer)`);
    await waitForNone(POPUP);
    expect.verifySteps(["card of 7", "res.partner 3"]);
    ring(8);
    await waitFor(`${POPUP} .btn:contains(Make a Lead)`);
    expect(`${POPUP}-body`).toHaveText(/Nobody knows this caller yet/);
    await click(`${POPUP} .btn:contains(Make a Lead)`);
    await waitForNone(POPUP);
    expect.verifySteps(["card of 8", "lead of 8", "crm.lead 9"]);
});

test("what a caller is named is text", async () => {
    answerWith({ 7: { ...CARD, name: "<img src=x onerror=alert(1)>" } });
    await mountWithCleanup(WebClient);
    ring(7);
    await waitFor(POPUP);
    expect(`${POPUP}-body img`).toHaveCount(0);
    expect.verifySteps(["card of 7"]);
});

function note(title, message, type) {
    MockServer.env["bus.bus"]._sendone(
        serverState.partnerId,
        "crm_orders_telephony.callback",
        { title, message, type }
    );
}

test("late notes do not pile up", async () => {
    await mountWithCleanup(WebClient);
    note("Call back now", "Aino waits for your call.", "danger");
    await waitFor(".o_notification:contains(Aino)");
    note("Call back now", "Eino waits for your call.", "danger");
    await waitFor(".o_notification:contains(Eino)");
    await waitForNone(".o_notification:contains(Aino)");
    expect(".o_notification").toHaveCount(1);
});

test("a note on a missed call leads to the list", async () => {
    mockService("action", {
        doAction(action) {
            expect.step(action);
        },
    });
    await mountWithCleanup(WebClient);
    note("Missed call", "Aino waits for your call.", "warning");
    await waitFor(".o_notification");
    expect(".o_notification_content").toHaveText(
        "Missed call. Aino waits for your call."
    );
    await click(".o_notification_buttons button");
    await animationFrame();
    expect.verifySteps(["crm_orders_telephony.crm_orders_callback_action"]);
});
