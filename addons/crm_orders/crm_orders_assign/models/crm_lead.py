from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import email_normalize
from odoo.tools.mail import email_split

from ..tools import sla
from .crm_orders_inbox import CUSTOMER, US

# What the system writes down; nobody chooses when a customer was answered.
PROTECTED = {
    "crm_orders_assign_rule_id",
    "crm_orders_assign_next_date",
    "crm_orders_clock_start",
    "crm_orders_first_response_date",
    "crm_orders_first_response_user_id",
    "crm_orders_response_minutes",
    "crm_orders_sla_policy_id",
    "crm_orders_sla_deadline",
    "crm_orders_sla_next_date",
    "crm_orders_turn",
    "crm_orders_turn_date",
}
# What follows from them.
COMPUTED = {"crm_orders_sla_state"}


class CrmLead(models.Model):
    """Leads find somebody responsible and are answered in time."""

    _name = "crm.lead"
    _inherit = ["crm.lead", "crm_orders.inbox"]

    crm_orders_assign_rule_id = fields.Many2one(
        "crm_orders.assign.rule",
        "Given by Rule",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="The assignment rule that this lead was given by, or that it waits for.",
    )
    crm_orders_assign_next_date = fields.Datetime(
        "Next Assignment",
        copy=False,
        readonly=True,
        index="btree_not_null",
        help="When it is looked again for somebody who can take this lead.",
    )
    crm_orders_clock_start = fields.Datetime(
        "Waiting Since",
        copy=False,
        readonly=True,
        help="When the customer began to wait for a first answer. Empty for leads that "
        "somebody wrote down for themselves.",
    )
    crm_orders_first_response_date = fields.Datetime(
        "First Answer", copy=False, readonly=True
    )
    crm_orders_first_response_user_id = fields.Many2one(
        "res.users", "Answered By", copy=False, readonly=True
    )
    crm_orders_response_minutes = fields.Float(
        "Minutes to First Answer",
        copy=False,
        readonly=True,
        aggregator="avg",
        help="Minutes in which the customer was answered, in the time that the policy "
        "counts: working time, or day and night.",
    )
    crm_orders_sla_policy_id = fields.Many2one(
        "crm_orders.sla.policy",
        "Response Time Policy",
        copy=False,
        readonly=True,
        index="btree_not_null",
    )
    crm_orders_sla_deadline = fields.Datetime("Answer Until", copy=False, readonly=True)
    crm_orders_sla_next_date = fields.Datetime(
        "Next Escalation", copy=False, readonly=True, index="btree_not_null"
    )
    crm_orders_sla_state = fields.Selection(
        [
            (sla.RUNNING, "Running"),
            (sla.LATE, "Late"),
            (sla.ANSWERED, "Answered in time"),
            (sla.ANSWERED_LATE, "Answered late"),
            (sla.CLOSED, "Closed without answer"),
        ],
        "Response State",
        compute="_compute_crm_orders_sla_state",
        store=True,
        help="Whether the customer has been answered by a person, and in time.",
    )
    crm_orders_turn = fields.Selection(
        [(US, "Us"), (CUSTOMER, "The customer")],
        "Whose Turn",
        copy=False,
        readonly=True,
        help="Who is to answer next: us after a message of the customer, the customer "
        "after ours.",
    )
    crm_orders_turn_date = fields.Datetime("Turn Since", copy=False, readonly=True)
    crm_orders_sla_log_ids = fields.One2many(
        "crm_orders.sla.log",
        "lead_id",
        "Escalations",
        groups="crm_orders_base.group_user",
    )
    _crm_orders_late_idx = models.Index(
        "(crm_orders_sla_deadline) WHERE crm_orders_first_response_date IS NULL"
    )
    _crm_orders_unassigned_idx = models.Index(
        "(create_date) WHERE user_id IS NULL AND active"
    )

    @api.depends(
        "crm_orders_sla_deadline",
        "crm_orders_first_response_date",
        "active",
        "won_status",
    )
    def _compute_crm_orders_sla_state(self):
        now = fields.Datetime.now()
        for lead in self:
            lead.crm_orders_sla_state = sla.state(
                lead.crm_orders_sla_deadline,
                lead.crm_orders_first_response_date,
                lead.active and lead.won_status == "pending",
                now,
            )

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._crm_orders_prepare_create_vals(vals) for vals in vals_list]
        leads = super().create(vals_list)
        leads._crm_orders_take_in()
        return leads

    def write(self, vals):
        self._crm_orders_check_protected(vals)
        if not {"user_id", "active"} & vals.keys() or not self._crm_orders_configured():
            return super().write(vals)
        moved = self.browse()
        if vals.get("user_id"):
            moved = self.filtered(lambda lead: lead.user_id.id != vals["user_id"])
        result = super().write(vals)
        if moved:
            moved._crm_orders_after_move()
        if vals.get("active"):
            self._crm_orders_after_reopening()
        return result

    def _crm_orders_check_protected(self, vals):
        if not self.env.su and (PROTECTED | COMPUTED) & vals.keys():
            raise AccessError(
                self.env._(
                    "When customers were answered is written down by the system."
                )
            )

    def _crm_orders_prepare_create_vals(self, vals):
        """A customer waits for an answer, unless somebody wrote the lead down for
        themselves: then they have talked already.
        """
        self._crm_orders_check_protected(vals)
        defaults = {} if self.env.su else dict.fromkeys(PROTECTED, False)
        user_id = vals.get(
            "user_id", self.env.context.get("default_user_id", self.env.uid)
        )
        own = user_id == self.env.uid != SUPERUSER_ID and self.env.user._is_internal()
        # Nobody is waiting for the answer to a request of an old notebook.
        if not own and not self.env.context.get("crm_orders_import"):
            now = fields.Datetime.now()
            defaults |= {
                "crm_orders_clock_start": now,
                "crm_orders_turn": US,
                "crm_orders_turn_date": now,
            }
        return {**defaults, **vals}

    @api.model
    def _crm_orders_configured(self):
        """Whether any shop of this database uses rules or policies."""
        return bool(
            self.env["crm_orders.assign.rule"]._get_active_ids()
            or self.env["crm_orders.sla.policy"]._get_active_ids()
        )

    def _crm_orders_set(self, **vals):
        """Write down what the system keeps, without chatter about it."""
        if self:
            self.sudo().with_context(tracking_disable=True).write(vals)

    def _crm_orders_take_in(self):
        """Find somebody for new leads and start their clocks."""
        if not self or not self._crm_orders_configured():
            return
        leads = self.sudo().filtered(
            lambda lead: lead.active and lead.won_status == "pending"
        )
        rules = self.env["crm_orders.assign.rule"]
        free = leads.filtered(lambda lead: not lead.user_id)
        if free:
            rules._assign(free, queue=True)
        self.env["crm_orders.sla.policy"]._start(leads)
        given = leads - free
        given._crm_orders_tell_responsible()

    def _crm_orders_after_move(self):
        self.sudo().filtered("crm_orders_assign_next_date")._crm_orders_set(
            crm_orders_assign_next_date=False
        )
        if not self.env.context.get("crm_orders_no_notice"):
            self._crm_orders_tell_responsible()

    def _crm_orders_after_reopening(self):
        """Escalate again what was closed without an answer and is open now."""
        waiting = self.sudo().filtered(
            lambda lead: (
                lead.crm_orders_sla_deadline and not lead.crm_orders_first_response_date
            )
        )
        now = fields.Datetime.now()
        waiting._crm_orders_set(crm_orders_sla_next_date=now)
        self.env["crm_orders.sla.policy"]._trigger_cron({now} if waiting else set())

    def _crm_orders_tell_responsible(self):
        """A toast and a push for people who got leads from somebody else; core has sent
        them a message already.
        """
        groups = self.sudo().filtered("user_id").grouped("user_id")
        self.env["crm_orders.notice"]._send(
            "new",
            {user: leads for user, leads in groups.items() if user != self.env.user},
            with_message=False,
        )

    def _assign_userless_lead_in_team(self, creation_source):
        # Core gives to the team leader what our rules left or let wait on purpose.
        ours = self.sudo().filtered("crm_orders_assign_rule_id")
        waiting = self.sudo().filtered("crm_orders_assign_next_date")
        rest = self - ours - waiting
        return super(CrmLead, rest)._assign_userless_lead_in_team(creation_source)

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        self.sudo()._crm_orders_merge_clocks(opportunities.sudo())
        return result

    def _crm_orders_merge_clocks(self, others):
        """The customer waits since the first of the requests, and one answer is enough."""
        asked = (self | others).filtered("crm_orders_clock_start")
        if not asked:
            return
        first = min(asked, key=lambda lead: (lead.crm_orders_clock_start, lead.id))
        answered = (self | others).filtered("crm_orders_first_response_date")
        vals = {
            "crm_orders_clock_start": first.crm_orders_clock_start,
            "crm_orders_turn": self.crm_orders_turn or first.crm_orders_turn,
            "crm_orders_turn_date": self.crm_orders_turn_date
            or first.crm_orders_turn_date,
        }
        due = asked.filtered("crm_orders_sla_deadline")
        if due:
            source = min(due, key=lambda lead: lead.crm_orders_sla_deadline)
            for name in ("policy_id", "deadline", "next_date"):
                field = f"crm_orders_sla_{name}"
                value = source[field]
                vals[field] = value.id if name == "policy_id" else value
        if answered:
            source = min(answered, key=lambda lead: lead.crm_orders_first_response_date)
            vals |= {
                "crm_orders_first_response_date": source.crm_orders_first_response_date,
                "crm_orders_first_response_user_id": (
                    source.crm_orders_first_response_user_id.id
                ),
                "crm_orders_response_minutes": source.crm_orders_response_minutes,
                "crm_orders_sla_next_date": False,
            }
        self._crm_orders_set(**vals)

    # What channels call

    def _crm_orders_note_first_response(self, date=None, user=None):
        """A person has really answered the customer: by mail, message or in a call.

        Messengers and telephony call this; automatic answers must not. What comes in late,
        as a log of calls, counts when it is earlier than what was known.

        :param date: when, naive UTC; now if not given
        :param user: who; the present user if not given, empty when nobody knows
        """
        date = (date or fields.Datetime.now()).replace(microsecond=0)
        user = self.env.user if user is None else user
        leads = self.sudo()
        first = leads.filtered(
            lambda lead: (
                lead.crm_orders_clock_start
                and (
                    not lead.crm_orders_first_response_date
                    or date < lead.crm_orders_first_response_date
                )
            )
        )
        minutes = self.env["crm_orders.sla.policy"]._get_working_minutes(first, date)
        for lead in first:
            lead._crm_orders_set(
                # A call that made the lead was before it.
                crm_orders_first_response_date=max(date, lead.crm_orders_clock_start),
                crm_orders_first_response_user_id=user.id,
                crm_orders_response_minutes=minutes[lead],
                crm_orders_sla_next_date=False,
            )
        leads._crm_orders_set_turn(CUSTOMER, date)

    def _crm_orders_note_customer_message(self, date=None):
        """The customer has written or called; it is our turn."""
        date = (date or fields.Datetime.now()).replace(microsecond=0)
        self.sudo()._crm_orders_set_turn(US, date)

    def _crm_orders_set_turn(self, turn, date):
        self.filtered(
            lambda lead: (
                lead.crm_orders_turn != turn
                and (not lead.crm_orders_turn_date or date >= lead.crm_orders_turn_date)
            )
        )._crm_orders_set(crm_orders_turn=turn, crm_orders_turn_date=date)

    def _message_post_after_hook(self, message, msg_vals):
        result = super()._message_post_after_hook(message, msg_vals)
        self._crm_orders_follow_message(message.sudo())
        return result

    def _crm_orders_follow_message(self, message):
        """Tell a customer's message and a person's answer from everything else."""
        comment = self.env["ir.model.data"]._xmlid_to_res_id("mail.mt_comment")
        if (
            message.message_type not in ("comment", "email")
            or message.subtype_id.id != comment
            or message.is_internal
        ):
            return
        lead = self.sudo()
        author = message.author_id
        if author == self.env.ref("base.partner_root"):
            return
        if author and not author.partner_share:
            if lead.crm_orders_turn == CUSTOMER or not lead._crm_orders_reaches(
                message
            ):
                return
            user = author.user_ids.filtered(lambda user: not user.share)[:1]
            lead._crm_orders_note_first_response(message.date, user)
        elif lead.crm_orders_turn != US:
            lead._crm_orders_note_customer_message(message.date)

    def _crm_orders_reaches(self, message):
        """Whether the customer is among those who get a message."""
        self.ensure_one()
        email = self.email_normalized
        sent_to = email_split(message.outgoing_email_to or "")
        if email and email in {email_normalize(address) for address in sent_to}:
            return True
        followers = self.env["mail.followers"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", self.id),
                ("subtype_ids", "in", message.subtype_id.ids),
            ]
        )
        outside = (message.partner_ids | followers.partner_id).filtered("partner_share")
        family = self.partner_id.commercial_partner_id
        return any(
            (family and partner.commercial_partner_id == family)
            or (email and partner.email_normalized == email)
            for partner in outside
        )

    def action_crm_orders_assign(self):
        """Give leads without a responsible by the assignment rules."""
        self.env["crm_orders.assign.rule"]._check_manager()
        self.check_access("write")
        free = self.filtered(
            lambda lead: (
                not lead.user_id and lead.active and lead.won_status == "pending"
            )
        )
        decided = self.env["crm_orders.assign.rule"]._assign(free)
        if decided is None:
            raise UserError(
                self.env._("Leads are being given out just now. Try again in a moment.")
            )
        given = len(free.sudo().filtered("user_id"))
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success" if given else "warning",
                "message": self.env._(
                    "%(given)s of %(all)s leads were given out.",
                    given=given,
                    all=len(free),
                ),
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }
