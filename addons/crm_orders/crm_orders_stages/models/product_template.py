from odoo import fields, models


class ProductTemplate(models.Model):
    """Products can tell which way their orders take."""

    _inherit = "product.template"

    crm_orders_type_id = fields.Many2one(
        "crm_orders.order.type",
        "Order Type",
        company_dependent=True,
        copy=False,
        ondelete="set null",
        domain="['|', ('company_id', '=', False), ('company_id', '=', current_company_id)]",
        groups="crm_orders_base.group_user",
        help="Orders of this product are of this type, for example a repair. Empty: the "
        "usual type of the company.",
    )

    def copy(self, default=None):
        """Whoever copies a product need not know of types; the copy has the same."""
        copies = super().copy(default)
        for template, copied in zip(self.sudo(), copies.sudo(), strict=True):
            if template.crm_orders_type_id:
                copied.crm_orders_type_id = template.crm_orders_type_id
        return copies
