import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

const column = (name) => `.o_kanban_group:has(.o_column_title:contains(${name}))`;
const card = ".o_kanban_record:contains(Aino)";

registry.category("web_tour.tours").add("crm_orders_stages_seller", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "open the app",
            trigger: ".o_app[data-menu-xmlid='crm_orders_base.menu_root']",
            run: "click",
        },
        {
            content: "the board is the first thing to see",
            trigger: `.o_kanban_renderer ${column("Work")}`,
        },
        {
            content: "open the menu of leads",
            trigger: "[data-menu-xmlid='crm_orders_base.menu_leads']",
            run: "click",
        },
        {
            content: "go to the pipeline",
            trigger: "[data-menu-xmlid='crm_orders_base.menu_pipeline']",
            run: "click",
        },
        {
            content: "open the lead",
            trigger: ".o_opportunity_kanban .o_kanban_record:contains(Blue chair)",
            run: "click",
        },
        {
            content: "make a quotation of it",
            trigger: "button[name=action_sale_quotations_new]",
            run: "click",
        },
        {
            content: "the customer of the lead is the customer of the quotation",
            trigger: ".o_field_widget[name=partner_id] input:value(Aino)",
        },
        {
            content: "add a product",
            trigger: ".o_field_x2many_list_row_add > a",
            run: "click",
        },
        {
            content: "look for the chair",
            trigger: ".o_selected_row .o_field_widget[name=product_template_id] input",
            run: "edit Chair of the tour",
        },
        {
            content: "choose the chair",
            trigger: "ul.ui-autocomplete a:contains(Chair of the tour)",
            run: "click",
        },
        {
            content: "the price is there",
            trigger: ".o_data_row [name=price_subtotal]:contains(49.00)",
        },
        {
            content: "confirm the order",
            trigger: "button[name=action_confirm]:not(#action_confirm):visible",
            run: "click",
        },
        {
            content: "it is in the first stage",
            trigger: ".o_field_widget[name=crm_orders_stage_id] input:value(New)",
        },
        {
            content: "hand out the tracking link",
            trigger: "button[name=action_crm_orders_copy_tracking_link]",
            run: "click",
        },
        {
            content: "the link is told",
            trigger: ".o_notification:contains(/track/)",
        },
        {
            content: "go back to the board",
            trigger: "[data-menu-xmlid='crm_orders_stages.board_menu']",
            run: "click",
        },
        {
            content: "one stage on with the button",
            trigger: `${column("New")} ${card} button[name=action_crm_orders_next_stage]`,
            run: "click",
        },
        {
            content: "drag the order to where it is ready",
            trigger: `${column("Work")} ${card}`,
            // Well inside the column: at its edge the card may fall into the next one.
            async run({ drag_and_drop }) {
                await drag_and_drop(column("Ready"), {
                    position: { top: 120, left: 100 },
                    relative: true,
                });
            },
        },
        {
            content: "it is ready",
            trigger: `${column("Ready")} ${card}`,
        },
    ],
});

registry.category("web_tour.tours").add("crm_orders_stages_customer", {
    steps: () => [
        {
            content: "the first step is done",
            trigger: ".o_crm_orders_step.o_crm_orders_done:contains(New)",
        },
        {
            content: "the second is the present one",
            trigger: ".o_crm_orders_step.o_crm_orders_current:contains(Work)",
        },
        {
            content: "the shop can be reached",
            trigger: ".o_crm_orders_track .card:contains(Kauppa Oy)",
        },
    ],
});
