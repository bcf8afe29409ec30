{
    "name": "Orders: Website Form",
    "summary": "One line of code puts a contact form on any website; it makes leads",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_inbound"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_orders_web_rules.xml",
        "views/crm_orders_source_views.xml",
        "views/crm_orders_event_views.xml",
        "views/crm_lead_views.xml",
        "views/crm_orders_web_templates.xml",
    ],
}
