from . import loyalty_source, loyalty_tier, sale_order, sale_order_line
