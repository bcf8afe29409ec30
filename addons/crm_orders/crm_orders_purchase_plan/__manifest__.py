{
    "name": "Orders: Purchase Plan",
    "summary": "What to buy from whom and when, from preorders and other needs",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Sales",
    "depends": ["crm_orders_preorder", "purchase_stock"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_orders_purchase_plan_rules.xml",
        "views/crm_orders_demand_views.xml",
        "views/crm_orders_purchase_plan_views.xml",
        "views/purchase_order_views.xml",
        "views/crm_orders_purchase_plan_menus.xml",
    ],
}
