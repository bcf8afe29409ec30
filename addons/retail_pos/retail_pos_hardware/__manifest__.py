{
    "name": "Till Hardware",
    "summary": "Receipt printers and cash drawers through the till's device service",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Point of Sale",
    "depends": ["point_of_sale"],
    "data": [
        "security/ir.model.access.csv",
        "security/retail_pos_proxy_rules.xml",
        "views/retail_pos_proxy_views.xml",
        "views/pos_config_views.xml",
        "views/res_config_settings_views.xml",
        "views/retail_pos_hardware_menus.xml",
    ],
    "assets": {
        "point_of_sale._assets_pos": [
            "retail_pos_hardware/static/src/app/**/*",
        ],
        "web.assets_backend": [
            "retail_pos_hardware/static/src/app/utils/device_service.js",
            "retail_pos_hardware/static/src/backend/**/*",
        ],
        "web.assets_tests": [
            "retail_pos_hardware/static/tests/tours/**/*",
        ],
        "web.assets_unit_tests": [
            "retail_pos_hardware/static/tests/unit/**/*",
        ],
    },
}
