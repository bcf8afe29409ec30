from . import crm_orders_reply
