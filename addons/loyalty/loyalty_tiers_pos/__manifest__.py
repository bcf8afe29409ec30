{
    "name": "Loyalty Tiers at the Till",
    "summary": "Badge, discount and receipt line, also offline; receipts count",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Point of Sale",
    "depends": ["loyalty_tiers", "pos_loyalty"],
    "data": [
        "security/ir.model.access.csv",
        "views/pos_order_views.xml",
        "views/loyalty_tiers_pos_menus.xml",
    ],
    "assets": {
        "point_of_sale._assets_pos": [
            "loyalty_tiers/static/src/engine.js",
            "loyalty_tiers_pos/static/src/**/*",
        ],
        "web.assets_tests": [
            "loyalty_tiers_pos/static/tests/tours/**/*",
        ],
        "web.assets_unit_tests": [
            "loyalty_tiers_pos/static/tests/unit/**/*",
        ],
    },
    "post_init_hook": "post_init_hook",
    "auto_install": True,
}
