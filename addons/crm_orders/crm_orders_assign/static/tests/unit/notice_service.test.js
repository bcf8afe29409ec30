import { describe, expect, test } from "@odoo/hoot";
import { animationFrame, click, waitFor } from "@odoo/hoot-dom";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    MockServer,
    mockService,
    mountWithCleanup,
    serverState,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

describe.current.tags("desktop");

defineMailModels();

const LEADS = [
    { id: 7, name: "Blue <b>sofa</b>" },
    { id: 8, name: "Chair" },
];

async function receive(notice) {
    mockService("action", {
        doAction: (action) => {
            expect.step(action.res_id || action);
        },
    });
    await mountWithCleanup(WebClient);
    MockServer.env["bus.bus"]._sendone(
        serverState.partnerId,
        "crm_orders_assign/notice",
        notice
    );
    await waitFor(".o_notification");
}

test("a new lead is told by name and opened by one click", async () => {
    await receive({ kind: "new", count: 1, leads: LEADS.slice(0, 1) });
    expect(".o_notification_content").toHaveText("New lead: Blue <b>sofa</b>");
    await click(".o_notification button:contains(Open)");
    await animationFrame();
    expect.verifySteps([7]);
    expect(".o_notification").toHaveCount(0);
});

test("a batch is one notice that opens the inbox", async () => {
    await receive({ kind: "late", count: 2, leads: LEADS });
    expect(".o_notification").toHaveCount(1);
    expect(".o_notification_content").toHaveText("2 customers have not been answered");
    await click(".o_notification button:contains(Open the inbox)");
    await animationFrame();
    expect.verifySteps(["crm_orders_assign.crm_lead_inbox_action"]);
});
