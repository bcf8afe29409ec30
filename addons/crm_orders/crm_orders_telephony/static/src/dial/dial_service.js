import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

/**
 * Calls numbers: through the exchange where one can do it, otherwise by handing the
 * number to whatever program of this device makes calls.
 */
export const dialService = {
    dependencies: ["orm", "notification"],
    start(env, { orm, notification }) {
        async function dial(number) {
            const answer = await orm.call("crm_orders.call", "dial", [number]);
            if (answer.tel) {
                browser.location.assign(answer.tel);
            } else {
                notification.add(answer.message, {
                    type: "info",
                    title: _t("Calling"),
                });
            }
        }
        return { dial };
    },
};

registry.category("services").add("crm_orders_dial", dialService);

registry.category("actions").add("crm_orders_telephony.dial", async (env, action) => {
    await env.services.crm_orders_dial.dial(action.params.number);
    return { type: "ir.actions.act_window_close" };
});
