{
    "name": "Orders in the Demo Shop",
    "summary": "Leads from the web and orders in every stage for the demo shop",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Sales",
    "depends": [
        "crm_orders_assign",
        "crm_orders_funnel",
        "crm_orders_stages",
        "crm_orders_web",
        "retail_pos_demo",
    ],
    "data": [
        "data/res_users.xml",
        "data/crm_orders_assign.xml",
        "data/crm_orders_source.xml",
        "data/crm_orders_source_cost.xml",
        "data/sale_order.xml",
    ],
    "auto_install": True,
    "post_init_hook": "post_init_hook",
}
