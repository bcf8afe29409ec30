{
    "name": "Demo Shop: Till Hardware",
    "summary": "Both outlets of Kauppa Koivu print through a virtual device service",
    "version": "19.0.1.0.0",
    "author": "Asiakaskunta",
    "license": "LGPL-3",
    "category": "Sales/Point of Sale",
    "depends": ["retail_pos_demo", "retail_pos_hardware"],
    "data": ["data/retail_pos_proxy.xml"],
    "auto_install": True,
}
