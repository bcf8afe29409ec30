from odoo import api, fields, models

from odoo.addons.crm_orders_stages.models.crm_orders_stage import STAGE_GROUP


class SaleOrder(models.Model):
    """Running contracts are made of orders."""

    _inherit = "sale.order"

    crm_orders_contract_ids = fields.One2many(
        "contract.contract",
        "crm_orders_order_id",
        "Running Contracts",
        groups=STAGE_GROUP,
    )
    crm_orders_contract_count = fields.Integer(
        "Number of Running Contracts",
        compute="_compute_crm_orders_contract_count",
        groups=STAGE_GROUP,
    )

    def _compute_crm_orders_contract_count(self):
        groups = self.env["contract.contract"]._read_group(
            [("crm_orders_order_id", "in", self.ids)],
            ["crm_orders_order_id"],
            ["__count"],
        )
        counts = {order.id: count for order, count in groups}
        for order in self:
            order.crm_orders_contract_count = counts.get(order.id, 0)

    def action_crm_orders_start_contract(self):
        """Ask how long the contract runs and how often it is invoiced."""
        self.ensure_one()
        return self._get_crm_orders_contract_action({"default_order_id": self.id})

    def action_crm_orders_view_contracts(self):
        """Open the running contracts of this order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_contract.contract_contract_action"
        )
        domain = [("crm_orders_order_id", "=", self.id)]
        return {**action, "domain": domain, "context": {}}

    @api.model
    def _get_crm_orders_contract_action(self, context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_contract.crm_orders_contract_make_action"
        )
        return {**action, "context": context}
