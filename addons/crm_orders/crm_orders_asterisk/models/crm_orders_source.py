from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.dialplan import TOKEN_HEADER, Asterisk

ASTERISK = Asterisk()
# The service asks every second or two.
AWAY_AFTER_SECONDS = 30
NOTE_EVERY_SECONDS = 10


class CrmOrdersSource(models.Model):
    """An exchange of one's own is a source."""

    _inherit = "crm_orders.source"

    kind = fields.Selection(
        selection_add=[("asterisk", "Asterisk or FreePBX")],
        ondelete={"asterisk": "set default"},
    )
    asterisk_seen_date = fields.Datetime(
        "Service Heard From On",
        readonly=True,
        copy=False,
        help="When the service at the exchange last asked for calls to start.",
    )
    asterisk_status = fields.Char(
        "Exchange",
        readonly=True,
        copy=False,
        help="What the service says of its connection to the exchange.",
    )
    asterisk_is_there = fields.Boolean(
        "Service Running", compute="_compute_asterisk_is_there"
    )

    @api.depends("asterisk_seen_date", "asterisk_status")
    def _compute_asterisk_is_there(self):
        since = fields.Datetime.subtract(
            fields.Datetime.now(), seconds=AWAY_AFTER_SECONDS
        )
        for source in self:
            seen = source.asterisk_seen_date
            source.asterisk_is_there = bool(
                seen and seen >= since and source.asterisk_status == "listening"
            )

    @api.model
    def _get_channels(self):
        return {**super()._get_channels(), "asterisk": ASTERISK}

    @api.model
    def _get_telephony_kinds(self):
        return super()._get_telephony_kinds() | {"asterisk"}

    def _can_dial(self):
        if self.kind == "asterisk":
            return self.asterisk_is_there
        return super()._can_dial()

    def _start_call(self, user, agent, number):
        if self.kind != "asterisk":
            return super()._start_call(user, agent, number)
        # The queue is nobody's to write on, and everybody who may call adds to it.
        self.env["crm_orders.asterisk.order"].sudo().create(
            {
                "source_id": self.id,
                "user_id": user.id,
                "agent": agent,
                "number": number,
            }
        )
        return ""

    def _note_service(self, status):
        """Remember that the service is there; not every second, as it asks that often."""
        self.ensure_one()
        now = fields.Datetime.now()
        self.env.execute_query(
            SQL(
                """
                UPDATE crm_orders_source
                   SET asterisk_seen_date = %(now)s, asterisk_status = %(status)s
                 WHERE id IN (
                     SELECT id FROM crm_orders_source
                      WHERE id = %(id)s
                        AND (asterisk_seen_date IS NULL
                             OR asterisk_status IS DISTINCT FROM %(status)s
                             OR asterisk_seen_date
                                < %(now)s - %(every)s * interval '1 second')
                        FOR UPDATE SKIP LOCKED
                 )
                RETURNING id
                """,
                now=now,
                status=status[:200],
                every=NOTE_EVERY_SECONDS,
                id=self.id,
            )
        )
        self.invalidate_recordset(
            ["asterisk_seen_date", "asterisk_status"], flush=False
        )

    def _run_self_test(self):
        lines = super()._run_self_test()
        if self.kind == "asterisk":
            if self.asterisk_is_there:
                lines.append((True, self.env._("The service at the exchange listens.")))
            elif self.asterisk_seen_date:
                text = self.env._(
                    "The service at the exchange says: %s", self.asterisk_status or "-"
                )
                lines.append((False, text))
        return lines

    def _get_setting_texts(self):
        if self.kind != "asterisk":
            return super()._get_setting_texts()
        return {
            "token": (
                self.env._("Token"),
                self.env._(
                    "The exchange sends it in the field token, or in the header %s.",
                    TOKEN_HEADER,
                ),
            ),
            "recordings_url": (
                self.env._("Address of Recordings"),
                self.env._(
                    "Where the exchange shows its recordings by HTTP, if it does."
                ),
            ),
            "recordings_user": (
                self.env._("User for Recordings"),
                self.env._("Leave it empty when no password is asked for."),
            ),
            "recordings_password": (
                self.env._("Password for Recordings"),
                self.env._("Of that user."),
            ),
        }
