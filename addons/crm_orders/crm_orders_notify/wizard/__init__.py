from . import crm_orders_notify_preview
from . import crm_orders_stage_load
