import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("payroll_lite_officer", {
    steps: () => [
        {
            content: "The menus of an officer are there",
            trigger: ".o_menu_sections:contains(Pay Runs):contains(Configuration)",
        },
        { trigger: ".o_list_button_add", run: "click" },
        {
            content: "Period and structure are filled in",
            trigger:
                ".o_field_widget[name=structure_id] input:value(Finland, monthly salary)",
        },
        { trigger: "button[name=action_compute]", run: "click" },
        {
            content: "The run waits to be confirmed",
            trigger: ".o_arrow_button_current:contains(To Confirm)",
        },
        {
            content: "Somebody without birthday could not be paid",
            trigger: ".o_field_widget[name=issue_ids] td:contains(The birthday)",
        },
        { trigger: "a.nav-link[name=payslips]", run: "click" },
        {
            trigger: ".o_field_widget[name=payslip_ids] td:contains(Aino Testi)",
        },
        { trigger: "button[name=action_confirm]", run: "click" },
        { trigger: ".modal .btn-primary", run: "click" },
        { trigger: ".o_arrow_button_current:contains(Confirmed)" },
        { trigger: "button[name=action_open_payslips]", run: "click" },
        {
            trigger: ".o_list_view .o_data_row:contains(Aino Testi) td[name=date_from]",
            run: "click",
        },
        {
            content:
                "Confirmed payslips have a number and can be printed or taken back",
            trigger: ".o_form_view .oe_title:contains(PS/)",
        },
        { trigger: "button[name=action_print]" },
        { trigger: "button[name=action_reverse]" },
        {
            content: "A line explains itself",
            trigger:
                ".o_field_widget[name=line_ids] .o_data_row:contains(Tax withheld) td[name=name]",
            run: "click",
        },
        {
            trigger:
                ".modal .o_payroll_lite_explanation:contains(WITHIN_LIMIT × tax_percent ÷ 100)",
        },
        { trigger: ".modal .btn-close", run: "click" },
        { trigger: "body:not(:has(.modal))" },
    ],
});

registry.category("web_tour.tours").add("payroll_lite_employee", {
    steps: () => [
        {
            content: "Exactly one payslip, and no way to make another",
            trigger: ".o_kanban_view:not(:contains(Eero)):contains(PS/)",
        },
        { trigger: "body:not(:has(.o-kanban-button-new))" },
        {
            trigger: ".o_kanban_record:contains(PS/)",
            run: "click",
        },
        { trigger: ".o_form_view .oe_title:contains(PS/)" },
        { trigger: "button[name=action_print]" },
        { trigger: "body:not(:has(button[name=action_reverse]))" },
        {
            trigger:
                ".o_field_widget[name=line_ids] .o_kanban_record:contains(Tax withheld)",
            run: "click",
        },
        { trigger: ".modal .o_payroll_lite_explanation:contains(tax_percent)" },
    ],
});

registry.category("web_tour.tours").add("payroll_lite_tax_card", {
    steps: () => [
        { trigger: ".o_data_row:contains(Aino Testi) td[name=name]", run: "click" },
        { trigger: ".o_form_view button[name=action_tax_card]", run: "click" },
        { trigger: ".modal .o_field_widget[name=tax_percent] input", run: "edit 33" },
        { trigger: ".modal button[name=action_save]", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_view" },
        { trigger: ".o_form_view .o_field_widget[name=tax_percent]:contains(33.00)" },
    ],
});

registry.category("web_tour.tours").add("payroll_lite_structure", {
    steps: () => [
        {
            trigger: ".o_data_row:contains(Finland, monthly salary) td[name=name]",
            run: "click",
        },
        {
            trigger: ".o_form_view .o_data_row td:contains(Monthly salary)",
            run: "click",
        },
        {
            trigger: ".modal .o_field_widget[name=expression] textarea",
            run: "edit wgae * 2",
        },
        { trigger: ".modal .o_form_button_save", run: "click" },
        { trigger: "body:not(:has(.modal)) .o_form_button_save", run: "click" },
        {
            content: "A typing mistake is told and nothing is saved",
            trigger: ".modal:contains(Did you mean “wage”)",
        },
        { trigger: ".modal .btn-primary", run: "click" },
        { trigger: ".o_form_button_cancel", run: "click" },
        { trigger: ".o_form_view .o_data_row td[name=expression]:contains(wage)" },
    ],
});
