{
    "name": "Orders: Viber",
    "summary": "A Viber bot brings leads and takes the answers back",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_messenger"],
}
