import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const openDuplicates = [
    stepUtils.showAppsMenuItem(),
    {
        content: "open the app",
        trigger: ".o_app[data-menu-xmlid='crm_orders_base.menu_root']",
        run: "click",
    },
    {
        content: "open the menu of leads",
        trigger: "[data-menu-xmlid='crm_orders_base.menu_leads']",
        run: "click",
    },
    {
        content: "go to the duplicates",
        trigger: "[data-menu-xmlid='crm_orders_identity.crm_orders_duplicate_menu']",
        run: "click",
    },
];

registry.category("web_tour.tours").add("crm_orders_identity_review", {
    steps: () => [
        ...openDuplicates,
        {
            content: "look for customers who are there twice",
            trigger: "button[name=action_find]",
            run: "click",
        },
        {
            content: "open the question about the double customer",
            trigger: ".o_data_row:contains(Aino of the tour) td[name=contact_name]",
            run: "click",
        },
        {
            content: "the only candidate is chosen, the one with orders is kept",
            trigger: ".o_field_widget[name=kept_id] input:value(Aino of the tour)",
        },
        {
            content: "say that they are the same",
            trigger: "button[name=action_same_person]",
            run: "click",
        },
        {
            content: "the kept card shows that it has taken in another",
            trigger: "button[name=action_crm_orders_view_merges]",
            run: "click",
        },
        {
            content: "undo it",
            trigger: "button[name=action_undo]",
            run: "click",
        },
        {
            content: "yes, really",
            trigger: ".modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "it is undone",
            trigger: ".o_data_row:contains(Undone)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_orders_identity_lead", {
    steps: () => [
        ...openDuplicates,
        {
            content: "open the question about the lead",
            trigger:
                ".o_data_row:contains(Blue chair of the tour) td[name=contact_name]",
            run: "click",
        },
        {
            content: "choose who it is",
            trigger: ".o_field_widget[name=chosen_id] label:contains(Eino of the tour)",
            run: "click",
        },
        {
            content: "say so",
            trigger: "button[name=action_same_person]",
            run: "click",
        },
        {
            content: "the question is answered",
            trigger:
                ".o_statusbar_status .o_arrow_button_current:contains(Same Person)",
        },
    ],
});
