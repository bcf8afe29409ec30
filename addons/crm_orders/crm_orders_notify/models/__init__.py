from . import crm_orders_erasure
from . import crm_orders_order_notice_rule
from . import crm_orders_order_notice
from . import crm_orders_stage
from . import res_company
from . import res_config_settings
from . import res_partner
from . import sale_order
