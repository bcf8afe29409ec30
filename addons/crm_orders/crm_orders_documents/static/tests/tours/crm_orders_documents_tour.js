import { registry } from "@web/core/registry";
import { stepUtils } from "@web_tour/tour_utils";

registry.category("web_tour.tours").add("crm_orders_documents_seller", {
    steps: () => [
        stepUtils.showAppsMenuItem(),
        {
            content: "open the app",
            trigger: ".o_app[data-menu-xmlid='crm_orders_base.menu_root']",
            run: "click",
        },
        {
            content: "open the menu of orders",
            trigger: "[data-menu-xmlid='crm_orders_base.menu_sales']",
            run: "click",
        },
        {
            content: "all orders",
            trigger: "[data-menu-xmlid='crm_orders_base.menu_orders']",
            run: "click",
        },
        {
            content: "open the order",
            trigger: ".o_data_row td:contains(Aino)",
            run: "click",
        },
        {
            content: "make a document of the order",
            trigger: "button[name=action_crm_orders_make_document]",
            run: "click",
        },
        {
            content: "the confirmation is proposed, and shown",
            trigger:
                ".modal .o_field_widget[name=preview]:contains(thank you for your order)",
        },
        {
            content: "choose another template",
            trigger: ".modal .o_field_widget[name=template_id] input",
            run: "click",
        },
        {
            content: "the contract",
            trigger: ".modal .o-autocomplete--dropdown-item:contains(Contract)",
            run: "click",
        },
        {
            content: "it is shown at once",
            trigger: ".modal .o_field_widget[name=preview]:contains(Parties)",
        },
        {
            content: "give it another title",
            trigger: ".modal .o_field_widget[name=title] input",
            run: "edit Agreed in the shop && press Tab",
        },
        {
            content: "the title is on the paper",
            trigger:
                ".modal .o_field_widget[name=preview]:contains(Agreed in the shop)",
        },
        {
            content: "let the customer sign",
            trigger: ".modal button[name=action_sign]",
            run: "click",
        },
        {
            content: "touch where the signature goes",
            trigger: ".modal .o_field_widget[name=signature] .o_signature",
            run: "click",
        },
        {
            content: "the name is written as a signature",
            trigger: ".modal .o_web_sign_auto_button",
            run: "click",
        },
        {
            content: "adopt it",
            trigger: ".modal .btn-primary:contains(Adopt):enabled",
            run: "click",
        },
        {
            content: "sign",
            trigger:
                ".modal:has(.o_field_widget[name=signature] img[src^='data:']) button[name=action_sign]",
            run: "click",
        },
        {
            content: "it is signed; put it into the archive",
            trigger:
                ".o_form_view:has(.o_arrow_button_current:contains(Signed)) button[name=action_file]",
            run: "click",
        },
        {
            content: "it is archived",
            trigger: ".o_arrow_button_current:contains(Archived)",
        },
        {
            content: "go to the archive",
            trigger: "[data-menu-xmlid='crm_orders_base.menu_sales']",
            run: "click",
        },
        {
            content: "all documents",
            trigger:
                "[data-menu-xmlid='crm_orders_documents.crm_orders_document_menu']",
            run: "click",
        },
        {
            content: "look for it",
            trigger: ".o_searchview_input",
            run: "edit Agreed in the shop && press Enter",
        },
        {
            content: "here it is",
            trigger:
                ".o_data_row:contains(Agreed in the shop):contains(Archived):contains(Aino)",
        },
    ],
});

registry.category("web_tour.tours").add("crm_orders_documents_customer", {
    steps: () => [
        {
            content: "the document can be read",
            trigger: ".o_crm_orders_paper:contains(Parties)",
        },
        {
            content: "the name is there, and stands for the signature",
            trigger: "#sign .o_web_sign_name_input:value(Aino)",
        },
        {
            content: "sign",
            trigger: "#sign .o_portal_sign_submit:enabled",
            run: "click",
            expectUnloadPage: true,
        },
        {
            content: "it is signed",
            trigger: ".alert-success:contains(Signed by Aino)",
        },
        {
            content: "there is nothing to sign any more",
            trigger: "body:not(:has(#sign))",
        },
    ],
});
