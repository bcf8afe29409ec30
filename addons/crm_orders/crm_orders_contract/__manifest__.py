{
    "name": "Orders: Running Contracts",
    "summary": "Running contracts from orders, and a reminder before they end",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "AGPL-3",
    "category": "Sales/Sales",
    "depends": ["contract", "crm_orders_documents"],
    "data": [
        "security/ir.model.access.csv",
        "security/crm_orders_contract_rules.xml",
        "data/ir_cron.xml",
        "wizard/crm_orders_contract_make_views.xml",
        "views/contract_contract_views.xml",
        "views/crm_orders_document_views.xml",
        "views/sale_order_views.xml",
        "views/crm_orders_contract_menus.xml",
    ],
}
