{
    "name": "Orders: Stages and Goods",
    "summary": "Goods that are reserved or handed out move orders from stage to stage",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Sales",
    "depends": ["crm_orders_stages", "sale_stock"],
    "auto_install": True,
}
