from . import crm_lead
from . import crm_orders_identity
from . import res_partner
