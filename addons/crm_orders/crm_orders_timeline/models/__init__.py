from . import crm_lead
from . import crm_orders_timeline_feeds
from . import crm_orders_timeline
from . import res_partner
