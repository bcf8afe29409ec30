import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";

// Long enough to finish a sentence to the customer at the counter.
const SHOWN = 20000;
const INBOX = "crm_orders_assign.crm_lead_inbox_action";

/** What a notice says; a batch of leads is one notice. */
export function describeNotice({ kind, count, leads }) {
    const name = leads[0]?.name || "";
    const one = count === 1;
    switch (kind) {
        case "new":
            return one ? _t("New lead: %s", name) : _t("%s new leads for you", count);
        case "remind":
            return one
                ? _t("The customer is waiting for your answer: %s", name)
                : _t("%s customers are waiting for your answer", count);
        case "late":
            return one
                ? _t("A customer has not been answered: %s", name)
                : _t("%s customers have not been answered", count);
        default:
            return one
                ? _t("Nobody can take this lead: %s", name)
                : _t("Nobody can take %s leads", count);
    }
}

/** Shows at once that somebody got leads or must answer them, with a way to open them. */
export const crmOrdersNoticeService = {
    dependencies: ["action", "bus_service", "notification"],
    start(env, { action, bus_service: bus, notification }) {
        function open({ count, leads }) {
            if (count > 1) {
                return action.doAction(INBOX);
            }
            return action.doAction({
                type: "ir.actions.act_window",
                res_model: "crm.lead",
                res_id: leads[0].id,
                views: [[false, "form"]],
            });
        }

        bus.subscribe("crm_orders_assign/notice", (notice) => {
            const close = notification.add(describeNotice(notice), {
                type: notice.kind === "new" ? "info" : "warning",
                autocloseDelay: SHOWN,
                buttons: [
                    {
                        name: notice.count > 1 ? _t("Open the inbox") : _t("Open"),
                        primary: true,
                        onClick: () => {
                            close();
                            open(notice);
                        },
                    },
                ],
            });
            env.bus.trigger("CRM_ORDERS_ASSIGN:NOTICE", notice);
        });
        bus.start();
    },
};

registry.category("services").add("crm_orders_notice", crmOrdersNoticeService);
