{
    "name": "Orders",
    "summary": "One place for a seller's day: leads, quotations, orders and customers",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Sales",
    "depends": ["sale_management", "sale_crm"],
    "data": [
        "security/crm_orders_base_groups.xml",
        "views/crm_orders_base_menus.xml",
    ],
    "application": True,
}
