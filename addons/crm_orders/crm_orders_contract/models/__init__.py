from . import contract_contract
from . import crm_orders_document
from . import sale_order
