import base64

from odoo import fields, models


class CrmOrdersAttachment(models.Model):
    """A file of a customer's message that still lies with the provider."""

    _name = "crm_orders.attachment"
    _inherit = "crm_orders.download"
    _description = "File to Fetch"
    _order = "id"
    _rec_name = "name"

    _queue_cron = "crm_orders_messenger.ir_cron_fetch"

    source_id = fields.Many2one(
        "crm_orders.source", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="source_id.company_id")
    message_id = fields.Many2one(
        "mail.message", required=True, readonly=True, index=True, ondelete="cascade"
    )
    name = fields.Char(readonly=True)
    mimetype = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("done", "Fetched"),
            ("failed", "Could not be fetched"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )

    _due_idx = models.Index("(next_attempt) WHERE state = 'waiting'")

    def _keep(self, file):
        """Put the file under its message."""
        message = self.message_id
        # As with files of mails: a stranger's page is shown as text, not opened as one.
        files = self.env["ir.attachment"].with_context(attachments_mime_plainxml=True)
        attachment = files.create(
            {
                "name": self.name or file.name or self.env._("File"),
                "datas": base64.b64encode(file.content),
                "mimetype": self.mimetype or file.mimetype or False,
                "res_model": message.model,
                "res_id": message.res_id,
            }
        )
        message.attachment_ids += attachment

    def _fail(self, error):
        """Say so where people see the message, too."""
        result = super()._fail(error)
        message = self.message_id
        record = self.env[message.model].browse(message.res_id).exists()
        if record:
            record.message_post(
                body=self.env._(
                    "The file “%(name)s” could not be fetched: %(error)s",
                    name=self.name or self.env._("File"),
                    error=error,
                ),
                subtype_xmlid="mail.mt_note",
            )
        return result
