from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain

from ..tools import call_state

UNDER_WAY = ("ringing", "ongoing")
NOT_ANSWERED = ("missed", "busy", "voicemail")
# What people may write on a call; all else is what the exchange says.
BY_HAND = {"note", "order_id"}
ABANDONED_AFTER_HOURS = {"ringing": 1, "ongoing": 12}
ABANDONED_BATCH = 500
WEEKDAYS = [
    ("1", "Monday"),
    ("2", "Tuesday"),
    ("3", "Wednesday"),
    ("4", "Thursday"),
    ("5", "Friday"),
    ("6", "Saturday"),
    ("7", "Sunday"),
]


class CrmOrdersCall(models.Model):
    """A telephone call: who with whom, when, how long, and what came of it.

    Only the events of the exchange make and change calls. They come in any order, so
    the call is worked out anew from all that was ever said of it.
    """

    _name = "crm_orders.call"
    _inherit = ["crm_orders.call.intake", "crm_orders.call.popup"]
    _description = "Telephone Call"
    _order = "started desc, id desc"
    _rec_name = "number"
    _rec_names_search = ["number", "caller_name", "partner_id.name"]

    source_id = fields.Many2one(
        "crm_orders.source",
        "Telephone Line",
        required=True,
        readonly=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    external_id = fields.Char(
        "Provider's Id",
        required=True,
        readonly=True,
        help="What the exchange or the provider calls this call.",
    )
    facts = fields.Json(readonly=True, groups=fields.NO_ACCESS)
    is_erased = fields.Boolean(
        "Erased",
        readonly=True,
        help="Who it was has been erased at the customer's request.",
    )
    direction = fields.Selection(
        [("in", "Incoming"), ("out", "Outgoing")], required=True, readonly=True
    )
    state = fields.Selection(
        [
            ("ringing", "Ringing"),
            ("ongoing", "Ongoing"),
            ("answered", "Answered"),
            ("missed", "Not answered"),
            ("busy", "Busy"),
            ("voicemail", "Voice message"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        help="Voice message: nobody answered, and the caller left a message.",
    )
    caller = fields.Char("From", readonly=True)
    callee = fields.Char("To", readonly=True)
    number = fields.Char(
        "Customer's Number",
        readonly=True,
        help="The number of the other side in international form; empty when it was "
        "hidden or the call was between your own telephones.",
    )
    shown_number = fields.Char("Number", compute="_compute_shown_number")
    caller_name = fields.Char(
        "Name From the Network",
        readonly=True,
        help="How the telephone network calls the caller. Nobody has checked it.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    identity_id = fields.Many2one(
        "crm_orders.identity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="By which of the customer's numbers the call was recognised.",
    )
    lead_id = fields.Many2one(
        "crm.lead", readonly=True, index="btree_not_null", ondelete="set null"
    )
    order_id = fields.Many2one(
        "sale.order",
        index="btree_not_null",
        domain="[('partner_id', 'child_of', partner_id)]",
        ondelete="set null",
        help="The order that you spoke about.",
    )
    note = fields.Text("Notes", help="What you spoke about.")
    user_id = fields.Many2one(
        "res.users",
        "Spoke",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Who of your people took or made the call. People are known by the "
        "extension in their user settings.",
    )
    agent = fields.Char(
        "Extension", readonly=True, help="The extension or number that took the call."
    )
    rung_user_ids = fields.Many2many(
        "res.users",
        "crm_orders_call_rung_rel",
        "call_id",
        "user_id",
        "Rang At",
        readonly=True,
        help="At whose telephones it rang.",
    )
    owner_id = fields.Many2one(
        "res.users",
        "Responsible",
        compute="_compute_owner_id",
        store=True,
        index="btree_not_null",
        help="Who looks after this caller: the responsible of the lead, of the customer, "
        "whoever spoke, or whose telephone rang alone.",
    )
    started = fields.Datetime(readonly=True)
    answered = fields.Datetime("Answered On", readonly=True)
    ended = fields.Datetime(readonly=True)
    duration = fields.Integer(
        "Talking Time (s)",
        readonly=True,
        aggregator="avg",
        help="Seconds from the answer to the end.",
    )
    waiting = fields.Integer(
        "Waiting Time (s)",
        readonly=True,
        aggregator="avg",
        help="Seconds until somebody answered, or until the caller gave up.",
    )
    duration_text = fields.Char("Talking Time", compute="_compute_duration_text")
    waiting_text = fields.Char("Waiting Time", compute="_compute_duration_text")
    is_missed = fields.Boolean(
        "Missed",
        compute="_compute_statistics",
        store=True,
        help="Somebody called and spoke to nobody.",
    )
    missed_share = fields.Float(
        "Missed (%)",
        compute="_compute_statistics",
        store=True,
        aggregator="avg",
        help="100 for a call that was missed, 0 for another; the average is the share.",
    )
    hour = fields.Selection(
        [(f"{hour:02}", f"{hour:02}:00") for hour in range(24)],
        "Hour of the Day",
        compute="_compute_statistics",
        store=True,
        help="In which hour it began, by the clock of the company.",
    )
    weekday = fields.Selection(
        WEEKDAYS, "Day of the Week", compute="_compute_statistics", store=True
    )
    callback_id = fields.Many2one(
        "crm_orders.callback",
        "Call Back",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The task to return this call.",
    )
    recording_count = fields.Integer("Recordings", readonly=True)
    recording_ids = fields.One2many(
        "crm_orders.recording",
        "call_id",
        "Recorded",
        groups="crm_orders_telephony.group_recordings",
    )
    message_id = fields.Many2one(
        "mail.message",
        "Shown As",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups=fields.NO_ACCESS,
    )

    _external_id_uniq = models.UniqueIndex("(source_id, external_id)")
    _number_idx = models.Index("(company_id, number, started) WHERE number IS NOT NULL")
    _started_idx = models.Index("(company_id, started)")
    _under_way_idx = models.Index("(started) WHERE state IN ('ringing', 'ongoing')")

    # --- computed ---

    @api.depends("direction", "caller", "callee", "number", "is_erased")
    @api.depends_context("lang")
    def _compute_shown_number(self):
        for call in self:
            other = call.caller if call.direction == "in" else call.callee
            unknown = self.env._("Hidden number")
            if call.is_erased:
                unknown = self.env._("Erased")
            call.shown_number = call.number or other or unknown

    @api.depends("direction", "number", "caller", "callee", "partner_id", "caller_name")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for call in self:
            # Who may see a call sees whose it is.
            name = call.sudo().partner_id.name or call.caller_name
            number = call.shown_number
            call.display_name = f"{name} ({number})" if name else number

    @api.depends("duration", "waiting")
    def _compute_duration_text(self):
        for call in self:
            call.duration_text = _clock(call.duration) if call.duration else False
            call.waiting_text = _clock(call.waiting)

    @api.depends(
        "lead_id.user_id",
        "partner_id.user_id",
        "user_id",
        "rung_user_ids",
        "source_id.user_id",
    )
    def _compute_owner_id(self):
        for call in self:
            alone = call.rung_user_ids if len(call.rung_user_ids) == 1 else None
            call.owner_id = (
                call.lead_id.user_id
                or call.partner_id.user_id
                or call.user_id
                or alone
                or call.source_id.user_id
            )

    @api.depends("direction", "state", "started", "company_id")
    def _compute_statistics(self):
        for call in self:
            call.is_missed = call.direction == "in" and call.state in NOT_ANSWERED
            call.missed_share = 100.0 if call.is_missed else 0.0
            zone = call.company_id.partner_id.tz or "Europe/Helsinki"
            local = call.started and fields.Datetime.context_timestamp(
                call.with_context(tz=zone), call.started
            )
            call.hour = f"{local.hour:02}" if local else False
            call.weekday = str(local.isoweekday()) if local else False

    # --- by people ---

    def write(self, vals):
        if not self.env.su and vals.keys() - BY_HAND:
            raise AccessError(
                self.env._(
                    "Calls are as the exchange reports them; only notes and the "
                    "order can be changed."
                )
            )
        if vals.get("order_id"):
            # Nobody shall link, and so learn of, an order that is not theirs to see.
            self.env["sale.order"].browse(vals["order_id"]).check_access("read")
        return super().write(vals)

    def action_call(self):
        """Call the other side of this call."""
        self.ensure_one()
        return self._get_dial_action(self.number)

    def action_open_partner(self):
        """Open the customer's card."""
        self.ensure_one()
        if not self.partner_id:
            raise UserError(self.env._("Nobody knows yet who this is."))
        return self.partner_id._get_records_action()

    def action_open_lead(self):
        """Open the lead of this call; a call that has none gets one."""
        self.ensure_one()
        self._check_seller()
        self.check_access("read")
        if not self.lead_id.exists():
            self._make_leads_by_hand()
        return self.lead_id._get_records_action()

    def _make_leads_by_hand(self):
        """Make the lead that a seller asks for.

        A lead is the job of the exchange's events otherwise, so it is done as superuser.
        """
        self.sudo()._make_leads()
        lead = self.sudo().lead_id
        if not lead.user_id:
            lead.user_id = self.env.user
        self.sudo()._tell_leads()

    def _check_seller(self):
        if not self.env.user.has_group("crm_orders_base.group_user"):
            raise AccessError(self.env._("Only sellers work with calls."))

    @api.model
    def _get_dial_action(self, number):
        """What calls `number` when the browser is told to do it."""
        if not number:
            raise UserError(self.env._("The number was hidden, so nobody can call it."))
        return {
            "type": "ir.actions.client",
            "tag": "crm_orders_telephony.dial",
            "params": {"number": number},
        }

    @api.model
    def dial(self, number):
        """Ring the telephone of the user, and then connect `number`.

        :return: dict; `tel` is the address to open where no exchange can do it,
            `message` tells people what happens
        """
        self._check_seller()
        return self.env["crm_orders.source"]._dial(number)

    @api.model
    def _prepare_erased_vals(self):
        """Values of a call of which only the statistics are left.

        Modules that keep more of who called extend the dict.
        """
        return {
            "is_erased": True,
            "facts": False,
            "caller": False,
            "callee": False,
            "number": False,
            "caller_name": False,
            "partner_id": False,
            "identity_id": False,
            "lead_id": False,
            "order_id": False,
            "note": False,
            "message_id": False,
        }

    # --- in the background ---

    @api.model
    def _cron_close_abandoned(self):
        """Close calls whose end was lost on its way here."""
        now = fields.Datetime.now()
        domain = Domain.OR(
            Domain("state", "=", state)
            & Domain("started", "<", fields.Datetime.subtract(now, hours=hours))
            for state, hours in ABANDONED_AFTER_HOURS.items()
        )
        calls = self.search(domain, limit=ABANDONED_BATCH).try_lock_for_update()
        said = call_state.abandoned(now.timestamp())
        calls._apply(
            {call: call_state.merge(call.sudo().facts, said) for call in calls}
        )
        self.env["ir.cron"]._commit_progress(
            len(calls), remaining=self.search_count(domain)
        )

    # --- texts ---

    def _get_summary(self):
        """The line that tells of this call in the chatter."""
        self.ensure_one()
        number, who = self.shown_number, self.user_id.name or self.agent
        texts = {
            ("in", "answered"): self.env._("Incoming call from %s", number),
            ("in", "missed"): self.env._("Missed call from %s", number),
            ("in", "busy"): self.env._(
                "Missed call from %s, the line was busy", number
            ),
            ("in", "voicemail"): self.env._("Voice message from %s", number),
            ("in", "failed"): self.env._(
                "Call from %s that did not get through", number
            ),
            ("out", "answered"): self.env._("Outgoing call to %s", number),
            ("out", "missed"): self.env._("Called %s, no answer", number),
            ("out", "busy"): self.env._("Called %s, the line was busy", number),
            ("out", "voicemail"): self.env._("Called %s, no answer", number),
            ("out", "failed"): self.env._("Called %s, it could not be reached", number),
        }
        parts = [texts.get((self.direction, self.state), number)]
        if who:
            parts.append(who)
        if self.duration:
            parts.append(_clock(self.duration))
        if self.recording_count:
            parts.append(self.env._("recorded"))
        return ", ".join(parts)


def _clock(seconds):
    """Seconds as people read them: 0:07, 12:30, 1:02:03."""
    minutes, seconds = divmod(seconds or 0, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
