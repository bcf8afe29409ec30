{
    "name": "Orders: Repairs",
    "summary": "Repairs and their service orders move through the stages together",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Sales",
    "depends": ["crm_orders_quick", "repair"],
    "data": [
        "wizard/crm_orders_quick_order_views.xml",
        "views/crm_orders_stage_views.xml",
        "views/repair_order_views.xml",
        "views/sale_order_views.xml",
    ],
    "auto_install": True,
}
