{
    "name": "Orders: Import of Old Notebooks",
    "summary": "Take customers and leads over from Excel and CSV, without doubles",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_identity"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_orders_import_rules.xml",
        "data/ir_cron.xml",
        "views/crm_orders_import_row_views.xml",
        "views/crm_orders_import_mapping_views.xml",
        "views/crm_orders_import_views.xml",
        "views/crm_orders_import_menus.xml",
    ],
    "assets": {
        "web.assets_backend": ["crm_orders_import/static/src/**/*"],
        "web.assets_unit_tests": ["crm_orders_import/static/tests/unit/**/*"],
    },
}
