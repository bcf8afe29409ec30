from datetime import datetime, time

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_orders_stages.models.crm_orders_stage import STAGE_GROUP

# What follows from documents and from standing in line, and is written by nobody.
PROTECTED = {
    "crm_orders_allocated_date",
    "crm_orders_is_preorder",
    "crm_orders_preorder_state",
    "crm_orders_queue_date",
}


class SaleOrder(models.Model):
    """Orders of goods that are not there yet are preorders."""

    _name = "sale.order"
    _inherit = ["crm_orders.order.deposit", "crm_orders.order.queue", "sale.order"]

    crm_orders_is_preorder = fields.Boolean(
        "Preorder",
        compute="_compute_crm_orders_is_preorder",
        store=True,
        copy=False,
        groups=STAGE_GROUP,
        help="Whether some of its goods are ordered before they are there.",
    )
    crm_orders_release_date = fields.Date(
        "Goods Expected",
        compute="_compute_crm_orders_release_date",
        store=True,
        readonly=False,
        copy=False,
        groups=STAGE_GROUP,
        help="When its preordered goods are released, the last of them counting.",
    )

    crm_orders_deposit = fields.Monetary(
        "Deposit Asked For",
        compute="_compute_crm_orders_deposit",
        store=True,
        readonly=False,
        copy=False,
        groups=STAGE_GROUP,
        help="What the customer pays in advance to get a place in line. It follows from "
        "the products, and can be changed until the order is confirmed.",
    )
    crm_orders_deposit_received = fields.Monetary(
        "Deposit Received",
        compute="_compute_crm_orders_ledger",
        compute_sudo=True,
        groups=STAGE_GROUP,
    )
    crm_orders_deposit_applied = fields.Monetary(
        "Deposit Applied",
        compute="_compute_crm_orders_ledger",
        compute_sudo=True,
        groups=STAGE_GROUP,
        help="What was deducted from invoices of the goods.",
    )
    crm_orders_deposit_refunded = fields.Monetary(
        "Deposit Refunded",
        compute="_compute_crm_orders_ledger",
        compute_sudo=True,
        groups=STAGE_GROUP,
        help="What credit notes give back to the customer.",
    )
    crm_orders_deposit_held = fields.Monetary(
        "Deposit Held",
        compute="_compute_crm_orders_ledger",
        compute_sudo=True,
        groups=STAGE_GROUP,
        help="What we owe: received, less what was applied or refunded.",
    )

    _crm_orders_preorder_idx = models.Index(
        "(crm_orders_preorder_state, crm_orders_queue_date) WHERE crm_orders_is_preorder"
    )

    @api.depends("order_line.crm_orders_is_preorder")
    def _compute_crm_orders_is_preorder(self):
        for order in self:
            order.crm_orders_is_preorder = any(
                order.order_line.mapped("crm_orders_is_preorder")
            )

    @api.depends("order_line.crm_orders_is_preorder", "order_line.product_id")
    def _compute_crm_orders_release_date(self):
        for order in self:
            templates = order.order_line.filtered(
                "crm_orders_is_preorder"
            ).product_id.product_tmpl_id
            dates = [
                template.crm_orders_release_date
                for template in templates
                if template.crm_orders_release_date
            ]
            order.crm_orders_release_date = max(dates) if dates else False

    def _compute_crm_orders_type_id(self):
        """Orders of products that can be preordered are of the type for preorders."""
        result = super()._compute_crm_orders_type_id()
        types = self.env["crm_orders.order.type"]._get_for_companies(self.company_id)
        for order, ours in zip(self, self.sudo(), strict=True):
            known = types.get(order.company_id)
            preorders = known and known.filtered(lambda one: one.kind == "preorder")
            if not preorders or ours.crm_orders_stage_id:
                continue
            if ours.crm_orders_type_id.kind == "preorder":
                continue
            templates = ours.order_line.product_id.product_tmpl_id
            if templates._filter_crm_orders_preorderable():
                order.crm_orders_type_id = preorders[:1]
        return result

    @api.model
    def _has_field_access(self, field, operation):
        """Nobody chooses a place in line by hand."""
        if operation == "write" and field.name in PROTECTED and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders.sudo()._crm_orders_sync_prepayment()
        return orders

    def write(self, vals):
        if "crm_orders_deposit" in vals and not self.env.su:
            self._crm_orders_check_still_open()
        result = super().write(vals)
        if {"crm_orders_type_id", "crm_orders_deposit", "currency_id"} & vals.keys():
            self.sudo()._crm_orders_sync_prepayment()
        return result

    def _crm_orders_check_still_open(self):
        """Raise when what is asked for has been agreed already."""
        if any(order.state not in ("draft", "sent") for order in self):
            raise UserError(
                self.env._("The deposit of a confirmed order cannot be changed.")
            )

    def _action_confirm(self):
        # Whoever confirms, perhaps the customer on the portal, knows nothing of lines.
        orders = self.sudo()
        orders._crm_orders_look_at_release()
        preorders = orders.filtered("crm_orders_is_preorder")
        preorders._crm_orders_check_places()
        preorders._crm_orders_take_place()
        result = super()._action_confirm()
        preorders._crm_orders_look_at_allocation()
        return result

    def _action_cancel(self):
        preorders = self.sudo().filtered(
            lambda order: order.state == "sale" and order.crm_orders_is_preorder
        )
        result = super()._action_cancel()
        preorders._crm_orders_leave_line()
        return result

    def action_draft(self):
        result = super().action_draft()
        self.sudo().filtered("crm_orders_is_preorder")._crm_orders_leave_line()
        return result

    def _has_to_be_paid(self):
        # Nobody pays for a place that is not there any more.
        return super()._has_to_be_paid() and not self.sudo().crm_orders_is_too_late

    def _has_to_be_signed(self):
        return super()._has_to_be_signed() and not self.sudo().crm_orders_is_too_late

    def _crm_orders_look_at_payments(self):
        result = super()._crm_orders_look_at_payments()
        # A deposit that is paid gives a place in line, whether there are stages or not.
        self.sudo()._filter_crm_orders_open_preorders()._crm_orders_take_place()
        return result

    def _get_crm_orders_expected_date(self):
        """Customers may expect preordered goods when they are released."""
        expected = super()._get_crm_orders_expected_date()
        release = self.crm_orders_is_preorder and self.crm_orders_release_date
        waits = self.crm_orders_preorder_state in ("deposit", "goods")
        if not release or not waits or self.commitment_date or self.state == "cancel":
            return expected
        # At noon it is the same day wherever the shop is.
        return datetime.combine(release, time(12))

    def _crm_orders_look_at_release(self):
        """Quotations may be older than the end of the preorders of a product."""
        lines = self.order_line.filtered("crm_orders_is_preorder")
        ended = lines.product_id.product_tmpl_id.filtered("crm_orders_preorder")
        ended -= ended._filter_crm_orders_preorderable()
        lines.filtered(
            lambda line: line.product_id.product_tmpl_id in ended
        ).crm_orders_is_preorder = False

    def _is_crm_orders_open_preorder(self):
        self.ensure_one()
        return bool(self._filter_crm_orders_open_preorders())

    def _filter_crm_orders_open_preorders(self):
        """Confirmed preorders whose goods are not handed over yet."""
        return self.filtered(
            lambda order: (
                order.state == "sale"
                and order.crm_orders_is_preorder
                and order.crm_orders_preorder_state != "done"
            )
        )
