import phonenumbers

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.crm_orders_identity.tools import handle
from odoo.addons.crm_orders_inbound.tools import channel

# Calls to these cost the shop much and reach no customer.
COSTLY = {
    phonenumbers.PhoneNumberType.PREMIUM_RATE,
    phonenumbers.PhoneNumberType.SHARED_COST,
}


class CrmOrdersSource(models.Model):
    """A telephone line or exchange is a source."""

    _inherit = "crm_orders.source"

    is_telephony = fields.Boolean(compute="_compute_is_telephony")
    call_leads = fields.Boolean(
        "Leads of Unknown Callers",
        default=True,
        help="Make a lead when somebody calls whom nobody knows. Callers who have an "
        "open lead are added to it in any case.",
    )
    popup_user_ids = fields.Many2many(
        "res.users",
        "crm_orders_source_popup_rel",
        "source_id",
        "user_id",
        "Show Calls To",
        domain=[("share", "=", False)],
        help="Who sees a call while it rings, when the extension does not tell whose "
        "telephone it is. Empty means the responsible and the sales team, or every "
        "seller where there is neither.",
    )
    calendar_id = fields.Many2one(
        "resource.calendar",
        "Opening Hours",
        check_company=True,
        help="Missed calls are to be returned within these hours. Empty means the "
        "working hours of the company.",
    )
    callback_minutes = fields.Integer(
        "Call Back Within",
        default=30,
        help="Minutes of opening hours in which a missed call is to be returned.",
    )
    escalate_minutes = fields.Integer(
        "Tell the Team Leader After",
        default=30,
        help="Minutes of opening hours after that until the leader of the sales team "
        "hears of it. 0 tells nobody.",
    )
    recording_days = fields.Integer(
        "Keep Recordings",
        default=90,
        help="Days until the recording of a call is erased. At most 3650; 0 keeps "
        "recordings for ever.",
    )

    _callback_minutes_range = models.Constraint(
        "CHECK (callback_minutes BETWEEN 1 AND 10080)",
        "A missed call is to be returned within 1 to 10080 minutes, which is a week.",
    )
    _escalate_minutes_range = models.Constraint(
        "CHECK (escalate_minutes BETWEEN 0 AND 10080)",
        "The team leader is told after 0 to 10080 minutes, which is a week.",
    )
    _recording_days_range = models.Constraint(
        "CHECK (recording_days BETWEEN 0 AND 3650)",
        "Recordings are kept for 0 to 3650 days, which is ten years.",
    )

    @api.depends("kind")
    def _compute_is_telephony(self):
        kinds = self._get_telephony_kinds()
        for source in self:
            source.is_telephony = source.kind in kinds

    @api.model
    def _get_telephony_kinds(self):
        """Kinds of sources that are telephone lines; modules of providers add theirs."""
        return set()

    def _can_dial(self):
        """Whether this line makes calls when it is asked to."""
        self.ensure_one()
        return type(self._get_channel()).call is not channel.Channel.call

    def _plan_minutes(self, minutes, start):
        """The moment when so many minutes of opening hours have passed since `start`."""
        self.ensure_one()
        calendar = self.calendar_id or self.company_id.resource_calendar_id
        planned = calendar and calendar.plan_hours(
            minutes / 60, start, compute_leaves=True
        )
        # A calendar without any hours would let people wait for ever.
        return (planned or fields.Datetime.add(start, minutes=minutes)).replace(
            microsecond=0
        )

    @api.model
    def _get_dialling_source(self, company):
        """The line that calls go out by, or an empty one."""
        sources = self.sudo().search(
            Domain("kind", "in", list(self._get_telephony_kinds()))
            & Domain("company_id", "=", company.id),
            order="id",
        )
        return sources.filtered(
            lambda one: one._can_dial() and not one._get_missing_settings()
        )[:1]

    @api.model
    def _dial(self, number):
        """Ring the user's telephone and connect `number`, or say how else to call it."""
        company = self.env.company
        wanted = handle.normalise("phone", number, company.country_code)
        if not wanted:
            raise UserError(
                self.env._("“%s” is no telephone number that can be called.", number)
            )
        user = self.env.user
        source = self._get_dialling_source(company)
        agent = source._get_agent(user) if source else ""
        if not source or not agent:
            return {"tel": f"tel:{wanted}"}
        if phonenumbers.number_type(phonenumbers.parse(wanted)) in COSTLY:
            raise ValidationError(
                self.env._("Calls to %s are expensive; dial it yourself.", wanted)
            )
        try:
            external_id = source._start_call(user, agent, wanted)
        except channel.SendError as error:
            raise UserError(
                self.env._("The call could not be started: %s", error)
            ) from None
        if external_id:
            source._note_started_call(external_id, agent, wanted)
        return {
            "message": self.env._(
                "Your telephone %(agent)s rings; pick it up to call %(number)s.",
                agent=agent,
                number=wanted,
            )
        }

    @api.model
    def _get_public_kinds(self):
        """Kinds of lines that ring full telephone numbers only, and no extensions."""
        return set()

    def _get_agent(self, user):
        """What this line rings when this user wants to call, or an empty text."""
        self.ensure_one()
        extensions = user._crm_orders_get_extensions()
        if self.kind in self._get_public_kinds():
            country = self.company_id.country_code
            numbers = [handle.normalise("phone", one, country) for one in extensions]
            extensions = [number for number in numbers if number]
        return extensions[0] if extensions else ""

    def _start_call(self, user, agent, number):
        """Ask the provider for a call; returns its id, or nothing when it tells later.

        :param user: who wants to call
        """
        self.ensure_one()
        return self._drive("call", agent, number, self.sudo().hook_url)

    def _note_started_call(self, external_id, agent, number):
        """Log a call before the provider reports it.

        When that fails, as the report may be quicker, nothing is lost: the report makes
        the call as well. The work must not begin anew, as the customer would be called
        again.
        """
        self.ensure_one()
        said = channel.Call(
            external_id,
            "out",
            "ringing",
            callee=number,
            agent=agent,
            occurred=fields.Datetime.now().timestamp(),
        )
        self.env["crm_orders.call"].sudo()._note_started(self.sudo(), said)
