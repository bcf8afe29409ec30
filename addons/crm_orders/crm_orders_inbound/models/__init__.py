from . import crm_lead
from . import crm_orders_event
from . import crm_orders_source
