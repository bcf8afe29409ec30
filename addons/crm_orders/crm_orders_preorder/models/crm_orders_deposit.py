from odoo import api, fields, models
from odoo.tools import SQL


class CrmOrdersDeposit(models.Model):
    """Deposits of preorders, read from the accounting documents: what we owe to whom.

    One row for each preordered line; where an order has several, its deposit is divided
    among them by what they cost.
    """

    _name = "crm_orders.deposit"
    _description = "Deposit of a Preorder"
    _auto = False
    _order = "date, id"
    _rec_name = "order_id"
    _depends = {
        "account.move": ["amount_residual", "amount_total", "move_type", "state"],
        "account.move.line": ["move_id", "price_total", "sale_line_ids"],
        "account.partial.reconcile": ["debit_amount_currency", "debit_move_id"],
        "account.payment": ["amount", "move_id", "state"],
        "sale.order": ["crm_orders_queue_date", "currency_rate", "state", "user_id"],
        "sale.order.line": ["crm_orders_is_preorder", "is_downpayment", "price_total"],
    }

    order_id = fields.Many2one("sale.order", readonly=True)
    partner_id = fields.Many2one("res.partner", "Customer", readonly=True)
    product_id = fields.Many2one("product.product", readonly=True)
    user_id = fields.Many2one("res.users", "Salesperson", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    currency_id = fields.Many2one(
        "res.currency", "Currency", related="company_id.currency_id"
    )
    date = fields.Datetime(
        "Paid On",
        readonly=True,
        help="When the deposit was paid; before that, when it was ordered.",
    )
    state = fields.Selection(
        [
            ("draft", "Quotation"),
            ("sent", "Quotation Sent"),
            ("sale", "Confirmed"),
            ("cancel", "Cancelled"),
        ],
        "Order Status",
        readonly=True,
    )
    age = fields.Selection(
        [
            ("month", "Up to 30 days"),
            ("quarter", "31 to 90 days"),
            ("year", "91 to 365 days"),
            ("older", "More than a year"),
        ],
        readonly=True,
    )
    received = fields.Monetary(readonly=True)
    applied = fields.Monetary(
        readonly=True, help="Deducted from invoices of the goods."
    )
    refunded = fields.Monetary(
        readonly=True, help="Given back to the customer with credit notes."
    )
    held = fields.Monetary(
        readonly=True, help="What we owe: received, less applied and refunded."
    )

    @api.model
    def _flush_documents(self):
        """The database must know what deposits are read from."""
        for name, names in self._depends.items():
            self.env[name].flush_model(names)

    @api.model
    def _get_documents_query(self, condition=None):
        """SQL of the documents of deposits, a row for each of their lines.

        Glue for other ways to pay, say the till, adds rows with UNION ALL. The columns:
        order_id, invoiced, paid, credited and deducted, in the currency of the order; see
        `settle` in `tools/deposit_ledger.py`.

        :param condition: SQL on the order line, which is called `line`
        """
        return SQL(
            """
            SELECT line.order_id,
                   CASE WHEN move.move_type = 'out_invoice'
                        THEN GREATEST(item.price_total, 0) ELSE 0
                   END * rate.value AS invoiced,
                   CASE WHEN move.move_type = 'out_invoice' AND item.price_total > 0
                             AND move.amount_total > 0
                        THEN paid.amount * item.price_total / move.amount_total ELSE 0
                   END * rate.value AS paid,
                   CASE WHEN move.move_type = 'out_refund'
                        THEN GREATEST(item.price_total, 0) ELSE 0
                   END * rate.value AS credited,
                   CASE WHEN item.price_total < 0
                        THEN CASE WHEN move.move_type = 'out_invoice'
                                  THEN -item.price_total ELSE item.price_total END
                        ELSE 0
                   END * rate.value AS deducted
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id
              JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
              JOIN account_move_line item ON item.id = rel.invoice_line_id
              JOIN account_move move ON move.id = item.move_id
                   AND move.state = 'posted'
                   AND move.move_type IN ('out_invoice', 'out_refund')
             CROSS JOIN LATERAL (
                   SELECT CASE WHEN move.currency_id = sale.currency_id THEN 1
                               ELSE COALESCE(sale.currency_rate, 1)
                                    / COALESCE(NULLIF(move.invoice_currency_rate, 0), 1)
                          END AS value
              ) rate
             CROSS JOIN LATERAL (
                   -- Money only: credit notes pay nothing.
                   SELECT COALESCE((
                       SELECT SUM(partial.debit_amount_currency)
                         FROM account_move_line receivable
                         JOIN account_partial_reconcile partial
                              ON partial.debit_move_id = receivable.id
                         JOIN account_move_line other
                              ON other.id = partial.credit_move_id
                         JOIN account_move other_move ON other_move.id = other.move_id
                        WHERE receivable.move_id = move.id
                          AND other_move.move_type NOT IN ('out_refund', 'out_invoice')
                   ), 0) + LEAST(move.amount_residual, COALESCE((
                       -- Payments that have no entry until the bank tells of them.
                       SELECT SUM(payment.amount)
                         FROM account_move__account_payment matched
                         JOIN account_payment payment ON payment.id = matched.payment_id
                        WHERE matched.invoice_id = move.id
                          AND payment.move_id IS NULL
                          AND payment.payment_type = 'inbound'
                          AND payment.state IN ('in_process', 'paid')
                   ), 0)) AS amount
              ) paid
             WHERE line.is_downpayment AND line.display_type IS NULL AND (%s)
            """,
            condition or SQL("TRUE"),
        )

    @property
    def _table_query(self):
        return SQL(
            """
            WITH sums AS (
                SELECT order_id,
                       SUM(invoiced) AS invoiced,
                       LEAST(SUM(paid), SUM(invoiced)) AS received,
                       SUM(credited) AS credited,
                       SUM(deducted) AS deducted
                  FROM (%(documents)s) documents
                 GROUP BY order_id
            ), returned AS (
                SELECT *,
                       GREATEST(
                           received - GREATEST(invoiced - credited, 0), 0
                       ) AS refunded
                  FROM sums
            ), ledger AS (
                SELECT *,
                       GREATEST(LEAST(deducted, received - refunded), 0) AS applied
                  FROM returned
            ), shares AS (
                SELECT line.id, line.order_id, line.product_id,
                       SUM(weight.value) OVER before AS upto,
                       SUM(weight.value) OVER before - weight.value AS since,
                       SUM(weight.value) OVER whole AS total
                  FROM sale_order_line line
                  JOIN ledger ON ledger.order_id = line.order_id
                 CROSS JOIN LATERAL (
                       SELECT GREATEST(line.price_total, 0) + 0.000001 AS value
                  ) weight
                 WHERE line.crm_orders_is_preorder
                WINDOW before AS (PARTITION BY line.order_id ORDER BY line.id),
                       whole AS (PARTITION BY line.order_id)
            )
            SELECT shares.id,
                   shares.order_id,
                   shares.product_id,
                   sale.partner_id,
                   sale.user_id,
                   sale.company_id,
                   sale.state,
                   COALESCE(sale.crm_orders_queue_date, sale.date_order) AS date,
                   CASE WHEN days.old <= 30 THEN 'month'
                        WHEN days.old <= 90 THEN 'quarter'
                        WHEN days.old <= 365 THEN 'year'
                        ELSE 'older'
                   END AS age,
                   %(received)s AS received,
                   %(applied)s AS applied,
                   %(refunded)s AS refunded,
                   %(received)s - %(applied)s - %(refunded)s AS held
              FROM shares
              JOIN ledger ON ledger.order_id = shares.order_id
              JOIN sale_order sale ON sale.id = shares.order_id
              JOIN res_company company ON company.id = sale.company_id
              JOIN res_currency currency ON currency.id = company.currency_id
             CROSS JOIN LATERAL (
                   SELECT CURRENT_DATE
                          - COALESCE(sale.crm_orders_queue_date, sale.date_order)::date
                          AS old
              ) days
             WHERE ledger.received > 0
            """,
            documents=self._get_documents_query(),
            received=self._get_share_sql("received"),
            applied=self._get_share_sql("applied"),
            refunded=self._get_share_sql("refunded"),
        )

    @api.model
    def _get_share_sql(self, name):
        """SQL of the share of a line in an amount of its order, in company currency.

        What is rounded is the sum up to a line, so that the shares make up the whole.
        """
        amount = SQL(
            "%s / COALESCE(NULLIF(sale.currency_rate, 0), 1)",
            SQL.identifier("ledger", name),
        )
        upto, since = (
            SQL(
                "ROUND((%(amount)s * shares.%(edge)s / shares.total"
                " / currency.rounding)::numeric) * currency.rounding",
                amount=amount,
                edge=SQL.identifier(edge),
            )
            for edge in ("upto", "since")
        )
        return SQL("(%s - %s)", upto, since)
