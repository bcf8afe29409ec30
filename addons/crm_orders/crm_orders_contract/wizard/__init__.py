from . import crm_orders_contract_make
