from . import crm_orders_stage_load
