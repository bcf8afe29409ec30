from . import (
    crm_lead,
    crm_orders_assign_condition,
    crm_orders_assign_member,
    crm_orders_assign_rule,
    crm_orders_notice,
    crm_orders_sla_log,
    crm_orders_sla_policy,
    crm_orders_sla_step,
    crm_team,
    res_users,
    resource_calendar,
)
