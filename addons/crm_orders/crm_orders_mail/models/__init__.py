from . import crm_lead
from . import crm_orders_source
from . import crm_team
