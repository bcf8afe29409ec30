{
    "name": "Orders: WhatsApp, Messenger, Instagram",
    "summary": "Meta's messengers bring leads and take the answers back",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/CRM",
    "depends": ["crm_orders_messenger"],
}
