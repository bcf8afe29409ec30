from . import crm_orders_erasure
from . import crm_orders_event
from . import crm_orders_lead_maker
from . import crm_orders_source
from . import discuss_channel
from . import im_livechat_channel
