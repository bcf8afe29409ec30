from . import crm_orders_erase
from . import crm_orders_source_key
