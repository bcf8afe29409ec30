{
    "name": "Orders: Quick Order",
    "summary": "An order in half a minute: a phone number, then three fields",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Sales",
    "depends": ["crm_orders_identity", "crm_orders_stages"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_orders_quick_rules.xml",
        "wizard/crm_orders_quick_order_views.xml",
        "views/res_config_settings_views.xml",
        "views/sale_order_views.xml",
        "views/crm_orders_quick_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["crm_orders_quick/static/src/**/*"],
        "web.assets_tests": ["crm_orders_quick/static/tests/tours/**/*"],
    },
}
