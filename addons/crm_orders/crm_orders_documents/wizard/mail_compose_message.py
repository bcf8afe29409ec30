from odoo import models


class MailComposeMessage(models.TransientModel):
    """A mail that a document goes out with."""

    _inherit = "mail.compose.message"

    def _action_send_mail(self, auto_commit=False):
        result = super()._action_send_mail(auto_commit=auto_commit)
        number = self.env.context.get("crm_orders_document_id")
        if isinstance(number, int):
            document = self.env["crm_orders.document"].browse(number)
            # The number comes from the client, so it may be of any document.
            document.check_access("read")
            if document.pdf_id in self.attachment_ids:
                document.sudo()._mark_sent()
        return result
