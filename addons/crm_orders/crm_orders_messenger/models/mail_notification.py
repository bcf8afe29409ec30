from odoo import fields, models


class MailNotification(models.Model):
    """The mark under a message says what became of it in the messenger."""

    _inherit = "mail.notification"

    notification_type = fields.Selection(
        selection_add=[("crm_orders", "Messenger")],
        ondelete={"crm_orders": "cascade"},
    )
