from . import crm_orders_document_make
from . import crm_orders_document_sign
from . import crm_orders_stage_load
from . import mail_compose_message
