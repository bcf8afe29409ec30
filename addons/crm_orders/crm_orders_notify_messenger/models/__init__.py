from . import crm_orders_identity
from . import crm_orders_order_notice
from . import crm_orders_order_notice_rule
from . import crm_orders_outgoing
from . import sale_order
