import { reactive } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

export const MAX_SHOWN = 3;

/**
 * Knows which calls ring at this person's telephone, and shows notes on missed ones.
 *
 * The bus only says that a call rings; what it is about is asked for, so that everybody
 * gets what they may see.
 */
export const callPopupService = {
    dependencies: ["bus_service", "orm", "notification", "action"],
    start(env, { bus_service: bus, orm, notification, action }) {
        const state = reactive({ calls: [] });
        const dismissed = new Set();

        function close(id) {
            dismissed.add(id);
            state.calls = state.calls.filter((call) => call.id !== id);
        }

        async function show(id) {
            const call = await orm.silent.call("crm_orders.call", "get_popup", [id]);
            if (!call || dismissed.has(id)) {
                return;
            }
            const others = state.calls.filter((one) => one.id !== id);
            state.calls = [call, ...others].slice(0, MAX_SHOWN);
        }

        bus.subscribe(
            "crm_orders_telephony.call",
            async ({ id, state: becomes, is_mine }) => {
                const isUnderWay = ["ringing", "ongoing"].includes(becomes);
                if (isUnderWay && is_mine) {
                    await show(id);
                } else {
                    close(id);
                }
            }
        );

        let closeLate = () => {};

        bus.subscribe("crm_orders_telephony.callback", ({ title, message, type }) => {
            const isLate = type === "danger";
            if (isLate) {
                // Such notes stay; one of them leads to the list of all.
                closeLate();
            }
            const closeNote = notification.add(message, {
                title,
                type,
                sticky: isLate,
                buttons: [
                    {
                        name: _t("Call Back"),
                        primary: true,
                        onClick: () => {
                            closeNote();
                            action.doAction(
                                "crm_orders_telephony.crm_orders_callback_action"
                            );
                        },
                    },
                ],
            });
            if (isLate) {
                closeLate = closeNote;
            }
        });
        bus.start();

        return { state, close };
    },
};

registry.category("services").add("crm_orders_call_popup", callPopupService);
