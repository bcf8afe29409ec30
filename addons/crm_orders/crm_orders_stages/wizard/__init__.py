from . import crm_orders_stage_load
from . import crm_orders_stage_move
