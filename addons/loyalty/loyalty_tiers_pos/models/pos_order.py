from odoo import api, fields, models
from odoo.fields import Domain


class PosOrder(models.Model):
    """Counts for the tier of its customer once paid."""

    _name = "pos.order"
    _inherit = ["pos.order", "loyalty.source"]

    loyalty_tier_id = fields.Many2one(
        "loyalty.tier",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
        help="Tier of the customer at the till, whose discount is on the lines.",
    )

    @api.model
    def _process_order(self, order, existing_order):
        self._clean_loyalty_vals(order, existing_order)
        return super()._process_order(order, existing_order)

    @api.model
    def _clean_loyalty_vals(self, order, existing_order):
        """Believe no more of what a till says of tiers than can be true.

        A till may have been offline since its tier was deleted or its customer lost it.
        What was paid stands, whatever a till calls it: a discount above that of the
        tier was given by hand, and is reported as such.
        """
        company = self.env["pos.session"].browse(order["session_id"]).company_id
        if "loyalty_tier_id" not in order:
            tier_id = existing_order and existing_order.loyalty_tier_id.id
        elif self._is_loyalty_tier_possible(order, company):
            tier_id = order["loyalty_tier_id"]
        else:
            tier_id = order["loyalty_tier_id"] = False
        most = self.env["loyalty.tier"]._get_percent(tier_id, company.id)
        for command in order.get("lines") or []:
            line = command[2] if len(command) > 2 else None
            if isinstance(line, dict) and line.get("loyalty_discount"):
                granted = line["loyalty_discount"]
                # NaN is not above zero either
                is_percent = isinstance(granted, int | float) and granted > 0
                line["loyalty_discount"] = min(granted, most) if is_percent else 0.0

    @api.model
    def _is_loyalty_tier_possible(self, order, company):
        """Whether the tier exists and the customer is, or once was, in one."""
        tier_id, partner_id = order["loyalty_tier_id"], order.get("partner_id")
        tiers = self.env["loyalty.tier"]._get_engine_tiers(company.id)
        if type(tier_id) is not int or tier_id not in {tier["id"] for tier in tiers}:
            return False
        if type(partner_id) is not int:
            return False
        # sudo: cashiers need not be able to read members
        partner = self.env["res.partner"].sudo().browse(partner_id).exists()
        return bool(partner and partner._get_loyalty_members(company))

    def action_pos_order_paid(self):
        result = super().action_pos_order_paid()
        self._sync_loyalty(fresh=True)
        return result

    def write(self, vals):
        """The customer can still be entered after the payment, e.g. for an invoice."""
        result = super().write(vals)
        if "partner_id" in vals:
            self.filtered(lambda order: order.state in ("paid", "done"))._sync_loyalty()
        return result

    def read_pos_data(self, data, config):
        """The till learns at once which tier the customer has reached."""
        result = super().read_pos_data(data, config)
        paid = self.filtered(lambda order: order.state != "draft")
        if members := self.env["loyalty.membership"]._load_pos_data_of(
            paid.partner_id, config
        ):
            result["loyalty.membership"] = members
        return result

    @api.model
    def _get_loyalty_domain(self, company, since):
        return (
            super()._get_loyalty_domain(company, since)
            & Domain("state", "in", ["paid", "done"])
            & Domain("partner_id", "!=", False)
            & Domain("date_order", ">=", since)
        )

    def _get_loyalty_targets(self):
        targets = super()._get_loyalty_targets()
        for order in self:
            if order.state in ("paid", "done") and order.partner_id:
                targets[order] = order._prepare_loyalty_target()
        return targets

    def _prepare_loyalty_target(self):
        self.ensure_one()
        # a return has the day of the purchase, so that both leave the window together
        sold = self.lines.refunded_orderline_id.order_id[:1] or self
        day = self.company_id._get_loyalty_day(sold.date_order)
        return {
            "partner_id": self.partner_id.commercial_partner_id.id,
            # the clock of a till can be wrong
            "date": min(day, self.company_id._get_loyalty_today()),
            "amount": self.lines._filter_loyalty_lines()._get_loyalty_amount(),
            # what is printed on the receipt
            "reference": self.pos_reference or self.name,
        }
