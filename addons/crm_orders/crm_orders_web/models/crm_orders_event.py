from odoo import fields, models
from odoo.exceptions import AccessError, UserError


class CrmOrdersEvent(models.Model):
    """Forms that look like spam are kept apart until somebody has looked at them."""

    _inherit = "crm_orders.event"

    is_suspected = fields.Boolean(
        "Suspected Spam",
        readonly=True,
        help="It was kept apart, as it looks as if a program had filled it in.",
    )
    _suspected_idx = models.Index("(source_id) WHERE is_suspected")

    def action_not_spam(self):
        """Make leads of requests that were kept apart by mistake."""
        if not self.env.user.has_group("crm_orders_base.group_user"):
            raise AccessError(self.env._("Only sellers may decide on a request."))
        self.check_access("read")
        mistaken = self.filtered(
            lambda event: event.is_suspected and event.state == "ignored"
        )
        if not mistaken:
            raise UserError(self.env._("This is only for suspected spam."))
        # Nobody may write on requests by hand, apart from decisions such as this one.
        mistaken.sudo().write(
            {
                "state": "new",
                "reason": False,
                "is_suspected": False,
                "attempts": 0,
                "next_attempt": fields.Datetime.now(),
            }
        )
        self._wake_up()
        return True

    def _handle_leads(self, source, meanings):
        if source.kind == "web":
            for event, meaning in meanings.items():
                meaning.fields["web_date"] = event.create_date
                meaning.extra = source._get_named_extra(meaning.extra)
        result = super()._handle_leads(source, meanings)
        if source.kind == "web":
            for event, meaning in meanings.items():
                event.lead_id._crm_orders_note_visit(source, meaning.fields)
        return result
