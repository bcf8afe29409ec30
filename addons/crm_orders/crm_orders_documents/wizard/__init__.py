from . import crm_orders_document_make
from . import crm_orders_document_sign
from . import mail_compose_message
