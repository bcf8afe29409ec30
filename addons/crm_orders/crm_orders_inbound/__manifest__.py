{
    "name": "Orders: Incoming Leads",
    "summary": "Web shops and forms send leads over HTTP; none is lost or doubled",
    "version": "19.0.2.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_identity"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_orders_inbound_rules.xml",
        "data/ir_cron.xml",
        "wizard/crm_orders_source_key_views.xml",
        "views/crm_orders_event_views.xml",
        "views/crm_orders_source_views.xml",
        "views/crm_lead_views.xml",
        "views/crm_orders_inbound_menus.xml",
    ],
}
