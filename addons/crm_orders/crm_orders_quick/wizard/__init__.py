from . import crm_orders_quick_order
