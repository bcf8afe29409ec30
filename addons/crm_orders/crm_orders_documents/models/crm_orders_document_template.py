from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

SEQUENCE_CODE = "crm_orders.document.%s"
# Gaps that tell money: there are none of these on what a workshop prints.
MONEY_GAPS = ["total", "total_words", "untaxed", "tax", "paid", "paid_words", "open"]
# Kinds by the state of an order for which no stage asks for another one.
USUAL_KINDS = {
    "draft": "quotation",
    "sent": "quotation",
    "sale": "confirmation",
    "cancel": "letter",
}
FINISHED_KIND = "acceptance"


class CrmOrdersDocumentTemplate(models.Model):
    """A document with gaps, from which those of orders and customers are made."""

    _name = "crm_orders.document.template"
    _inherit = ["crm_orders.gap.text", "crm_orders.setup"]
    _description = "Document Template"
    _order = "sequence, id"
    _gap_fields = ("title", "body", "closing")

    name = fields.Char(
        required=True, translate=True, help="What your own people call the template."
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("quotation", "Quotation"),
            ("confirmation", "Order confirmation"),
            ("contract", "Contract"),
            ("work_order", "Work order"),
            ("acceptance", "Acceptance of work"),
            ("receipt", "Receipt"),
            ("letter", "Letter"),
        ],
        required=True,
        default="letter",
        help="Documents of each kind have numbers of their own. A work order tells no "
        "prices. Letters can be written without an order.",
    )
    title = fields.Char(
        required=True,
        translate=True,
        help="What the document is headed with, beside its number. Gaps as in the text.",
    )
    body = fields.Html(
        "Text",
        translate=True,
        help="The text above what was ordered. Gaps such as {customer} are filled in.",
    )
    closing = fields.Html(
        "Text Below", translate=True, help="The text below what was ordered."
    )
    show_lines = fields.Boolean(
        "What Was Ordered", default=True, help="Print the lines of the order."
    )
    show_prices = fields.Boolean(
        "Prices",
        compute="_compute_show_prices",
        store=True,
        readonly=False,
        precompute=True,
        help="Print prices, taxes and the total with the lines.",
    )
    needs_signature = fields.Boolean(
        "Signature",
        help="Leave room for a signature, and let the customer sign on the screen.",
    )
    company_id = fields.Many2one(
        "res.company",
        index="btree_not_null",
        help="Empty: every company uses this template. Only people who work for all "
        "companies can change it then.",
    )
    gap_names = fields.Char("Gaps", compute="_compute_gap_names")

    @api.depends("kind")
    def _compute_show_prices(self):
        for template in self:
            template.show_prices = template.kind not in ("work_order", "letter")

    @api.depends("kind")
    def _compute_gap_names(self):
        for template in self:
            template.gap_names = " ".join(
                f"{{{name}}}" for name in template._get_gap_names()
            )

    @api.constrains("kind", "show_prices")
    def _check_no_money_in_the_workshop(self):
        if any(one.kind == "work_order" and one.show_prices for one in self):
            raise ValidationError(self.env._("A work order tells no prices."))
        # A text that was written for another kind may speak of money.
        self._check_gaps()

    def write(self, vals):
        if "kind" in vals:
            changed = self.filtered(lambda one: one.kind != vals["kind"])
            if changed._is_used():
                raise UserError(
                    self.env._(
                        "Documents were made of this template, so it stays of its kind."
                        " Make another template."
                    )
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        if self._is_used():
            raise UserError(
                self.env._("Documents were made of this template. Archive it instead.")
            )

    def _is_used(self):
        """Whether there are documents of one of these, whoever may see them."""
        documents = self.env["crm_orders.document"].sudo()
        return bool(documents.search_count([("template_id", "in", self.ids)], limit=1))

    @api.model
    def _get_cached_fields(self):
        return {"active"}

    def _get_gap_names(self):
        """Names of the gaps that texts may have; other modules extend the list."""
        names = [
            "customer",
            "address",
            "order",
            "reference",
            "order date",
            "date",
            "today",
            "seller",
            "shop",
            "shop address",
            "business id",
            "phone",
            "stage",
            "link",
            "what to do",
        ]
        return names if self.kind == "work_order" else [*names, *MONEY_GAPS]

    @api.model
    def _get_usable_domain(self, company, order):
        """Templates of which documents can be made; of letters only without an order."""
        domain = Domain("company_id", "in", [company.id, False])
        return domain if order else domain & Domain("kind", "=", "letter")

    @api.model
    def _get_default_for(self, company, order):
        """The template that an order calls for: that of its stage, else of its state."""
        wanted = order.crm_orders_stage_id.sudo()._get_document_templates()
        made = order.crm_orders_document_ids.filtered(
            lambda document: document.state != "cancelled"
        )
        if missing := wanted - made.template_id:
            return missing[:1]
        kind = USUAL_KINDS.get(order.state, "letter")
        if order.crm_orders_stage_kind in ("handed_over", "closed"):
            kind = FINISHED_KIND
        usable = self.search(self._get_usable_domain(company, order))
        return usable.filtered(lambda one: one.kind == kind)[:1] or usable[:1]

    def _next_number(self, company):
        """The number of the next document of this kind in the company."""
        self.ensure_one()
        # Numbers are counted by sequences, which only administrators may touch.
        sequences = self.env["ir.sequence"].sudo().with_company(company)
        return sequences.next_by_code(SEQUENCE_CODE % self.kind)
