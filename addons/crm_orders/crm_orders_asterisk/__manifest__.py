{
    "name": "Orders: Asterisk and FreePBX",
    "summary": "An exchange of one's own reports its calls and makes calls",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_telephony"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_orders_asterisk_rules.xml",
        "views/crm_orders_source_views.xml",
    ],
}
