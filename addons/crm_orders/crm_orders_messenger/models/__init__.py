from . import crm_lead
from . import crm_orders_attachment
from . import crm_orders_conversation
from . import crm_orders_erasure
from . import crm_orders_event
from . import crm_orders_outgoing
from . import crm_orders_source
from . import mail_notification
