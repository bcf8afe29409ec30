{
    "name": "Orders: Funnel by Source",
    "summary": "Which sources bring leads that buy, and what a lead and a sale cost",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_inbound"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_orders_funnel_rules.xml",
        "views/crm_orders_source_cost_views.xml",
        "views/crm_orders_funnel_report_views.xml",
        "views/crm_stage_views.xml",
        "views/crm_lead_views.xml",
        "views/crm_orders_funnel_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["crm_orders_funnel/static/src/**/*"],
        "web.assets_unit_tests": ["crm_orders_funnel/static/tests/unit/**/*"],
    },
    "post_init_hook": "post_init_hook",
}
