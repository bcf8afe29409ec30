{
    "name": "Orders: Messages to Customers in Messengers",
    "summary": "Tells customers how far their orders are in the messenger they wrote from",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Sales",
    "depends": ["crm_orders_notify", "crm_orders_messenger"],
    "auto_install": True,
}
