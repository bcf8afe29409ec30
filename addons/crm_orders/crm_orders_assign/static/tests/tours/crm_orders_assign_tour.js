import { registry } from "@web/core/registry";

const card = (name) => `.o_kanban_record:contains(${name})`;
const tab = (key) => `.o_crm_orders_tabs button[data-tab=${key}]`;
const active = (key) => `${tab(key)}.o_crm_orders_tab_active`;

registry.category("web_tour.tours").add("crm_orders_assign_inbox", {
    steps: () => [
        {
            content: "what is to be answered is the first thing to see",
            trigger: `${active("mine")}:contains(1)`,
        },
        {
            content: "the late one is red",
            trigger: `${card("Late Liisa")} .o_crm_orders_clock_red`,
        },
        {
            content: "look at what is new",
            trigger: tab("new"),
            run: "click",
        },
        {
            content: "a new lead can be called",
            trigger: `${active("new")}, ${card("Matti of the tour")} a[href='tel:+358401234567']`,
        },
        {
            content: "only new ones are there",
            trigger: `.o_crm_orders_inbox:not(:has(${card("Late Liisa")})) ${card(
                "Matti of the tour"
            )} .o_crm_orders_clock_green`,
        },
        {
            content: "spam is no lead",
            trigger: `${card("Spam of the tour")} button:contains(Not a Lead)`,
            run: "click",
        },
        {
            content: "say why",
            trigger:
                ".modal [name=lost_reason_id] :contains(/^Advertising of the tour$/)",
            run: "click",
        },
        {
            content: "close it",
            trigger: ".modal button[name=action_lost_reason_apply]",
            run: "click",
        },
        {
            content: "it is gone",
            trigger: `.o_crm_orders_inbox:not(:has(${card("Spam of the tour")})) ${card(
                "Matti of the tour"
            )}`,
        },
        {
            content: "take the other one",
            trigger: `${card("Matti of the tour")} button[name=action_crm_orders_take]`,
            run: "click",
        },
        {
            content: "nothing new is left, and the screen says so",
            trigger: ".o_view_nocontent:contains(Nothing to do here)",
        },
        {
            content: "the tab counts one more of mine",
            trigger: `${tab("mine")}:contains(2)`,
            run: "click",
        },
        {
            content: "call, then say that the customer was reached",
            trigger: `${card("Matti of the tour")} button[name=action_crm_orders_mark_answered]`,
            run: "click",
        },
        {
            content: "it waits for the customer now",
            trigger: `${tab("waiting")}:contains(1)`,
        },
        {
            content: "look at what is late",
            trigger: tab("late"),
            run: "click",
        },
        {
            content: "it came a moment ago",
            trigger: `${active("late")}, ${card("Late Liisa")} .o_field_crm_orders_ago`,
        },
        {
            content: "answer it at last",
            trigger: `.o_crm_orders_inbox:not(:has(${card(
                "Matti of the tour"
            )})) ${card("Late Liisa")} button[name=action_crm_orders_reply]`,
            run: "click",
        },
        {
            content: "what she asked is shown, and where the answer goes",
            trigger:
                ".modal:has(.o_crm_orders_said:contains(Is it green?)) [name=way]:contains(liisa@example.com)",
        },
        {
            content: "the cursor waits for the answer",
            trigger: ".modal [name=body] textarea:focus",
            run: "edit It is green.",
        },
        {
            content: "send it",
            trigger: ".modal button[name=action_send]",
            run: "click",
        },
        {
            content: "nothing is late any more",
            trigger: ".o_view_nocontent:contains(Nothing to do here)",
        },
        {
            content: "both wait for the customer",
            trigger: `${tab("waiting")}:contains(2)`,
            run: "click",
        },
        {
            content: "the card has the last words",
            trigger: `${card("Late Liisa")}:contains(You: It is green.)`,
        },
        {
            content: "who has no address is called, not written to",
            trigger: `${card(
                "Matti of the tour"
            )}:not(:has(button[name=action_crm_orders_reply])) .o_crm_orders_call`,
        },
        {
            content: "open one",
            trigger: `${card("Matti of the tour")} .fs-5`,
            run: "click",
        },
        {
            content: "its form is there",
            trigger: ".o_lead_opportunity_form .o_field_widget[name=name]",
        },
    ],
});
