from odoo import api, models


class PosConfig(models.Model):
    """Tills of companies that use stages or types of orders deal with orders."""

    _inherit = "pos.config"

    @api.model
    def _load_pos_data_read(self, records, config):
        read_records = super()._load_pos_data_read(records, config)
        if read_records:
            read_records[0]["_crm_orders_till"] = config._prepare_crm_orders_till()
        return read_records

    def _prepare_crm_orders_till(self):
        """What the till knows of orders: their types; False where nobody uses them."""
        self.ensure_one()
        company = self.company_id
        types = self.env["crm_orders.order.type"]._get_for_companies(company)[company]
        if not types and not self.env["crm_orders.stage"]._companies_with_stages(
            company
        ):
            return False
        return {
            "types": [
                {"id": one.id, "name": one.name, "kind": one.kind} for one in types
            ]
        }
