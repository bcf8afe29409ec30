import { registry } from "@web/core/registry";

const INPUT = ".o-livechat-root:shadow .o-mail-Composer-input";

registry.category("web_tour.tours").add("crm_orders_livechat.visitor_waits_in_vain", {
    steps: () => [
        {
            trigger: ".o-livechat-root:shadow .o-livechat-LivechatButton",
            run: "click",
        },
        {
            trigger: INPUT,
            run: "edit Onko teillä sinistä maljakkoa? Olen aino.tour@example.com",
        },
        { trigger: INPUT, run: "press Enter" },
        {
            trigger:
                ".o-livechat-root:shadow .o-mail-Message[data-persistent]:contains(maljakkoa)",
        },
    ],
});
