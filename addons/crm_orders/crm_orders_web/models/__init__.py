from . import crm_lead
from . import crm_orders_erasure
from . import crm_orders_event
from . import crm_orders_lead_maker
from . import crm_orders_web_field
from . import crm_orders_web_form
from . import crm_orders_source
