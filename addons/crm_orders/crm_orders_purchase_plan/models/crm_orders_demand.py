from odoo import api, fields, models
from odoo.exceptions import ValidationError


class CrmOrdersDemand(models.Model):
    """Something that a customer asked for and the shop did not have."""

    _name = "crm_orders.demand"
    _description = "Asked, Not in Stock"
    _order = "date desc, id desc"
    _check_company_auto = True

    name = fields.Char(
        "What Was Asked For",
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        help="In words, if it is none of your products.",
    )
    product_id = fields.Many2one(
        "product.product",
        index="btree_not_null",
        check_company=True,
        domain=[("type", "=", "consu")],
        help="Choose the product, and the purchase plan counts with it.",
    )
    quantity = fields.Float(digits="Product Unit", required=True, default=1)
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        index="btree_not_null",
        help="Who asked, if the customer wants to be told when it is there.",
    )
    date = fields.Date(required=True, default=fields.Date.context_today, index=True)
    user_id = fields.Many2one(
        "res.users",
        "Written Down By",
        required=True,
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
    )
    state = fields.Selection(
        [("open", "Open"), ("done", "Served"), ("dropped", "Dropped")],
        "Status",
        required=True,
        default="open",
        index=True,
        help="Open: counted in the purchase plan.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company, index=True
    )
    warehouse_id = fields.Many2one(
        "stock.warehouse",
        compute="_compute_warehouse_id",
        store=True,
        readonly=False,
        precompute=True,
        check_company=True,
        help="The outlet where it was asked for.",
    )

    _quantity_positive = models.Constraint(
        "CHECK (quantity > 0)", "Ask for more than nothing."
    )

    @api.depends("product_id")
    def _compute_name(self):
        for demand in self:
            if demand.product_id:
                demand.name = demand.product_id.display_name

    @api.depends("company_id")
    def _compute_warehouse_id(self):
        warehouses = self.env["stock.warehouse"].sudo()
        found = warehouses.search([("company_id", "in", self.company_id.ids)])
        for demand in self:
            if demand.warehouse_id.company_id != demand.company_id:
                demand.warehouse_id = found.filtered(
                    lambda one, company=demand.company_id: one.company_id == company
                )[:1]

    @api.constrains("name", "product_id")
    def _check_name(self):
        for demand in self:
            if not demand.product_id and not (demand.name or "").strip():
                raise ValidationError(
                    self.env._("Choose a product or write what was asked for.")
                )

    def write(self, vals):
        result = super().write(vals)
        if {"company_id", "user_id"} & vals.keys():
            # Rules look at what it was before; what it becomes must be allowed, too.
            self.check_access("write")
        return result

    def action_done(self):
        """The customer got it."""
        self.state = "done"

    def action_drop(self):
        """Nobody wants it any more."""
        self.state = "dropped"
