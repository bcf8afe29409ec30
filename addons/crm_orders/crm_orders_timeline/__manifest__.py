{
    "name": "Orders: Customer's Timeline",
    "summary": "All that happened with a customer, over all channels, in one list",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_identity"],
    "data": [
        "views/res_partner_views.xml",
        "views/crm_lead_views.xml",
    ],
    "assets": {
        "web.assets_backend": ["crm_orders_timeline/static/src/**/*"],
        "web.assets_unit_tests": ["crm_orders_timeline/static/tests/unit/**/*"],
    },
}
