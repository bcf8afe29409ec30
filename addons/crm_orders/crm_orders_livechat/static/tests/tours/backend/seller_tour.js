import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("crm_orders_livechat.seller_reads_the_chat", {
    steps: () => [
        {
            trigger:
                ".o_form_view .o_field_widget[name=description]:contains(maljakkoa)",
        },
        {
            trigger:
                ".o_form_view .o_field_widget[name=email_from] input:value(aino.tour)",
        },
    ],
});
