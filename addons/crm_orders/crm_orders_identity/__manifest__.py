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
        "wizard/crm_orders_erase_views.xml",
        "views/crm_orders_identity_views.xml",
        "views/crm_orders_duplicate_views.xml",
        "views/crm_orders_merge_views.xml",
        "views/res_partner_views.xml",
        "views/crm_orders_identity_menus.xml",
    ],
    "assets": {
        "web.assets_tests": ["crm_orders_identity/static/tests/tours/**/*"],
    },
    "post_init_hook": "post_init_hook",
    "uninstall_hook": "uninstall_hook",
}
