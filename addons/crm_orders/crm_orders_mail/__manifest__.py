{
    "name": "Orders: Mail",
    "summary": "Another mail of a customer goes on with their open lead",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_inbound"],
    "data": [
        "views/crm_orders_source_views.xml",
        "views/crm_team_views.xml",
    ],
}
