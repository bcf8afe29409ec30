import { registry } from "@web/core/registry";

const form = ".o_dialog .o_crm_orders_quick";
const input = (name, tag = "input") => `${form} [name=${name}] ${tag}`;

registry.category("web_tour.tours").add("crm_orders_quick_seller", {
    steps: () => [
        {
            content: "take an order from the board",
            trigger: ".o_control_panel button:contains(Quick Order)",
            run: "click",
        },
        {
            content: "the cursor waits in the phone number",
            trigger: `${input("phone")}:focus`,
            run: "edit 040 1234567",
        },
        {
            content: "leave the field",
            trigger: input("description", "textarea"),
            run: "click",
        },
        {
            content: "the number is shown as it was understood",
            trigger: `${input("phone")}:value(+358 40 1234567)`,
        },
        {
            content: "two customers have it",
            trigger: `${form} .o_crm_orders_quick_candidate:contains(Eino)`,
        },
        {
            content: "it is Aino",
            trigger: `${form} .o_crm_orders_quick_candidate:contains(Aino)`,
            run: "click",
        },
        {
            content: "she is chosen",
            trigger: `${form} .o_crm_orders_quick_candidate[aria-pressed=true]:contains(Aino)`,
        },
        {
            content: "it is a repair",
            trigger: `${form} [name=type_id] label:contains(Service)`,
            run: "click",
        },
        {
            content: "say what it is about",
            trigger: input("description", "textarea"),
            run: "edit Lamp does not light",
        },
        {
            content: "make the order",
            trigger: ".o_dialog button[name=action_create]",
            run: "click",
        },
        {
            content: "its number is shown, and where the customer follows it",
            trigger: `${form} [name=track_url]:contains(/track/)`,
        },
        {
            content: "the code for the customer's phone is there",
            trigger: `${form} [name=track_qr] img`,
        },
        {
            content: "the next customer",
            trigger: ".o_dialog button[name=action_next]",
            run: "click",
        },
        {
            content: "is a new one",
            trigger: input("phone"),
            run: "edit 040 7654321",
        },
        {
            content: "leave the field",
            trigger: input("description", "textarea"),
            run: "edit Chair",
        },
        {
            content: "the type of the last order is chosen",
            trigger: `${form} [name=type_id] .o_radio_item:has(input:checked):contains(Service)`,
        },
        {
            content: "write the name",
            trigger: input("customer_name"),
            run: "edit Väinö Uusi",
        },
        {
            content: "make the order",
            trigger: ".o_dialog button[name=action_create]",
            run: "click",
        },
        {
            content: "it is made",
            trigger: `${form} [name=order_partner_id]:contains(Väinö Uusi)`,
        },
        {
            content: "that is all for today",
            trigger:
                ".o_dialog footer button.o_form_button_cancel, .o_dialog button[special=cancel], .o_dialog button:contains(Close)",
            run: "click",
        },
        {
            content: "the orders are on the board",
            trigger: ".o_kanban_record:contains(Väinö Uusi)",
        },
    ],
});
