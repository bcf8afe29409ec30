from odoo import fields, models


class ResPartner(models.Model):
    """Customers know their calls."""

    _inherit = "res.partner"

    crm_orders_call_count = fields.Integer(
        "Number of Calls",
        compute="_compute_crm_orders_call_count",
        groups="crm_orders_base.group_user",
    )

    def _compute_crm_orders_call_count(self):
        counts = dict(
            self.env["crm_orders.call"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.crm_orders_call_count = counts.get(partner._origin, 0)

    def action_crm_orders_view_calls(self):
        """Open the calls of this customer."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_telephony.crm_orders_call_action"
        )
        return {**action, "domain": [("partner_id", "=", self.id)], "context": {}}

    def _crm_orders_is_colleague(self):
        """Whether this is somebody of the house."""
        return bool(self) and not self.partner_share
