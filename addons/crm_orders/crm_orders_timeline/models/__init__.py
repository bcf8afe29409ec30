from . import crm_lead
from . import crm_orders_timeline
from . import crm_orders_timeline_feeds
from . import res_partner
