from . import crm_orders_quick_order
from . import crm_orders_stage_load
