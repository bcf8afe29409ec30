from odoo import fields, models
from odoo.tools import SQL

from ..models.crm_stage import STEPS

ALL_STEPS = [*STEPS, ("4", "Won")]


class CrmOrdersFunnelReport(models.Model):
    """One row for each lead, with the steps it has taken, and one for each day's cost.

    Definitions:

    * lead: every lead and opportunity, also archived and lost ones, on the day it came;
    * contacted: a person has written to the customer, called or met them;
    * qualified: it was in a stage of that step;
    * quotation: it was in a stage of that step, or has a quotation, cancelled or not;
    * won: it is won now, or has a confirmed order;
    * who takes a step has taken those before, and who goes back has taken it still,
      except that a lead that is not won any more is not won;
    * revenue: untaxed amounts of confirmed orders in the company's currency; of won
      leads without any, what was expected;
    * a cost belongs to each day of its period alike.
    """

    _name = "crm_orders.funnel.report"
    _description = "Funnel by Source"
    _auto = False
    _rec_name = "lead_id"
    _order = "date desc, id desc"

    date = fields.Datetime(readonly=True)
    lead_id = fields.Many2one("crm.lead", readonly=True)
    cost_id = fields.Many2one("crm_orders.source.cost", "Cost Entry", readonly=True)
    source_id = fields.Many2one("utm.source", "Origin", readonly=True)
    medium_id = fields.Many2one("utm.medium", readonly=True)
    campaign_id = fields.Many2one("utm.campaign", readonly=True)
    channel_id = fields.Many2one("crm_orders.source", readonly=True)
    team_id = fields.Many2one("crm.team", "Sales Team", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    step = fields.Selection(ALL_STEPS, "Furthest Step", readonly=True)
    leads = fields.Integer(readonly=True)
    contacted = fields.Integer(readonly=True)
    qualified = fields.Integer(readonly=True)
    quotation = fields.Integer("Quotations", readonly=True)
    won = fields.Integer(readonly=True)
    lost = fields.Integer(readonly=True)
    revenue = fields.Float(readonly=True, help="In the currency of the company.")
    cost = fields.Float(readonly=True, help="In the currency of the company.")

    @property
    def _table_query(self):
        return SQL("%s UNION ALL %s", self._get_lead_query(), self._get_cost_query())

    def _get_lead_query(self):
        return SQL(
            """
            SELECT lead.id AS id,
                   lead.create_date AS date,
                   lead.id AS lead_id,
                   NULL::integer AS cost_id,
                   lead.source_id,
                   lead.medium_id,
                   lead.campaign_id,
                   lead.crm_orders_source_id AS channel_id,
                   lead.team_id,
                   lead.user_id,
                   lead.company_id,
                   lead.step,
                   1 AS leads,
                   (lead.step >= '1')::integer AS contacted,
                   (lead.step >= '2')::integer AS qualified,
                   (lead.step >= '3')::integer AS quotation,
                   (lead.step >= '4')::integer AS won,
                   (lead.step < '4' AND lead.won_status = 'lost')::integer AS lost,
                   CASE WHEN lead.step >= '4'
                        THEN COALESCE(lead.sold, lead.expected_revenue, 0)
                        ELSE 0
                   END::float AS revenue,
                   0::float AS cost
              FROM (
                  SELECT lead.*,
                         orders.sold,
                         CASE
                             WHEN lead.won_status = 'won' OR orders.sold IS NOT NULL
                             THEN '4'
                             WHEN orders.opportunity_id IS NOT NULL
                             THEN '3'
                             ELSE COALESCE(lead.crm_orders_reached, '0')
                         END AS step
                    FROM crm_lead lead
                    LEFT JOIN (
                        SELECT opportunity_id,
                               sum(amount_untaxed / COALESCE(NULLIF(currency_rate, 0), 1))
                                   FILTER (WHERE state = 'sale') AS sold
                          FROM sale_order
                         WHERE opportunity_id IS NOT NULL
                         GROUP BY opportunity_id
                    ) orders ON orders.opportunity_id = lead.id
              ) lead
            """
        )

    def _get_cost_query(self):
        # Noon is on that day for whoever looks. Ids are below zero, apart from leads'.
        return SQL(
            """
            SELECT -(cost.id::bigint * 4000 + day.number) AS id,
                   cost.date_from + day.number + TIME '12:00' AS date,
                   NULL::integer AS lead_id,
                   cost.id AS cost_id,
                   cost.source_id,
                   cost.medium_id,
                   cost.campaign_id,
                   cost.channel_id,
                   NULL::integer AS team_id,
                   NULL::integer AS user_id,
                   cost.company_id,
                   NULL AS step,
                   0 AS leads,
                   0 AS contacted,
                   0 AS qualified,
                   0 AS quotation,
                   0 AS won,
                   0 AS lost,
                   0::float AS revenue,
                   (cost.amount_company / cost.days)::float AS cost
              FROM crm_orders_source_cost cost
             CROSS JOIN LATERAL generate_series(0, cost.days - 1) AS day (number)
            """
        )

    def action_open_lead(self):
        """Open the lead or the cost of a row."""
        self.ensure_one()
        record = self.lead_id or self.cost_id
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
        }
