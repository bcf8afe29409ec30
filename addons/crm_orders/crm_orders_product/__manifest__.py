{
    "name": "Orders: Products at a Glance",
    "summary": "Stock, sales, preorders and demand of a product on one screen",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Sales",
    "depends": ["crm_orders_purchase_plan"],
    "data": [
        "views/product_template_views.xml",
        "views/crm_orders_product_menus.xml",
    ],
}
