from dateutil.relativedelta import relativedelta

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError


class CrmOrdersContractMake(models.TransientModel):
    """Makes a running contract of an order, or of the contract that was signed for it."""

    _name = "crm_orders.contract.make"
    _description = "Start a Running Contract"

    document_id = fields.Many2one(
        "crm_orders.document", "Contract Document", readonly=True, ondelete="cascade"
    )
    order_id = fields.Many2one(
        "sale.order",
        compute="_compute_order_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="cascade",
    )
    name = fields.Char(
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        help="What the contract is called, for the customer too.",
    )
    date_start = fields.Date(
        "Begins On", required=True, default=fields.Date.context_today
    )
    date_end = fields.Date(
        "Ends On",
        compute="_compute_date_end",
        store=True,
        readonly=False,
        precompute=True,
        help="Empty: it runs until somebody ends it, and nobody is reminded.",
    )
    rule_type = fields.Selection(
        [
            ("weekly", "Week"),
            ("monthly", "Month"),
            ("quarterly", "Quarter"),
            ("yearly", "Year"),
        ],
        "Invoiced Every",
        required=True,
        default="monthly",
    )
    remind_days = fields.Integer(
        "Remind Days Before",
        default=30,
        help="So many days before it ends, whoever is responsible gets a task. 0: nobody"
        " is reminded.",
    )
    tell_customer = fields.Boolean(
        "Tell the Customer", default=True, help="The customer gets a mail, too."
    )

    @api.depends("document_id")
    def _compute_order_id(self):
        for wizard in self:
            wizard.order_id = wizard.document_id.order_id or wizard.order_id

    @api.depends("order_id", "document_id")
    def _compute_name(self):
        for wizard in self:
            wizard.name = (
                wizard.document_id.display_name
                or wizard.order_id.client_order_ref
                or wizard.order_id.name
            )

    @api.depends("date_start")
    def _compute_date_end(self):
        for wizard in self:
            start = wizard.date_start
            wizard.date_end = start and start + relativedelta(years=1, days=-1)

    @api.constrains("date_start", "date_end")
    def _check_dates(self):
        for wizard in self:
            if wizard.date_end and wizard.date_end < wizard.date_start:
                raise ValidationError(
                    self.env._("A contract cannot end before it begins.")
                )

    def action_make(self):
        """Make the contract and show it."""
        self.ensure_one()
        self._check_access_to_order()
        # Sellers have no right to write contracts; what they may do was looked at.
        contract = self.env["contract.contract"].sudo().create(self._prepare_vals())
        return {
            "type": "ir.actions.act_window",
            "res_model": contract._name,
            "res_id": contract.id,
            "views": [
                (
                    self.env.ref("crm_orders_contract.contract_contract_view_form").id,
                    "form",
                )
            ],
        }

    def _check_access_to_order(self):
        if not self.env.user.has_group("crm_orders_base.group_user"):
            raise AccessError(self.env._("Only sellers make contracts."))
        self.order_id.check_access("write")
        if self.document_id:
            self.document_id._check_worker(("made", "sent", "signed", "archived"))
            if self.document_id.order_id != self.order_id:
                raise UserError(self.env._("The document is of another order."))
        if self.order_id.state != "sale":
            raise UserError(
                self.env._(
                    "Confirm %s first; then its contract can run.", self.order_id.name
                )
            )
        if not self._get_lines():
            raise UserError(
                self.env._(
                    "There is nothing in the order that could be invoiced again."
                )
            )

    def _get_lines(self):
        """Lines of the order that the contract goes on with."""
        return self.order_id.order_line.filtered(
            lambda line: (
                not line.display_type
                and not line.is_downpayment
                and line.product_id
                and line.product_uom_qty > 0
            )
        )

    def _prepare_vals(self):
        """Values of the contract; other modules extend the dict."""
        order = self.order_id
        return {
            "name": self.name,
            "code": self.document_id.number or order.name,
            "partner_id": order.partner_id.id,
            "invoice_partner_id": order.partner_invoice_id.id,
            "company_id": order.company_id.id,
            "pricelist_id": order.pricelist_id.id,
            "fiscal_position_id": order.fiscal_position_id.id,
            "payment_term_id": order.payment_term_id.id,
            "user_id": (order.user_id or self.env.user).id,
            "date": fields.Date.context_today(self),
            "date_start": self.date_start,
            "date_end": self.date_end,
            "recurring_rule_type": self.rule_type,
            "recurring_interval": 1,
            "crm_orders_order_id": order.id,
            "crm_orders_document_id": self.document_id.id,
            "crm_orders_remind_days": self.remind_days,
            "crm_orders_tell_customer": self.tell_customer,
            "contract_line_ids": [
                Command.create(self._prepare_line_vals(line))
                for line in self._get_lines()
            ],
        }

    def _prepare_line_vals(self, line):
        return {
            "product_id": line.product_id.id,
            "name": line.name,
            "quantity": line.product_uom_qty,
            "uom_id": line.product_uom_id.id,
            "price_unit": line.price_unit,
            "discount": line.discount,
            "automatic_price": False,
            "date_start": self.date_start,
            "date_end": self.date_end,
            "recurring_rule_type": self.rule_type,
            "recurring_interval": 1,
            "sequence": line.sequence,
        }
