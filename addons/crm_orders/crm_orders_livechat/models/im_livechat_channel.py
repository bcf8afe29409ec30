from odoo import api, fields, models
from odoo.tools import ormcache


class ImLivechatChannel(models.Model):
    """Says when a chat counts as unanswered. As long as it does not, nothing changes."""

    _inherit = "im_livechat.channel"

    crm_orders_unanswered_minutes = fields.Integer(
        "Lead After",
        help="A chat that nobody answers within so many minutes becomes a lead, with all"
        " that was written. 0 leaves chats alone.",
    )
    crm_orders_calendar_id = fields.Many2one(
        "resource.calendar",
        "Opening Hours",
        help="A chat that begins outside of these hours becomes a lead as soon as the "
        "visitor has been silent for two minutes. Empty: somebody is always there.",
    )
    crm_orders_since = fields.Datetime(
        "Watched Since", readonly=True, help="Chats that began before are left alone."
    )
    crm_orders_source_id = fields.Many2one(
        "crm_orders.source",
        "Lead Source",
        compute="_compute_crm_orders_source_id",
        compute_sudo=True,
    )

    _crm_orders_minutes_range = models.Constraint(
        "CHECK (crm_orders_unanswered_minutes BETWEEN 0 AND 1440)",
        "The number of minutes is from 0 to 1440, which is a day.",
    )

    @api.depends("crm_orders_unanswered_minutes")
    def _compute_crm_orders_source_id(self):
        sources = self.env["crm_orders.source"].search(
            [("livechat_channel_id", "in", self.ids)]
        )
        found = {source.livechat_channel_id.id: source.id for source in sources}
        for channel in self:
            channel.crm_orders_source_id = found.get(channel._origin.id, False)

    @api.model_create_multi
    def create(self, vals_list):
        channels = super().create(vals_list)
        channels._crm_orders_switch_on()
        return channels

    def write(self, vals):
        result = super().write(vals)
        if "crm_orders_unanswered_minutes" in vals:
            self._crm_orders_switch_on()
        return result

    def _crm_orders_switch_on(self):
        """Give each channel that has a time now the source that its leads come by."""
        self.env.registry.clear_cache()
        # Whoever looks after chats need not be one who may set up sources.
        channels = self.sudo()
        now = fields.Datetime.now()
        active = channels.filtered("crm_orders_unanswered_minutes")
        (channels - active).filtered("crm_orders_since").crm_orders_since = False
        active.filtered(lambda channel: not channel.crm_orders_since).write(
            {"crm_orders_since": now}
        )
        sources = self.env["crm_orders.source"].sudo().with_context(active_test=False)
        known = sources.search([("livechat_channel_id", "in", active.ids)])
        sources.create(
            [
                channel._prepare_crm_orders_source_vals()
                for channel in active - known.livechat_channel_id
            ]
        )

    def _prepare_crm_orders_source_vals(self):
        """Values of the source of this channel's leads."""
        self.ensure_one()
        origin = self.env.ref(
            "crm_livechat.utm_source_livechat", raise_if_not_found=False
        )
        return {
            "name": self.name,
            "kind": "livechat",
            "livechat_channel_id": self.id,
            "company_id": self.env.company.id,
            "utm_source_id": origin.id if origin else False,
        }

    @api.model
    @ormcache()
    def _get_crm_orders_minutes(self):
        """`{id: minutes}` of the channels that are watched.

        It is asked with every message, so it must cost nothing where nothing is set up.
        """
        watched = self.sudo().search_fetch(
            [("crm_orders_unanswered_minutes", ">", 0)],
            ["crm_orders_unanswered_minutes"],
        )
        return {
            channel.id: channel.crm_orders_unanswered_minutes for channel in watched
        }

    def _crm_orders_is_open(self, moment):
        """Whether somebody should have been there at that moment."""
        self.ensure_one()
        calendar = self.crm_orders_calendar_id
        if not calendar:
            return True
        begin = fields.Datetime.context_timestamp(self.with_context(tz="UTC"), moment)
        end = fields.Datetime.add(begin, seconds=1)
        return bool(calendar._work_intervals_batch(begin, end)[False]._items)
