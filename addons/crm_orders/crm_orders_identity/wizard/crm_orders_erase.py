from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmOrdersErase(models.TransientModel):
    """Says what would be erased, and asks before what customers have sent is erased."""

    _name = "crm_orders.erase"
    _description = "Erase What Customers Have Sent"

    partner_ids = fields.Many2many("res.partner", string="Customers")
    lead_ids = fields.Many2many("crm.lead", string="Leads")
    counts = fields.Json(compute="_compute_counts")
    summary = fields.Html("Is Erased", compute="_compute_counts", sanitize=False)

    @api.depends("partner_ids", "lead_ids")
    def _compute_counts(self):
        erasure = self.env["crm_orders.erasure"]
        for wizard in self:
            partners, leads = wizard._get_chosen()
            counts = erasure._announce(partners, leads)
            wizard.counts = counts
            lines = erasure._get_lines(counts)
            wizard.summary = Markup("<ul>%s</ul>") % Markup().join(
                Markup("<li>%s: <b>%s</b></li>") % line for line in lines
            )
            if not lines:
                wizard.summary = Markup("<p>%s</p>") % self.env._(
                    "Nothing that they have sent is stored."
                )

    @api.model
    def _get_action(self, **chosen):
        """Open the question; `chosen` are ids by the names of fields."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Erase What Was Sent"),
            "res_model": self._name,
            "views": [(False, "form")],
            "target": "new",
            "context": {f"default_{name}": ids for name, ids in chosen.items()},
        }

    def action_erase(self):
        """Erase, as far as the user may."""
        self.ensure_one()
        partners, leads = self._get_chosen()
        if not partners and not leads:
            raise UserError(self.env._("Choose customers or leads first."))
        self.env["crm_orders.erasure"]._erase(partners, leads)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("It has been erased."),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    def _get_chosen(self):
        """The records themselves, rather than those that the form is about to store."""
        return (
            self.partner_ids._origin.with_context(active_test=False),
            self.lead_ids._origin.with_context(active_test=False),
        )
