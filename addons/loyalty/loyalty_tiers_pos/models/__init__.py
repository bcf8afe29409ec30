from . import (
    loyalty_membership,
    loyalty_source,
    loyalty_tier,
    pos_order,
    pos_order_line,
    pos_session,
    product_template,
    res_partner,
)
