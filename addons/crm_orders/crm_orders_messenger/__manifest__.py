{
    "name": "Orders: Messengers",
    "summary": "Messages become leads; replies go out on the same channel",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_inbound"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_orders_messenger_rules.xml",
        "data/ir_cron.xml",
        "views/crm_orders_conversation_views.xml",
        "views/crm_orders_outgoing_views.xml",
        "views/crm_orders_source_views.xml",
        "views/crm_lead_views.xml",
        "views/crm_orders_messenger_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["crm_orders_messenger/static/src/**/*"],
        "web.assets_tests": ["crm_orders_messenger/static/tests/tours/**/*"],
    },
}
