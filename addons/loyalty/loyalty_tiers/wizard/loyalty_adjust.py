from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..models.loyalty_source import LARGEST_AMOUNT


class LoyaltyAdjust(models.TransientModel):
    """Enters an amount into the ledger by hand, with a reason."""

    _name = "loyalty.adjust"
    _description = "Loyalty Adjustment"

    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        default=lambda self: self._default_partner_id(),
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    amount = fields.Monetary(
        required=True,
        help="Added to the purchases of the customer. A negative amount takes away: "
        "the tier then follows in the night.",
    )
    date = fields.Date(
        required=True,
        default=lambda self: self.env.company._get_loyalty_today(),
        help="Counts for 12 months from this day on.",
    )
    reason = fields.Char(
        required=True, help="Stays in the ledger for everybody to see."
    )

    @api.model
    def _default_partner_id(self):
        """Customer whose form the wizard is opened from."""
        if self.env.context.get("active_model") == "res.partner":
            return self.env.context.get("active_id")
        return False

    @api.constrains("amount", "date", "reason")
    def _check_entry(self):
        for wizard in self:
            if wizard.currency_id.is_zero(wizard.amount):
                raise ValidationError(self.env._("Enter an amount other than zero."))
            if not abs(wizard.amount) < LARGEST_AMOUNT:
                raise ValidationError(self.env._("The amount is too large."))
            if wizard.date > wizard.company_id._get_loyalty_today():
                raise ValidationError(
                    self.env._("An adjustment cannot be dated in the future.")
                )
            if not wizard.reason.strip():
                raise ValidationError(self.env._("Enter a reason."))

    def action_confirm(self):
        self.ensure_one()
        if self.company_id not in self.env.companies:
            raise AccessError(self.env._("You do not work in this company."))
        if not self.env["loyalty.tier"]._get_engine_tiers(self.company_id.id):
            raise UserError(self.env._("Set up the tiers of this company first."))
        # sudo: the ledger is closed to everybody; this wizard is open to managers only
        activities = self.env["loyalty.activity"].sudo()
        activities._accrue([self._prepare_activity_vals()])
        return {"type": "ir.actions.act_window_close"}

    def _prepare_activity_vals(self):
        """Ledger entry; the wizard is its source, so it cannot be entered twice."""
        self.ensure_one()
        return {
            "partner_id": self.partner_id.commercial_partner_id.id,
            "company_id": self.company_id.id,
            "kind": "adjust",
            "source_model": self._name,
            "source_id": self.id,
            "reference": self.env._("Adjustment"),
            "date": self.date,
            "amount": self.currency_id.round(self.amount),
            "reason": self.reason.strip(),
        }
