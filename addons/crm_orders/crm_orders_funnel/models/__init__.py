from . import crm_lead
from . import crm_orders_funnel
from . import crm_orders_source_cost
from . import crm_stage
