from . import crm_orders_sla_report
