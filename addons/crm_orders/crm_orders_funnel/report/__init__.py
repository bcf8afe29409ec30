from . import crm_orders_funnel_report
