from odoo import api, fields, models


class ResPartner(models.Model):
    """Customers come to the till with their membership, however they get there."""

    _inherit = "res.partner"

    loyalty_owner_id = fields.Integer(
        compute="_compute_loyalty_owner_id",
        help="Technical: id of the partner whose membership counts. A number and no "
        "relation, so that tills do not load that partner too.",
    )

    @api.depends("commercial_partner_id")
    def _compute_loyalty_owner_id(self):
        for partner in self:
            partner.loyalty_owner_id = partner.commercial_partner_id.id

    @api.model
    def _load_pos_data_fields(self, config):
        return [
            *super()._load_pos_data_fields(config),
            "loyalty_membership_id",
            "loyalty_owner_id",
        ]

    @api.model
    def get_new_partner(self, config_id, domain, offset):
        result = super().get_new_partner(config_id, domain, offset)
        partners = self.browse(row["id"] for row in result["res.partner"])
        config = self.env["pos.config"].browse(config_id)
        if members := self.env["loyalty.membership"]._load_pos_data_of(
            partners, config
        ):
            result["loyalty.membership"] = members
        return result
