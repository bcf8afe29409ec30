from . import crm_orders_demand
from . import crm_orders_purchase_plan
from . import purchase_order
from . import purchase_order_line
from . import sale_order
from . import sale_order_line
