from odoo import api, fields, models

MAX_ATTEMPTS = 6


class CrmOrdersDocumentPrint(models.Model):
    """A document whose PDF is still to be printed, in the background."""

    _name = "crm_orders.document.print"
    _inherit = "crm_orders.queue"
    _description = "Document to Print"
    _queue_cron = "crm_orders_documents.ir_cron_print"

    document_id = fields.Many2one(
        "crm_orders.document",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    state = fields.Selection(
        [("waiting", "Waiting"), ("failed", "Failed")],
        required=True,
        default="waiting",
        readonly=True,
    )

    _due_idx = models.Index("(next_attempt, id) WHERE state = 'waiting'")

    @api.model
    def _queue(self, documents):
        """Let the PDFs of these documents be printed soon."""
        if documents:
            self.create([{"document_id": document.id} for document in documents])
            self._wake_up()

    @api.model
    def _cron_print(self):
        """Print what is due, one by one, each for good."""
        cron = self.env["ir.cron"]
        while job := self._claim():
            # From here on it is known that this was tried, whatever happens.
            cron._commit_progress(remaining=1)
            job._print()
            if not cron._commit_progress(1, remaining=1):
                self._wake_up()
                return
        cron._commit_progress(remaining=0)
        self._wake_up_for_next()

    def _print(self):
        """Print one document and be done with it, or try again later."""
        self.ensure_one()
        try:
            with self.env.cr.savepoint():
                self.document_id._ensure_pdf()
        except Exception as error:
            # Printing is done by a program of its own, which fails in ways of its own.
            self.error = str(error)
            if self.attempts >= MAX_ATTEMPTS:
                self.state = "failed"
        else:
            self.unlink()
