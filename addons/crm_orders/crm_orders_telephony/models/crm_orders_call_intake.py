from datetime import UTC, datetime

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_orders_identity.tools import handle
from odoo.addons.crm_orders_inbound.models.crm_orders_lead_maker import Inquiry

from ..tools import call_state

MOMENTS = ("started", "answered", "ended")


class CrmOrdersCallIntake(models.AbstractModel):
    """How events become calls, leads, tasks and lines in the chatter.

    Everything is done for all calls of a batch at once.
    """

    _name = "crm_orders.call.intake"
    _description = "Intake of Calls"

    @api.model
    def _take_in(self, source, said):
        """Find or make calls and add what was said of them.

        :param said: `{external id: list of facts}`
        :return: `{external id: call}`
        """
        here = self.with_company(source.company_id).with_context(
            lang=source.company_id.partner_id.lang or self.env.lang
        )
        calls = here._find_or_make(source.with_env(here.env), said)
        here.browse()._apply(
            {
                call: call_state.merge(call.sudo().facts or {}, *said[external_id])
                for external_id, call in calls.items()
                if not call.is_erased
            }
        )
        return calls

    @api.model
    def _note_started(self, source, said):
        """Log a call that was asked for just now, unless its report is quicker."""
        facts = call_state.ordered(said, said.occurred)
        try:
            with self.env.cr.savepoint():
                self._take_in(source, {said.external_id: [facts]})
        except psycopg2.OperationalError:
            # Somebody works on the same call: the job that has got its report.
            self.env.invalidate_all(flush=False)

    @api.model
    def _find_or_make(self, source, said):
        """`{external id: call}`, locked for this transaction.

        When somebody else works on one of them right now, the database asks for a new
        transaction, as this one would not see what was done.
        """
        ids = sorted(said)
        now = fields.Datetime.now()
        self.flush_model()
        made = self.env.execute_query(
            SQL(
                """
                INSERT INTO crm_orders_call (
                    source_id, company_id, external_id, direction, state,
                    recording_count, create_uid, create_date, write_uid, write_date
                )
                SELECT %s, %s, unnest(%s), 'in', 'ringing', 0, %s, %s, %s, %s
                    ON CONFLICT (source_id, external_id) DO NOTHING
                RETURNING id
                """,
                source.id,
                source.company_id.id,
                ids,
                self.env.uid,
                now,
                self.env.uid,
                now,
            )
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, external_id FROM crm_orders_call
                 WHERE source_id = %s AND external_id = ANY(%s)
                 ORDER BY external_id
                   FOR UPDATE
                """,
                source.id,
                ids,
            )
        )
        found = {external_id: call_id for call_id, external_id in rows}
        calls = self.browse(found.values())
        calls.invalidate_recordset()
        # What follows from the fields is worked out for these as for any new record.
        fresh = self.browse(row[0] for row in made)
        for field in self._fields.values():
            if field.store and field.compute:
                self.env.add_to_compute(field, fresh)
        return {external_id: self.browse(found[external_id]) for external_id in ids}

    @api.model
    def _apply(self, facts_by_call):
        """Let calls be what all their facts say, and do what follows from it."""
        calls = self.browse([call.id for call in facts_by_call])
        before = {call.id: call.state if call.sudo().facts else None for call in calls}
        looks = {
            call.id: call_state.call_of(facts) for call, facts in facts_by_call.items()
        }
        people = self.env["res.users"]._crm_orders_find_agents(
            calls.company_id,
            {
                agent
                for look in looks.values()
                for agent in (look["agent"], *look["rung"])
            },
        )
        for call, facts in facts_by_call.items():
            vals = call._prepare_vals(looks[call.id], people)
            call._write_changed({**vals, "facts": facts})
        calls._find_people()
        calls.filtered(lambda call: call._deserves_lead())._make_leads()
        self.env["crm_orders.callback"]._settle(calls)
        self.env["crm_orders.recording"]._queue(
            {call: looks[call.id]["recordings"] for call in calls}
        )
        calls._show_in_chatter()
        calls.filtered(lambda call: call.state != before[call.id])._tell_leads()
        calls._announce(before)

    def _prepare_vals(self, look, people):
        """Values of the call; modules of providers and glue may extend them."""
        self.ensure_one()
        company = self.company_id
        other = look["caller"] if look["direction"] == "in" else look["callee"]
        number = handle.normalise("phone", other, company.country_code)
        speaks = look["state"] in ("ongoing", "answered") or look["direction"] == "out"
        users = people.get(company, {})
        user = users.get(look["agent"]) if speaks else None
        rung = {users[agent].id for agent in look["rung"] if agent in users}
        return {
            "direction": look["direction"],
            "state": look["state"],
            "caller": look["caller"] or False,
            "callee": look["callee"] or False,
            "caller_name": look["caller_name"] or False,
            "number": number or False,
            "agent": look["agent"] or False,
            "user_id": user.id if user else self.user_id.id,
            "rung_user_ids": [fields.Command.set(sorted(rung))],
            "duration": look["duration"],
            "waiting": look["waiting"],
            "recording_count": len(look["recordings"]),
            **{name: _to_datetime(look[name]) for name in MOMENTS},
        }

    def _write_changed(self, vals):
        """Write what differs, so that events which say nothing new cost nothing."""
        self.ensure_one()
        call = self.sudo()
        changed = {}
        for name, value in vals.items():
            field, current = self._fields[name], call[name]
            if field.type == "many2one":
                current = current.id
            elif field.type == "many2many":
                current = [fields.Command.set(sorted(current.ids))]
            if current != value:
                changed[name] = value
        if changed:
            call.write(changed)

    def _find_people(self):
        """Link customers and their open leads to calls that have none yet."""
        unknown = self.filtered(
            lambda call: call.number and not (call.partner_id and call.lead_id)
        )
        for source, calls in unknown.grouped("source_id").items():
            found = self.env["crm_orders.lead.maker"]._look_up(
                source, [call._prepare_inquiry() for call in calls]
            )
            joined = calls._get_earlier_leads()
            for call, (match, lead) in zip(calls, found, strict=True):
                vals = {}
                if match.partner and not call.partner_id:
                    vals["partner_id"] = match.partner.id
                    vals["identity_id"] = match.identity.id
                if not call.lead_id:
                    lead = lead or (not match.partner and joined.get(call.number))
                    vals |= {"lead_id": lead.id} if lead else {}
                if vals:
                    call.write(vals)

    def _get_earlier_leads(self):
        """`{number: lead}` of numbers that have called before and whose lead is open.

        A number that several customers share tells nobody apart, and still its second
        call belongs to the lead of its first.
        """
        rows = self.env["crm_orders.call"]._read_group(
            [
                ("company_id", "in", self.company_id.ids),
                ("number", "in", self.mapped("number")),
                ("lead_id.active", "=", True),
                ("lead_id.won_status", "=", "pending"),
                ("id", "not in", self.ids),
            ],
            ["number"],
            ["lead_id:recordset"],
        )
        return {number: leads.sorted("id")[-1:] for number, leads in rows}

    def _deserves_lead(self):
        """Whether a lead is made of this call: somebody unknown called.

        A customer's call is on the customer's card. Who hides the number can be helped
        only when they spoke or left a message.
        """
        self.ensure_one()
        return (
            self.direction == "in"
            and self.state not in ("ringing", "failed")
            and not self.lead_id
            and not self.partner_id
            and bool(self.number or (self.state == "voicemail" and self._is_hidden()))
            and self.source_id.call_leads
        )

    def _is_hidden(self):
        """Whether the caller hid the number, rather than called from an extension."""
        self.ensure_one()
        return not any(char.isdigit() for char in self.caller or "")

    def _make_leads(self):
        """Make leads of calls, or find the open ones that they belong to."""
        for source, calls in self.grouped("source_id").items():
            # A number that calls twice at the same moment is one person all the same.
            taken = self.env["crm_orders.lead.maker"]._take_in(
                source, [call._prepare_inquiry() for call in calls]
            )
            for call, one in zip(calls, taken, strict=True):
                lead = one.lead.with_env(self.env)
                call.write(
                    {
                        "lead_id": lead.id,
                        "partner_id": call.partner_id.id or lead.partner_id.id,
                    }
                )

    def _prepare_inquiry(self):
        """What the maker of leads is told about a call."""
        self.ensure_one()
        content = {
            "phone": self.number,
            "name": self.caller_name,
            "subject": self.env._(
                "Call from %s", self.caller_name or self.shown_number
            ),
        }
        if self._is_hidden() and self.direction == "in":
            content["message"] = self.env._(
                "The caller hid the number. The call is in the call log."
            )
        return Inquiry(
            {name: value for name, value in content.items() if value},
            joins=True,
            # Whoever spoke to a new customer goes on with it.
            user=self.user_id,
        )

    def _tell_leads(self):
        """Say that the customer called, or was spoken to; glue modules do so.

        It is called for calls whose state has changed, and must not mind being called
        twice.
        """

    def _show_in_chatter(self):
        """One line on the lead, or on the customer's card, which follows the call."""
        for call in self.sudo():
            record = call.lead_id or call.partner_id
            if call.state in ("ringing", "ongoing") or not record:
                continue
            body = Markup(
                '<p><span class="fa fa-phone"></span> <a href="#"'
                ' data-oe-model="crm_orders.call" data-oe-id="%s">%s</a></p>'
            ) % (call.id, call._get_summary())
            message = call.message_id
            if not message:
                call.message_id = record.message_post(
                    body=body,
                    subtype_xmlid="mail.mt_note",
                    author_id=self.env.ref("base.partner_root").id,
                )
            elif message.body != body:
                message.body = body


def _to_datetime(seconds):
    """A date that can be stored, of a number that anybody may have made up."""
    if seconds is None:
        return False
    try:
        return datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None, microsecond=0)
    except (ValueError, OverflowError, OSError):
        return fields.Datetime.now()
