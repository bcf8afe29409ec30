from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.sql import column_exists, create_column


class SaleOrder(models.Model):
    """Counts for the tier of its customer once confirmed, and gets its discount.

    The tier is taken when the customer is chosen and kept: what was quoted is not
    changed by purchases made meanwhile. Updating the prices takes the tier of the day.
    """

    _name = "sale.order"
    _inherit = ["sale.order", "loyalty.source"]

    loyalty_tier_id = fields.Many2one(
        "loyalty.tier",
        compute="_compute_loyalty_tier_id",
        store=True,
        precompute=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="Tier of the customer whose discount is on the lines.",
    )
    loyalty_tier_color = fields.Integer(related="loyalty_tier_id.color")

    def _auto_init(self):
        # orders that exist have no tier: do not compute them one by one
        if not column_exists(self.env.cr, self._table, "loyalty_tier_id"):
            create_column(self.env.cr, self._table, "loyalty_tier_id", "int4")
        return super()._auto_init()

    @api.depends("partner_id", "company_id")
    def _compute_loyalty_tier_id(self):
        for company, orders in self.grouped("company_id").items():
            # sudo: every seller gives the discount, not only who may read members
            partners = orders.partner_id.sudo()
            known = partners and self._may_know_loyalty(company)
            members = partners._get_loyalty_members(company) if known else {}
            for order in orders:
                if order.state in ("sale", "cancel"):
                    order.loyalty_tier_id = order.loyalty_tier_id
                    continue
                owner = order.partner_id.commercial_partner_id._origin
                member = members.get(owner.id)
                order.loyalty_tier_id = member.tier_id if member else False

    @api.model
    def _may_know_loyalty(self, company):
        """Employees may not ask a form for the tiers of companies they are not in."""
        user = self.env.user
        return (
            user._is_superuser()
            or not user._is_internal()
            or company in user.company_ids
        )

    @api.onchange("partner_id")
    def _onchange_partner_id_loyalty(self):
        self._apply_loyalty_tier()

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.filtered(lambda order: order.state == "sale")._schedule_loyalty_sync()
        return orders

    def write(self, vals):
        if not {"state", "partner_id"} & vals.keys():
            return super().write(vals)
        counted = self.filtered(lambda order: order.state == "sale")
        result = super().write(vals)
        if "partner_id" in vals and "order_line" not in vals:
            # with lines in the same call, the form has shown and decided already
            self._apply_loyalty_tier()
        counted |= self.filtered(lambda order: order.state == "sale")
        counted._schedule_loyalty_sync()
        return result

    def _recompute_prices(self):
        """Updating the prices also takes the tier that the customer has by now."""
        self._compute_loyalty_tier_id()
        return super()._recompute_prices()

    def _apply_loyalty_tier(self):
        """Put the discount of the tier on the lines of quotations."""
        for order in self:
            if order.state in ("draft", "sent"):
                order.order_line._apply_loyalty_discount()

    @api.model
    def _get_loyalty_domain(self, company, since):
        return (
            super()._get_loyalty_domain(company, since)
            & Domain("state", "=", "sale")
            & Domain("date_order", ">=", since)
        )

    def _get_loyalty_targets(self):
        """A confirmed order is worth its untaxed amount, any other nothing."""
        targets = super()._get_loyalty_targets()
        for order in self:
            if order.state == "sale":
                targets[order] = order._prepare_loyalty_target()
        return targets

    def _prepare_loyalty_target(self):
        self.ensure_one()
        return {
            "partner_id": self.partner_id.commercial_partner_id.id,
            # orders may be dated ahead
            "date": min(
                self.company_id._get_loyalty_day(self.date_order),
                self.company_id._get_loyalty_today(),
            ),
            "amount": self.amount_untaxed / (self.currency_rate or 1.0),
            "reference": self.name,
        }
