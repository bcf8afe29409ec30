{
    "name": "Orders: Response Times of Messages",
    "summary": "Answers that go out by a messenger stop the clock of the lead",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_assign", "crm_orders_messenger"],
    "data": ["wizard/crm_orders_reply_views.xml"],
    "auto_install": True,
}
