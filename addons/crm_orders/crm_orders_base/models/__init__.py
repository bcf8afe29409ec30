from . import crm_orders_gap_text
from . import crm_orders_queue
from . import crm_orders_sending
from . import crm_orders_setup
