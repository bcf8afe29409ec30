{
    "name": "Orders: Rules by Lead Source",
    "summary": "Rules and response times for leads of one channel, shown in the inbox",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_assign", "crm_orders_inbound"],
    "data": [
        "views/crm_lead_views.xml",
        "views/crm_orders_assign_rule_views.xml",
        "views/crm_orders_sla_policy_views.xml",
    ],
    "auto_install": True,
}
