{
    "name": "Orders: Live Chat",
    "summary": "A live chat that nobody answered becomes a lead",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_inbound", "crm_livechat"],
    "data": [
        "data/ir_cron.xml",
        "views/im_livechat_channel_views.xml",
        "views/crm_orders_source_views.xml",
    ],
    "auto_install": True,
    "assets": {
        "im_livechat.assets_livechat_support_tours": [
            "crm_orders_livechat/static/tests/tours/support/*",
        ],
        "web.assets_tests": [
            "crm_orders_livechat/static/tests/tours/backend/*",
        ],
    },
}
