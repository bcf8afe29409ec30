from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import ormcache


class CrmOrdersOrderType(models.Model):
    """A kind of order that has a way of its own through the shop, say a repair."""

    _name = "crm_orders.order.type"
    _inherit = "crm_orders.setup"
    _description = "Order Type"
    _order = "sequence, id"
    _check_company_auto = True

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(
        default=10,
        help="The first type is that of orders whose products tell no type. Where they "
        "tell several, the first of those counts.",
    )
    kind = fields.Selection(
        [
            ("pickup", "Pick-up in the shop"),
            ("delivery", "Delivery"),
            ("custom", "Made to order"),
            ("service", "Repair and service"),
            ("preorder", "Preorder"),
        ],
        required=True,
        default="pickup",
        help="What orders of this type are about, whatever it is called.",
    )
    color = fields.Integer()
    stage_ids = fields.Many2many(
        "crm_orders.stage",
        "crm_orders_stage_order_type_rel",
        "type_id",
        "stage_id",
        "Stages",
        check_company=True,
        help="The way of these orders. Stages without a type belong to every way.",
    )
    company_id = fields.Many2one(
        "res.company",
        default=lambda self: self.env.company,
        index="btree_not_null",
        help="Empty: every company uses this type. Only people who work for all "
        "companies can change it then.",
    )

    @api.model
    def _get_cached_fields(self):
        return {"active", "sequence", "company_id", "stage_ids"}

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        orders = self.env["sale.order"].sudo().with_context(active_test=False)
        if orders.search_count([("crm_orders_type_id", "in", self.ids)], limit=1):
            raise UserError(
                self.env._("There are orders of this type. Archive it instead.")
            )

    @api.model
    def _get_for_companies(self, companies):
        """Types that orders of each company may have, the usual one first."""
        return {
            company: self.sudo().browse(self._get_ids_of_company(company.id))
            for company in companies
        }

    @ormcache("company_id")
    def _get_ids_of_company(self, company_id):
        # Asked whenever lines of any order change, also where nobody uses types.
        return self.sudo().search([("company_id", "in", [company_id, False])])._ids
