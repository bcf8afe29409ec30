import { browser } from "@web/core/browser/browser";
import { describe, expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    getService,
    mountWithCleanup,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";

describe.current.tags("desktop");

defineMailModels();

const ACTION = {
    type: "ir.actions.client",
    tag: "crm_orders_stages.copy_link",
    params: { url: "https://shop.example.com/track/abc" },
};

async function copyWith(writeText) {
    patchWithCleanup(browser.navigator.clipboard, { writeText });
    await mountWithCleanup(WebClient);
    await getService("action").doAction(ACTION);
    await animationFrame();
}

test("the address reaches the clipboard", async () => {
    await copyWith((text) => {
        expect.step(text);
        return Promise.resolve();
    });
    expect.verifySteps(["https://shop.example.com/track/abc"]);
    expect(".o_notification_content").toHaveText(
        "Tracking link copied: https://shop.example.com/track/abc"
    );
});

test("a browser that refuses leaves the address on the screen", async () => {
    await copyWith(() => Promise.reject(new Error("not allowed")));
    expect(".o_notification_content").toHaveText(
        "Copy this tracking link: https://shop.example.com/track/abc"
    );
});
