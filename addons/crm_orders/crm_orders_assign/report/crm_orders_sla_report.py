from odoo import fields, models
from odoo.tools import SQL


class CrmOrdersSlaReport(models.Model):
    """How fast customers were answered: a row for each lead that waited for an answer."""

    _name = "crm_orders.sla.report"
    _description = "Response Times"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "lead_id"

    lead_id = fields.Many2one("crm.lead", readonly=True)
    user_id = fields.Many2one("res.users", "Responsible", readonly=True)
    answered_by_id = fields.Many2one("res.users", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    source_id = fields.Many2one("utm.source", readonly=True)
    medium_id = fields.Many2one("utm.medium", readonly=True)
    policy_id = fields.Many2one("crm_orders.sla.policy", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    date = fields.Datetime("Came In", readonly=True)
    weekday = fields.Selection(
        [
            ("1", "Monday"),
            ("2", "Tuesday"),
            ("3", "Wednesday"),
            ("4", "Thursday"),
            ("5", "Friday"),
            ("6", "Saturday"),
            ("7", "Sunday"),
        ],
        readonly=True,
        help="Day of the week on which the lead came in, where the company is.",
    )
    hour = fields.Char(
        "Hour of Day",
        readonly=True,
        help="Hour in which the lead came in, where the company is.",
    )
    state = fields.Selection(
        selection=lambda self: (
            self.env["crm.lead"]
            ._fields["crm_orders_sla_state"]
            ._description_selection(self.env)
        ),
        readonly=True,
    )
    answered = fields.Integer("Answered Leads", readonly=True)
    in_time_share = fields.Float(
        "In Time (%)",
        readonly=True,
        aggregator="avg",
        help="Share of leads that were answered in time, of those that were answered or "
        "are late. Leads that were closed before count for nothing.",
    )
    minutes = fields.Float(
        "Average Minutes",
        readonly=True,
        aggregator="avg",
        help="Minutes to the first answer, in the time that the policy counts.",
    )
    median_minutes = fields.Float(
        readonly=True,
        aggregator="avg",
        help="Half of the customers were answered faster. A few answers that took days "
        "do not change it much, unlike the average.",
    )

    def _read_group_select(self, aggregate_spec, query):
        if aggregate_spec != "median_minutes:avg":
            return super()._read_group_select(aggregate_spec, query)
        return SQL(
            "PERCENTILE_CONT(0.5) WITHIN GROUP (ORDER BY %s)",
            self._field_to_sql(self._table, "median_minutes", query),
        )

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT l.id,
                   l.id AS lead_id,
                   l.user_id,
                   l.crm_orders_first_response_user_id AS answered_by_id,
                   l.team_id,
                   l.source_id,
                   l.medium_id,
                   l.crm_orders_sla_policy_id AS policy_id,
                   l.company_id,
                   l.crm_orders_clock_start AS date,
                   TO_CHAR(local.time, 'ID') AS weekday,
                   TO_CHAR(local.time, 'HH24') AS hour,
                   l.crm_orders_sla_state AS state,
                   CASE WHEN l.crm_orders_first_response_date IS NULL
                        THEN 0 ELSE 1 END AS answered,
                   CASE l.crm_orders_sla_state
                        WHEN 'answered' THEN 100.0
                        WHEN 'answered_late' THEN 0.0
                        WHEN 'late' THEN 0.0 END AS in_time_share,
                   answer.minutes,
                   answer.minutes AS median_minutes
              FROM crm_lead l
         LEFT JOIN res_company c ON c.id = l.company_id
         LEFT JOIN resource_calendar k ON k.id = c.resource_calendar_id
        CROSS JOIN LATERAL (
                       SELECT l.crm_orders_clock_start AT TIME ZONE 'UTC'
                              AT TIME ZONE COALESCE(k.tz, %(zone)s) AS time
                   ) local
        CROSS JOIN LATERAL (
                       SELECT CASE WHEN l.crm_orders_first_response_date IS NOT NULL
                                   THEN l.crm_orders_response_minutes END AS minutes
                   ) answer
             WHERE l.crm_orders_clock_start IS NOT NULL
            """,
            zone=self.env.company.resource_calendar_id.tz or "UTC",
        )
