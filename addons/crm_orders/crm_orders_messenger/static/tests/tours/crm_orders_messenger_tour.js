import { registry } from "@web/core/registry";

const message = (text) => `.o-mail-Message:contains(${text})`;

registry.category("web_tour.tours").add("crm_orders_messenger_states", {
    steps: () => [
        {
            content: "the customer has read one",
            trigger: `${message("Blue it is")} .o_crm_orders_state:contains(/Talk: read$/)`,
        },
        {
            content: "the mail to a colleague failed, which is another matter",
            trigger: `${message("Blue it is")} .o-mail-Message-notification.text-danger`,
            run: "click",
        },
        {
            content: "the pop-up is about the colleague only",
            trigger:
                ".o-mail-MessageNotificationPopover:contains(Colleague of the tour):not(:contains(Talk))",
        },
        {
            content: "the other one was refused, and it says why",
            trigger: `${message("Or red")} .o_crm_orders_state.text-danger:contains(Refused with 403.)`,
        },
        {
            content: "there is no red envelope beside it",
            trigger: `${message("Or red")}:not(:has(.o-mail-Message-notification))`,
        },
    ],
});
