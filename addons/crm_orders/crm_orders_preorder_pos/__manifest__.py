{
    "name": "Orders: Preorders at the Till",
    "summary": "Deposits taken at the till, places held, goods handed out in turn",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Point of Sale",
    "depends": ["crm_orders_pos", "crm_orders_preorder"],
    "assets": {
        "web.assets_tests": ["crm_orders_preorder_pos/static/tests/tours/**/*"],
    },
    "auto_install": True,
}
