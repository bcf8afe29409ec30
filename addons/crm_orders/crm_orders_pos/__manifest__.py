{
    "name": "Orders: At the Till",
    "summary": "Orders with a deposit made, found, paid and handed over at the till",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Point of Sale",
    "depends": ["crm_orders_stages_stock", "pos_sale"],
    "assets": {
        "point_of_sale._assets_pos": ["crm_orders_pos/static/src/**/*"],
        "web.assets_unit_tests": ["crm_orders_pos/static/tests/unit/**/*"],
    },
    "auto_install": True,
}
