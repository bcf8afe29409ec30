from odoo import fields, models

from odoo.addons.crm_orders_stages.models.crm_orders_stage import STAGE_GROUP

# Ways of sending by what a customer prefers.
PREFERENCES = {"email": "mail", "sms": "sms"}


class SaleOrder(models.Model):
    """Customers are told how far their orders are."""

    _inherit = "sale.order"

    crm_orders_notice_ids = fields.One2many(
        "crm_orders.order.notice",
        "order_id",
        "Messages to the Customer",
        groups=STAGE_GROUP,
    )
    crm_orders_notice_count = fields.Integer(
        "Number of Messages",
        compute="_compute_crm_orders_notice_count",
        groups=STAGE_GROUP,
    )
    crm_orders_unsent_count = fields.Integer(
        "Messages Not Sent",
        compute="_compute_crm_orders_notice_count",
        groups=STAGE_GROUP,
    )
    crm_orders_is_quiet = fields.Boolean(
        "No Messages",
        copy=False,
        groups=STAGE_GROUP,
        help="The customer gets no messages about this order.",
    )

    def _compute_crm_orders_notice_count(self):
        groups = self.env["crm_orders.order.notice"]._read_group(
            [("order_id", "in", self.ids)], ["order_id", "state"], ["__count"]
        )
        for order in self:
            counts = {state: n for one, state, n in groups if one == order}
            order.crm_orders_notice_count = sum(counts.values())
            order.crm_orders_unsent_count = sum(
                counts.get(state, 0) for state in ("failed", "unknown")
            )

    def write(self, vals):
        put_off = self.browse()
        if vals.get("commitment_date"):
            wanted = fields.Datetime.to_datetime(vals["commitment_date"])
            put_off = self.filtered(
                lambda order: (
                    order.sudo().crm_orders_stage_id
                    and order.commitment_date
                    and order.commitment_date.date() < wanted.date()
                )
            )
        result = super().write(vals)
        if put_off:
            self.env["crm_orders.order.notice"]._queue_for(put_off, "delayed")
        return result

    def _crm_orders_enter(self, stage, before, now, move, kept=()):
        result = super()._crm_orders_enter(stage, before, now, move, kept=kept)
        if stage and stage._get_notice_events():
            self.env["crm_orders.order.notice"]._queue_for(self, "entered")
        return result

    def action_crm_orders_view_notices(self):
        """Open what the customer was told about this order."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_notify.crm_orders_order_notice_action"
        )
        return {**action, "domain": [("order_id", "=", self.id)], "context": {}}

    def _is_crm_orders_quiet(self):
        """Whether the customer wants to hear nothing of this order."""
        self.ensure_one()
        order = self.sudo()
        return order.crm_orders_is_quiet or order.partner_id.crm_orders_no_notices

    def _get_crm_orders_notice_channel(self, wanted):
        """By which channel the customer can be told: its name, or nothing.

        :param wanted: a value of `crm_orders.order.notice.rule.channel`
        """
        self.ensure_one()
        if self._is_crm_orders_quiet():
            return None
        if wanted != "best":
            return wanted
        channels = self._get_crm_orders_notice_channels()
        return channels[0] if channels else None

    def _get_crm_orders_notice_channels(self):
        """Channels that reach the customer, the best first."""
        self.ensure_one()
        channels = self._get_crm_orders_open_channels()
        preferred = PREFERENCES.get(self.partner_id.crm_orders_preferred_channel)
        return sorted(channels, key=lambda channel: channel != preferred)

    def _get_crm_orders_open_channels(self):
        """Channels that reach the customer; other modules know more."""
        self.ensure_one()
        partner = self.partner_id
        return [
            channel
            for channel, found in (
                ("mail", partner.email_normalized),
                ("sms", partner.phone),
            )
            if found
        ]
