{
    "name": "Loyalty Tiers on Sales Orders",
    "summary": "Confirmed orders count, and tiers give their discount on quotations",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Loyalty",
    "depends": ["loyalty_tiers", "sale_loyalty"],
    "data": [
        "security/ir.model.access.csv",
        "views/sale_order_views.xml",
    ],
    "post_init_hook": "post_init_hook",
    "auto_install": True,
}
