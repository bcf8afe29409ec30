from . import pos_order_line, sale_order, sale_order_line
