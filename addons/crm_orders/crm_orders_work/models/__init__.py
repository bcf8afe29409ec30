from . import crm_orders_erasure
from . import crm_orders_work_action
from . import crm_orders_work
