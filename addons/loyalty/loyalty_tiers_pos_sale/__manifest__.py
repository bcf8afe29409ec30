{
    "name": "Loyalty Tiers: Sales Orders at the Till",
    "summary": "An order that is settled at the till counts once, at its price",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Point of Sale",
    "depends": ["loyalty_tiers_pos", "loyalty_tiers_sale", "pos_sale"],
    "assets": {
        "point_of_sale._assets_pos": [
            "loyalty_tiers_pos_sale/static/src/**/*",
        ],
        "web.assets_tests": [
            "loyalty_tiers_pos_sale/static/tests/tours/**/*",
        ],
        "web.assets_unit_tests": [
            "loyalty_tiers_pos_sale/static/tests/unit/**/*",
        ],
    },
    "auto_install": True,
}
