{
    "name": "Loyalty Tiers in the Demo Shop",
    "summary": "Bronze, Silver and Gold, and customers in each of them",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Loyalty",
    "depends": ["loyalty_tiers", "retail_pos_demo"],
    "data": [
        "data/res_users.xml",
        "data/product_product.xml",
        "data/loyalty_tier.xml",
        "data/loyalty_activity.xml",
    ],
    "auto_install": True,
}
