from decimal import Decimal

from odoo import Command, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..tools.deposit import order_deposit
from ..tools.deposit_ledger import Ledger, settle


class CrmOrdersOrderDeposit(models.AbstractModel):
    """What a preorder asks for in advance, and what became of the money.

    Amounts that came in are never written down here; they are read from the accounting
    documents: down payment invoices, their payments and credit notes, and the invoices
    that they are deducted from.
    """

    _name = "crm_orders.order.deposit"
    _description = "Order with a Deposit"

    @api.depends(
        "currency_id",
        "order_line.crm_orders_is_preorder",
        "order_line.price_total",
        "order_line.product_id",
        "order_line.product_uom_qty",
    )
    def _compute_crm_orders_deposit(self):
        for order in self:
            if order.state in ("sale", "cancel"):
                # What was agreed stays.
                order.crm_orders_deposit = order.crm_orders_deposit
                continue
            lines = order.order_line.filtered("crm_orders_is_preorder")
            if not lines:
                order.crm_orders_deposit = 0
                continue
            order.crm_orders_deposit = float(
                order_deposit(
                    [line._prepare_crm_orders_deposit() for line in lines],
                    Decimal(str(sum(order.order_line.mapped("price_total")))),
                    Decimal(str(order.currency_id.rounding)),
                )
            )

    def _compute_crm_orders_ledger(self):
        ledgers = self._get_crm_orders_ledgers()
        for order in self:
            ledger = ledgers[order]
            order.crm_orders_deposit_received = ledger.received
            order.crm_orders_deposit_applied = ledger.applied
            order.crm_orders_deposit_refunded = ledger.refunded
            order.crm_orders_deposit_held = ledger.held

    @api.constrains("crm_orders_deposit")
    def _check_crm_orders_deposit(self):
        for order in self:
            if order.crm_orders_deposit < 0:
                raise UserError(self.env._("A deposit cannot be below zero."))

    def _get_crm_orders_deposit(self):
        self.ensure_one()
        if self.sudo().crm_orders_is_preorder:
            return self.sudo().crm_orders_deposit
        return super()._get_crm_orders_deposit()

    def _crm_orders_sync_prepayment(self):
        """Let the customer's page of a quotation ask for the deposit.

        Only where a deposit is asked for, so that other orders keep what people chose.
        """
        for order in self:
            if order.state not in ("draft", "sent") or not order.crm_orders_deposit:
                continue
            if order.currency_id.compare_amounts(order.amount_total, 0) <= 0:
                continue
            percent = min(1.0, order.crm_orders_deposit / order.amount_total)
            if not order.require_payment or order.prepayment_percent != percent:
                order.write({"require_payment": True, "prepayment_percent": percent})

    def _crm_orders_ask_no_prepayment(self):
        """Quotations that lost their deposit ask again for what Odoo asks for."""
        orders = self.filtered(
            lambda order: (
                order.state in ("draft", "sent") and not order.crm_orders_deposit
            )
        )
        orders._compute_require_payment()
        orders._compute_prepayment_percent()

    # --- the ledger ---

    def _get_crm_orders_ledgers(self):
        """What became of the deposits of each order, in its currency."""
        ledgers = {}
        if self.ids:
            documents = self.env["crm_orders.deposit"]._get_documents_query(
                SQL("line.order_id IN %s", tuple(self.ids))
            )
            self.env["crm_orders.deposit"]._flush_documents()
            rows = self.env.execute_query(
                SQL(
                    """
                    SELECT order_id, SUM(invoiced), SUM(paid), SUM(credited),
                           SUM(deducted)
                      FROM (%s) documents
                     GROUP BY order_id
                    """,
                    documents,
                )
            )
            ledgers = {row[0]: row[1:] for row in rows}
        result = {}
        for order in self:
            sums = ledgers.get(order._origin.id, (0, 0, 0, 0))
            amounts = [order.currency_id.round(float(amount)) for amount in sums]
            result[order] = Ledger(*map(order.currency_id.round, settle(*amounts)))
        return result

    # --- people ---

    def action_crm_orders_request_deposit(self):
        """Open Odoo's dialog for a down payment invoice over what is still to be paid."""
        self.ensure_one()
        self.check_access("write")
        order = self.sudo()
        missing = order.crm_orders_deposit - order.crm_orders_deposit_received
        if order.currency_id.compare_amounts(missing, 0) <= 0:
            raise UserError(self.env._("The deposit of this order is paid."))
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Invoice the Deposit"),
            "res_model": "sale.advance.payment.inv",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "active_model": "sale.order",
                "active_ids": self.ids,
                "default_advance_payment_method": "fixed",
                "default_fixed_amount": missing,
            },
        }

    def action_crm_orders_cancel_and_refund(self):
        """Cancel preorders, credit their deposits and free their places."""
        self.check_access("write")
        if not self.env.user.has_group("crm_orders_base.group_manager"):
            raise AccessError(
                self.env._("Only a manager cancels a preorder with a refund.")
            )
        self._crm_orders_lock()
        # A manager of orders need not be an accountant.
        orders = self.sudo()
        for order in orders:
            if order.state != "cancel":
                if order.order_line.filtered("qty_delivered"):
                    raise UserError(
                        self.env._(
                            "Goods of %s have been handed over. Take them back first.",
                            order.name,
                        )
                    )
                order.action_cancel()
        orders._crm_orders_refund_deposits()
        return True

    def _crm_orders_refund_deposits(self):
        """Credit the down payment invoices that nothing was deducted from yet.

        :return: the credit notes, which are posted
        """
        notes = self.env["account.move"]
        for order in self:
            lines = order.order_line.filtered("is_downpayment").invoice_lines
            invoices = lines.move_id.filtered(
                lambda move: move.move_type == "out_invoice" and move.state == "posted"
            )
            final = invoices.filtered(lambda move: not move._is_downpayment())
            credited = final.reversal_move_ids.filtered(lambda m: m.state == "posted")
            if final and final != credited.reversed_entry_id:
                raise UserError(
                    self.env._(
                        "The deposit of %s was deducted from an invoice. Credit that"
                        " invoice first.",
                        order.name,
                    )
                )
            open_invoices = (invoices - final).filtered(
                lambda move: (
                    not move.reversal_move_ids.filtered(lambda m: m.state == "posted")
                )
            )
            for company, moves in open_invoices.grouped("company_id").items():
                notes |= self._crm_orders_credit(company, moves, order)
        return notes

    def _crm_orders_credit(self, company, invoices, order):
        """Let Odoo's own wizard make the credit notes, then post them."""
        wizard = (
            self.env["account.move.reversal"]
            .with_company(company)
            .with_context(active_model="account.move", active_ids=invoices.ids)
            .create(
                {
                    "move_ids": [Command.set(invoices.ids)],
                    "journal_id": invoices.journal_id[:1].id,
                    "date": fields.Date.context_today(order),
                    "reason": self.env._("Preorder %s is cancelled", order.name),
                }
            )
        )
        wizard.refund_moves()
        notes = wizard.new_move_ids
        notes.filtered(lambda move: move.state == "draft").action_post()
        self._crm_orders_settle_unpaid(invoices)
        order.message_post(
            body=self.env._(
                "The deposit is credited: %s", ", ".join(notes.mapped("name"))
            ),
            subtype_xmlid="mail.mt_note",
        )
        return notes

    @api.model
    def _crm_orders_settle_unpaid(self, invoices):
        """What nobody has paid is not to be paid any more."""
        for invoice in invoices:
            receivable = (invoice | invoice.reversal_move_ids).line_ids.filtered(
                lambda line: (
                    line.account_id.account_type == "asset_receivable"
                    and not line.reconciled
                    and line.parent_state == "posted"
                )
            )
            sides = set(receivable.mapped(lambda line: line.balance > 0))
            if len(sides) == 2:
                receivable.reconcile()
