from . import crm_orders_asterisk_order
from . import crm_orders_erasure
from . import crm_orders_source
