from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from odoo.addons.crm_orders_base.tools import gap_text

MAX_TEXT = 2000


class CrmOrdersOrderNoticeRule(models.Model):
    """What customers are told about a stage of their orders."""

    _name = "crm_orders.order.notice.rule"
    _inherit = ["crm_orders.gap.text", "crm_orders.setup"]
    _owner_field = "stage_id"
    _gap_fields = ("subject", "text")
    _description = "Message About an Order Stage"
    _order = "stage_id, event, days, id"

    stage_id = fields.Many2one(
        "crm_orders.stage", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="stage_id.company_id", store=True, index=True)
    active = fields.Boolean(default=True)
    event = fields.Selection(
        [
            ("entered", "The order comes here"),
            ("delayed", "It will take longer"),
            ("reminder", "It is still here"),
        ],
        "When",
        required=True,
        default="entered",
        help="It will take longer: the promised date is put off while the order is here. "
        "It is still here: so many days later, for example goods that nobody fetches.",
    )
    days = fields.Integer(
        "After Days", default=3, help="How many days after the order came here."
    )
    channel = fields.Selection(
        [("best", "As reaches the customer best"), ("mail", "Mail"), ("sms", "SMS")],
        required=True,
        default="best",
        help="As reaches the customer best: the way that the customer prefers, else a "
        "connected messenger that the customer wrote from, else a mail, else a text message. "
        "Where one way fails for good, the next is tried.",
    )
    subject = fields.Char(
        translate=True, help="The subject of a mail. Gaps as in the text."
    )
    text = fields.Text(
        required=True,
        translate=True,
        help="Gaps that are filled in: {order} {customer} {stage} {date} {link} {shop} "
        "{phone} {what to do}",
    )

    _days_range = models.Constraint(
        "CHECK (days BETWEEN 1 AND 365)",
        "A reminder goes out after 1 to 365 days.",
    )

    def write(self, vals):
        if "stage_id" in vals:
            raise UserError(self.env._("A message stays with its stage."))
        return super().write(vals)

    @api.model
    def _get_cached_fields(self):
        return {"active", "event"}

    @api.depends("stage_id.name", "event")
    @api.depends_context("lang")
    def _compute_display_name(self):
        labels = dict(self._fields["event"]._description_selection(self.env))
        for rule in self:
            rule.display_name = f"{rule.stage_id.name}: {labels.get(rule.event, '')}"

    @api.constrains("text")
    def _check_length(self):
        if any(len(rule.text) > MAX_TEXT for rule in self):
            raise ValidationError(
                self.env._("A message has at most %s characters.", MAX_TEXT)
            )

    @api.model
    def _get_gap_names(self):
        """Names of the gaps that texts may have."""
        return [
            "order",
            "customer",
            "stage",
            "date",
            "link",
            "shop",
            "phone",
            "what to do",
        ]

    def _get_texts(self, order):
        """`(subject, text)` for an order, in the customer's language."""
        self.ensure_one()
        lang = order._get_lang()
        rule, order = self.with_context(lang=lang), order.with_context(lang=lang)
        values = order._get_crm_orders_gap_values(rule.stage_id)
        return (
            gap_text.fill(rule.subject, values).replace("\n", " ")
            or self.env._("Order %s", order.name),
            gap_text.fill(rule.text, values),
        )
