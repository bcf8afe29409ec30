from . import crm_orders_deposit
from . import crm_orders_till
from . import pos_order
from . import product_template
from . import sale_order
from . import stock_move
