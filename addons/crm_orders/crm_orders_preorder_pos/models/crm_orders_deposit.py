from odoo import api, models
from odoo.tools import SQL


class CrmOrdersDeposit(models.Model):
    """Deposits are paid, deducted and given back at the till as well."""

    _inherit = "crm_orders.deposit"
    _depends = {
        "pos.order": ["currency_rate", "state"],
        "pos.order.line": [
            "order_id",
            "price_subtotal_incl",
            "refunded_orderline_id",
            "sale_order_line_id",
        ],
    }

    @api.model
    def _get_documents_query(self, condition=None):
        """Add the lines of receipts.

        Invoices of receipts are not linked to lines of sales orders, so that what is
        invoiced counts once as well.
        """
        return SQL(
            """
            %s
            UNION ALL
            SELECT line.order_id,
                   CASE WHEN sold.id IS NULL THEN GREATEST(amount.value, 0)
                        ELSE 0 END AS invoiced,
                   CASE WHEN sold.id IS NULL THEN GREATEST(amount.value, 0)
                        ELSE 0 END AS paid,
                   CASE WHEN sold.price_subtotal_incl > 0 THEN -amount.value
                        ELSE 0 END AS credited,
                   CASE WHEN sold.id IS NULL THEN GREATEST(-amount.value, 0)
                        WHEN sold.price_subtotal_incl < 0 THEN -amount.value
                        ELSE 0 END AS deducted
              FROM sale_order_line line
              JOIN sale_order sale ON sale.id = line.order_id
              JOIN pos_order_line item ON item.sale_order_line_id = line.id
              JOIN pos_order receipt ON receipt.id = item.order_id
                   AND receipt.state IN ('paid', 'done')
              JOIN pos_config config ON config.id = receipt.config_id
              JOIN res_company company ON company.id = receipt.company_id
              LEFT JOIN account_journal journal ON journal.id = config.journal_id
              LEFT JOIN pos_order_line sold ON sold.id = item.refunded_orderline_id
             CROSS JOIN LATERAL (
                   SELECT item.price_subtotal_incl
                          * CASE WHEN COALESCE(journal.currency_id, company.currency_id)
                                      = sale.currency_id THEN 1
                                 ELSE COALESCE(sale.currency_rate, 1)
                                      / COALESCE(NULLIF(receipt.currency_rate, 0), 1)
                            END AS value
              ) amount
             WHERE line.is_downpayment AND line.display_type IS NULL
               -- Those below zero deduct what was paid on the web and is on no invoice.
               AND line.price_unit >= 0 AND (%s)
            """,
            super()._get_documents_query(condition),
            condition or SQL("TRUE"),
        )
