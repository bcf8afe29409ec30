from . import crm_lead
from . import crm_orders_duplicate
from . import crm_orders_erasure
from . import crm_orders_identity_matching
from . import crm_orders_identity
from . import crm_orders_merge
from . import res_partner
