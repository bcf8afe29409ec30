import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const card = ".o_kanban_record:contains(Aino Asiakas)";
const tours = registry.category("web_tour.tours");

tours.add("crm_orders_telephony_call_back", {
    steps: () => [
        {
            content: "who called twice is there once, with the time to call back",
            trigger: `${card}:contains(2×):contains(Call back by)`,
        },
        {
            content: "call back",
            trigger: `${card} button[name=action_call]`,
            run: "click",
        },
        {
            content: "the own telephone rings first",
            trigger: ".o_notification:contains(Your telephone 101 rings)",
        },
        {
            content: "the task is taken",
            trigger: `${card} .o_field_many2one_avatar_user img`,
        },
        {
            content: "look at the details",
            trigger: `${card} .fw-bold`,
            run: "click",
        },
        {
            content: "both calls are listed",
            trigger:
                ".o_form_view .o_field_widget[name=call_ids] :contains(Not answered)",
        },
    ],
});

tours.add("crm_orders_telephony_called_back", {
    steps: () => [
        {
            content: "nobody waits any more",
            trigger: ".o_view_nocontent:contains(Nobody waits for your call)",
        },
        stepUtils.showAppsMenuItem(),
    ],
});
