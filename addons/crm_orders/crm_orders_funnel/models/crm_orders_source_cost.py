from odoo import api, fields, models
from odoo.exceptions import ValidationError

MOST_DAYS = 3700


class CrmOrdersSourceCost(models.Model):
    """What was spent to get leads from somewhere, in a period."""

    _name = "crm_orders.source.cost"
    _description = "Cost of Leads"
    _order = "date_from desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        "Description", required=True, help="What was paid for, for example the fair."
    )
    date_from = fields.Date(
        "From",
        required=True,
        default=lambda self: fields.Date.context_today(self).replace(day=1),
        help="The first day that the money works.",
    )
    date_to = fields.Date(
        "Until",
        required=True,
        default=fields.Date.context_today,
        help="The last day. The amount is spread evenly over the days.",
    )
    source_id = fields.Many2one(
        "utm.source",
        "Origin",
        help="Of which leads it is the cost: those with this origin.",
    )
    medium_id = fields.Many2one("utm.medium", help="Of leads with this medium.")
    campaign_id = fields.Many2one("utm.campaign", help="Of leads with this campaign.")
    channel_id = fields.Many2one(
        "crm_orders.source",
        check_company=True,
        help="Of leads that came by this form, messenger account or telephone line.",
    )
    amount = fields.Monetary(required=True, help="Without tax.")
    currency_id = fields.Many2one(
        "res.currency", required=True, default=lambda self: self.env.company.currency_id
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company's Currency"
    )
    amount_company = fields.Monetary(
        "In the Company's Currency",
        currency_field="company_currency_id",
        compute="_compute_amount_company",
        store=True,
        help="At the rate of the first day.",
    )
    days = fields.Integer(compute="_compute_days", store=True)

    _period = models.Constraint(
        f"CHECK (date_from <= date_to AND date_to - date_from < {MOST_DAYS})",
        "A period ends after it begins, and within ten years.",
    )
    _amount_positive = models.Constraint(
        "CHECK (amount >= 0)", "A cost cannot be negative."
    )
    _about_something = models.Constraint(
        "CHECK (num_nonnulls(source_id, medium_id, campaign_id, channel_id) > 0)",
        "Say of which origin, medium, campaign or channel it is the cost.",
    )

    @api.depends("amount", "currency_id", "company_id", "date_from")
    def _compute_amount_company(self):
        for cost in self:
            company = cost.company_id or self.env.company
            cost.amount_company = cost.currency_id._convert(
                cost.amount,
                company.currency_id,
                company,
                cost.date_from or fields.Date.context_today(cost),
            )

    @api.depends("date_from", "date_to")
    def _compute_days(self):
        for cost in self:
            both = cost.date_from and cost.date_to
            cost.days = (cost.date_to - cost.date_from).days + 1 if both else 0

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            # The rules have looked at the old company; the new one counts as well.
            self.check_access("write")
        return result

    @api.onchange("date_from")
    def _onchange_date_from(self):
        if self.date_from and self.date_to and self.date_to < self.date_from:
            self.date_to = self.date_from

    @api.constrains("amount")
    def _check_amount(self):
        # More than any shop spends; the sums of a report stay exact.
        if any(cost.amount >= 10**12 for cost in self):
            raise ValidationError(self.env._("That is too large an amount."))
