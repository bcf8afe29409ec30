from . import crm_lead
from . import crm_orders_event_door
from . import crm_orders_event
from . import crm_orders_lead_maker
from . import crm_orders_source_hook
from . import crm_orders_source
from . import crm_orders_source_setting
