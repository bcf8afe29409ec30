from . import crm_orders_stage
from . import crm_orders_stage_condition
from . import crm_orders_stage_log
from . import repair_order
from . import sale_order
