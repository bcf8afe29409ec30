{
    "name": "Orders: Telnyx",
    "summary": "Telnyx's numbers bring calls and text messages",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_messenger", "crm_orders_telephony"],
}
