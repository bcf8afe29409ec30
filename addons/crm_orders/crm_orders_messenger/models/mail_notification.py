from odoo import fields, models

from odoo.addons.crm_orders_base.models.crm_orders_sending import STATES
from odoo.addons.mail.tools.discuss import Store

from .crm_orders_outgoing import TOLD


class MailNotification(models.Model):
    """The mark under a message says what became of it in the messenger."""

    _inherit = "mail.notification"

    notification_type = fields.Selection(
        selection_add=[("crm_orders", "Messenger")],
        ondelete={"crm_orders": "cascade"},
    )
    crm_orders_state = fields.Selection(
        STATES + TOLD,
        "State in the Messenger",
        help="What the provider says of the message; Odoo's own states do not tell "
        "delivered from read.",
    )
    crm_orders_channel = fields.Char("Messenger")

    def _to_store_defaults(self, target):
        def is_ours(notification):
            return notification.notification_type == "crm_orders"

        return [
            *super()._to_store_defaults(target),
            Store.Attr("crm_orders_state", predicate=is_ours),
            Store.Attr("crm_orders_channel", predicate=is_ours),
            Store.Attr("failure_reason", predicate=is_ours),
        ]
