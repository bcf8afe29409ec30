from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL, frozendict, ormcache


class LoyaltyTier(models.Model):
    """Level that a customer reaches by net purchases, e.g. Silver or Gold."""

    _name = "loyalty.tier"
    _description = "Loyalty Tier"
    _order = "company_id, threshold, id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        help="Every company has tiers of its own, in its own currency.",
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    threshold = fields.Monetary(
        required=True,
        help="Net purchases of the last 12 months, without taxes and after returns, "
        "that a customer needs for this tier. With 0 everybody who has bought "
        "something is in it.",
    )
    discount = fields.Float(
        string="Discount (%)",
        digits="Discount",
        help="Granted on every order line, unless the line has a better discount "
        "already or its product is excluded.",
    )
    color = fields.Integer(default=1, help="Colour of the badge.")
    sequence = fields.Integer(
        string="Rank",
        compute="_compute_sequence",
        help="1 is the lowest tier of the company. Follows from the thresholds.",
    )
    membership_ids = fields.One2many("loyalty.membership", "tier_id")
    membership_count = fields.Integer(
        string="Customers", compute="_compute_membership_count"
    )

    _threshold_positive = models.Constraint(
        "CHECK (threshold >= 0)", "A tier cannot start below zero."
    )
    _threshold_uniq = models.Constraint(
        "UNIQUE (company_id, threshold)",
        "Another tier of this company starts at the same amount.",
    )
    _discount_percent = models.Constraint(
        "CHECK (discount >= 0 AND discount <= 100)",
        "The discount of a tier is between 0 and 100 percent.",
    )

    @api.depends("threshold", "company_id")
    def _compute_sequence(self):
        for tier in self:
            tier.sequence = 1 + sum(
                other["threshold"] < tier.threshold and other["id"] != tier._origin.id
                for other in self._get_engine_tiers(tier.company_id.id)
            )

    @api.depends("membership_ids")
    def _compute_membership_count(self):
        groups = self.env["loyalty.membership"]._read_group(
            [("tier_id", "in", self.ids)], ["tier_id"], ["__count"]
        )
        counts = {tier.id: count for tier, count in groups}
        for tier in self:
            tier.membership_count = counts.get(tier._origin.id, 0)

    @api.model
    @ormcache("company_id")
    def _get_engine_tiers(self, company_id):
        """Tiers of a company as the engine reads them; empty when not configured.

        Cached, because every receipt and every order line asks.
        """
        tiers = self.sudo().search([("company_id", "=", company_id)], order="threshold")
        return tuple(
            frozendict(id=tier.id, threshold=tier.threshold, discount=tier.discount)
            for tier in tiers
        )

    @api.model
    def _get_companies(self):
        """Companies that have tiers, for jobs."""
        return self.env["res.company"].concat(
            *(company for [company] in self._read_group([], ["company_id"]))
        )

    @api.model
    def _get_percent(self, tier_id, company_id):
        """Discount of a tier in percent, 0 for no tier."""
        for tier in self._get_engine_tiers(company_id):
            if tier["id"] == tier_id:
                return tier["discount"]
        return 0.0

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        self._forget_cached()
        for company, new in tiers.grouped("company_id").items():
            if len(self._get_engine_tiers(company.id)) == len(new):
                company._start_loyalty()
        for tier in tiers:
            tier._flag_for_review(tier.threshold)
        return tiers

    def write(self, vals):
        if "company_id" in vals and any(
            tier.company_id.id != vals["company_id"] for tier in self
        ):
            raise UserError(
                self.env._(
                    "A tier stays with its company. Create a new one in the other "
                    "company instead."
                )
            )
        before = {tier: tier.threshold for tier in self}
        result = super().write(vals)
        self._forget_cached()
        if "threshold" in vals:
            for tier, threshold in before.items():
                if threshold != tier.threshold:
                    low, high = sorted((threshold, tier.threshold))
                    tier._flag_for_review(low, high)
        return result

    def unlink(self):
        for tier in self.sorted("threshold"):
            tier._move_members_down(self)
        result = super().unlink()
        self._forget_cached()
        return result

    @api.model
    def _forget_cached(self):
        self.env.registry.clear_cache()
        self.invalidate_model(["sequence"])

    def _flag_for_review(self, low, high=None):
        """Have the nightly job look at the customers whom a threshold concerns."""
        self.ensure_one()
        self.env["loyalty.membership"].flush_model()
        condition = SQL("amount >= %s", low)
        if high is not None:
            condition = SQL("%s AND amount < %s", condition, high)
        self.env.execute_query(
            SQL(
                """
                UPDATE loyalty_membership SET next_review = %s
                 WHERE company_id = %s AND ((%s) OR tier_id = %s)
             RETURNING id
                """,
                self.company_id._get_loyalty_today(),
                self.company_id.id,
                condition,
                self.id,
            )
        )
        self.env["loyalty.membership"].invalidate_model()
        self._trigger_review()

    def _move_members_down(self, leaving):
        """Give the members the next lower tier that stays, for the job to check."""
        self.ensure_one()
        self.env["loyalty.membership"].flush_model()
        lower = self.search(
            [
                ("company_id", "=", self.company_id.id),
                ("threshold", "<", self.threshold),
                ("id", "not in", leaving.ids),
            ],
            order="threshold DESC",
            limit=1,
        )
        today = self.company_id._get_loyalty_today()
        self.env.execute_query(
            SQL(
                """
                UPDATE loyalty_membership
                   SET tier_id = %s, since = %s, next_review = %s,
                       write_date = clock_timestamp() AT TIME ZONE 'UTC'
                 WHERE tier_id = %s
             RETURNING id
                """,
                lower.id or None,
                today,
                today,
                self.id,
            )
        )
        self.env["loyalty.membership"].invalidate_model()
        self._trigger_review()

    @api.model
    def _trigger_review(self):
        # sudo: managers of loyalty do not administer scheduled actions
        self.env.ref("loyalty_tiers.ir_cron_review").sudo()._trigger()

    def action_delete(self):
        """Delete the tier from its form, then show those that are left."""
        self.ensure_one()
        self.unlink()
        return self.env["ir.actions.act_window"]._for_xml_id(
            "loyalty_tiers.loyalty_tier_action"
        ) | {"target": "main"}

    def action_open_members(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "loyalty_tiers.loyalty_membership_action"
        )
        action["domain"] = [("tier_id", "=", self.id)]
        action["context"] = {}
        return action
