from . import (
    loyalty_activity,
    loyalty_membership,
    loyalty_rule,
    loyalty_source,
    loyalty_tier,
    product_template,
    res_company,
    res_config_settings,
    res_partner,
)
