from . import crm_lead
from . import crm_orders_assign_condition
