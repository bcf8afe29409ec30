{
    "name": "Orders: Response Times of Calls",
    "summary": "Calls answer leads, and missed calls are given out by the rules",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_assign", "crm_orders_telephony"],
    "auto_install": True,
}
