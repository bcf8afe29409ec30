from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL, float_compare

DEPOSIT_KINDS = [
    ("none", "No deposit"),
    ("fixed", "Amount per unit"),
    ("percent", "Percent of the price"),
]


class NoPlace(UserError):
    """There are no places left of what is to be preordered, or none for its customer."""


class ProductTemplate(models.Model):
    """Products can be ordered before they are there."""

    _inherit = "product.template"

    crm_orders_preorder = fields.Boolean(
        "Can Be Preordered",
        help="Orders of this product become preorders: they may ask for a deposit, and "
        "their customers stand in line for the goods.",
    )
    crm_orders_preorder_until = fields.Date(
        "Preorders Until",
        help="The last day on which preorders are taken. Empty: until the release date, "
        "if there is one.",
    )
    crm_orders_release_date = fields.Date(
        "Release Date",
        help="The first day on which customers can have it.",
    )
    crm_orders_release_text = fields.Char(
        "Release in Words",
        translate=True,
        help="What customers are told as long as no date is known, for example: autumn.",
    )
    crm_orders_deposit_kind = fields.Selection(
        DEPOSIT_KINDS,
        "Deposit",
        required=True,
        default="none",
        help="What a customer pays in advance to get a place in line.",
    )
    crm_orders_deposit_fixed = fields.Float(
        "Deposit per Unit",
        digits="Product Price",
        help="Taxes included, in the currency of the product.",
    )
    crm_orders_deposit_percent = fields.Float(
        "Deposit (%)", default=20, help="Of the price with taxes."
    )
    crm_orders_preorder_quota = fields.Float(
        "Quota",
        digits="Product Unit",
        help="How many can be preordered altogether, counting all variants. 0: any "
        "number.",
    )
    crm_orders_preorder_limit = fields.Float(
        "Limit per Customer",
        digits="Product Unit",
        help="How many one customer can preorder. 0: any number.",
    )
    # Written whenever a place of the quota is taken, so that the database notices two
    # people who take the last one at once.
    crm_orders_quota_turn = fields.Integer(
        "Turn", copy=False, prefetch=False, groups="."
    )
    crm_orders_preordered_qty = fields.Float(
        "Preordered",
        digits="Product Unit",
        compute="_compute_crm_orders_preordered_qty",
        help="How many have been preordered by now.",
    )

    _crm_orders_deposit_percent_range = models.Constraint(
        "CHECK (crm_orders_deposit_percent BETWEEN 0 AND 100)",
        "A deposit is between 0 and 100 percent of the price.",
    )
    _crm_orders_preorder_not_negative = models.Constraint(
        "CHECK (crm_orders_deposit_fixed >= 0 AND crm_orders_preorder_quota >= 0"
        " AND crm_orders_preorder_limit >= 0)",
        "Deposit, quota and limit of preorders cannot be below zero.",
    )

    @api.constrains("crm_orders_preorder_until", "crm_orders_release_date")
    def _check_crm_orders_preorder_until(self):
        for template in self:
            until = template.crm_orders_preorder_until
            release = template.crm_orders_release_date
            if until and release and until > release:
                raise ValidationError(
                    self.env._(
                        "Preorders of %s cannot end after its release.", template.name
                    )
                )

    def _compute_crm_orders_preordered_qty(self):
        counts = self._get_crm_orders_preordered()
        for template in self:
            template.crm_orders_preordered_qty = counts.get(template._origin.id, 0)

    @api.model
    def _has_field_access(self, field, operation):
        """Nobody counts turns by hand."""
        if (
            operation == "write"
            and field.name == "crm_orders_quota_turn"
            and not self.env.su
        ):
            return False
        return super()._has_field_access(field, operation)

    def _filter_crm_orders_preorderable(self):
        """Those of these products whose preorders are taken today."""
        today = fields.Date.context_today(self)
        return self.sudo().filtered(
            lambda template: (
                template.crm_orders_preorder
                and template.type == "consu"
                and (
                    template.crm_orders_preorder_until
                    or template.crm_orders_release_date
                    or today
                )
                >= today
            )
        )

    def _get_crm_orders_taken_domain(self):
        """Lines that take places of quotas and limits; other modules may add some."""
        return Domain("state", "=", "sale")

    def _get_crm_orders_preordered(self):
        """How many of each product are preordered, whoever asks: dict of id -> number."""
        groups = (
            self.env["sale.order.line"]
            .sudo()
            ._read_group(
                self._get_crm_orders_taken_domain()
                & Domain("crm_orders_is_preorder", "=", True)
                & Domain("product_id.product_tmpl_id", "in", self.ids),
                ["product_id"],
                ["crm_orders_preorder_qty:sum"],
            )
        )
        counts = {}
        for product, quantity in groups:
            template = product.product_tmpl_id
            counts[template.id] = counts.get(template.id, 0) + quantity
        return counts

    def _crm_orders_take_turn(self):
        """Wait until nobody else takes places of these products' quotas.

        Reading with a lock would not do: this transaction sees the world as it was when it
        began. As it writes what another has just written, the database refuses with
        `SerializationFailure`, and Odoo starts over with what is true now.
        """
        if self:
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE product_template
                       SET crm_orders_quota_turn = COALESCE(crm_orders_quota_turn, 0) + 1
                     WHERE id IN (
                         SELECT id FROM product_template WHERE id IN %s
                          ORDER BY id FOR NO KEY UPDATE
                     )
                    """,
                    tuple(self.ids),
                ),
                log_exceptions=False,
            )

    def action_crm_orders_view_waiting_list(self):
        """Show who stands in line for the product."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_preorder.sale_order_line_waiting_action"
        )
        return {
            **action,
            "domain": [
                ("crm_orders_is_preorder", "=", True),
                ("product_id.product_tmpl_id", "=", self.id),
            ],
            "context": {"search_default_open": 1},
        }

    def _crm_orders_check_limit(self, orders):
        """Raise when a customer of these orders has more than one may have."""
        lines = self.env["sale.order.line"].sudo()
        for customer in orders.partner_id.commercial_partner_id:
            groups = lines._read_group(
                self._get_crm_orders_taken_domain()
                & Domain("crm_orders_is_preorder", "=", True)
                & Domain("product_id.product_tmpl_id", "in", self.ids)
                & Domain("order_partner_id", "child_of", customer.id),
                ["product_id"],
                ["crm_orders_preorder_qty:sum"],
            )
            counts = {}
            for product, quantity in groups:
                template = product.product_tmpl_id
                counts[template] = counts.get(template, 0) + quantity
            for template, quantity in counts.items():
                limit = template.crm_orders_preorder_limit
                digits = {"precision_rounding": template.uom_id.rounding}
                if float_compare(quantity, limit, **digits) > 0:
                    raise NoPlace(
                        self.env._(
                            "%(product)s: one customer can preorder %(limit)g, and"
                            " %(customer)s would have %(quantity)g.",
                            product=template.display_name,
                            limit=limit,
                            customer=customer.display_name,
                            quantity=quantity,
                        )
                    )
