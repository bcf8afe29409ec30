{
    "name": "Orders: Who Is Who",
    "summary": "Know customers by phone, mail and messenger; merge doubles, and undo it",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_base"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_orders_identity_rules.xml",
    ],
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
