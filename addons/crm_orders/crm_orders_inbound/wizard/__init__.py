from . import crm_orders_source_key
