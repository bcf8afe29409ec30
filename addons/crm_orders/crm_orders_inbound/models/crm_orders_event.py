import logging

import psycopg2
from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, plaintext2html

from odoo.addons.phone_validation.tools import phone_validation

from ..tools import lead_payload
from ..tools.lead_payload import PayloadError

_logger = logging.getLogger(__name__)

# Minutes until the next attempt are 4 to the power of the attempts made: 1, 4, 16, 64.
MAX_ATTEMPTS = 5
BACK_OFF_BASE = 4
BATCH_SIZE = 50
# A request that still waits untouched after this long no longer promises that the job
# has been woken for it.
WAKE_UP_SECONDS = 10
ERASE_BATCH = 1000


class CrmOrdersEvent(models.Model):
    """A request to create a lead, exactly as it came in.

    It is stored before the sender hears that it was accepted, and becomes a lead
    afterwards. The sender's own id makes sending again harmless, and the row shows what
    happened to the request, so nothing is dropped silently.
    """

    _name = "crm_orders.event"
    _description = "Received Request"
    _order = "id desc"
    _rec_name = "external_id"

    source_id = fields.Many2one(
        "crm_orders.source", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(related="source_id.company_id")
    external_id = fields.Char(
        "Sender's Id",
        readonly=True,
        help="The sender's own id of this request. The same id twice is one request.",
    )
    body = fields.Text("Request Text", readonly=True)
    body_format = fields.Selection(
        [(lead_payload.JSON, "JSON"), (lead_payload.FORM, "Form")],
        required=True,
        readonly=True,
    )
    headers = fields.Text(readonly=True)
    remote_addr = fields.Char("Sender's Address", readonly=True)
    state = fields.Selection(
        [("new", "Waiting"), ("done", "Done"), ("failed", "Failed")],
        required=True,
        readonly=True,
        default="new",
    )
    attempts = fields.Integer(
        readonly=True, help="How often it was tried to make a lead of this request."
    )
    next_attempt = fields.Datetime(readonly=True)
    error = fields.Text("Last Error", readonly=True)
    lead_id = fields.Many2one(
        "crm.lead", readonly=True, index="btree_not_null", ondelete="set null"
    )

    _external_id_uniq = models.UniqueIndex(
        "(source_id, external_id)",
        "This source has already sent a request with this id.",
    )
    _waiting_idx = models.Index("(next_attempt, id) WHERE state = 'new'")
    _failed_idx = models.Index("(source_id) WHERE state = 'failed'")
    _source_date_idx = models.Index("(source_id, create_date)")

    def _compute_display_name(self):
        for event in self:
            event.display_name = self.env._(
                "%(sender)s: %(request)s",
                sender=event.source_id.name,
                request=event.external_id or event.id,
            )

    def action_replay(self):
        """Try failed requests once more from the start."""
        if not self.env.user.has_group("crm_orders_base.group_manager"):
            raise AccessError(
                self.env._("Only a manager of Orders may replay a request.")
            )
        self.check_access("read")
        failed = self.filtered(lambda event: event.state == "failed")
        if not failed:
            raise UserError(self.env._("Only failed requests can be replayed."))
        # Nobody may write on requests by hand; this is the one change people can make.
        failed.sudo().write(
            {"state": "new", "attempts": 0, "next_attempt": fields.Datetime.now()}
        )
        self._wake_up()
        return True

    # --- at the door: store, then answer ---

    @api.model
    def _accept(self, key, raw, mimetype, headers, remote_addr):
        """Store a request and return the id of its event.

        Everything a sender must know is found out here, everything that takes time is
        left to `_cron_process`. A request that came before gets the same answer.

        :param headers: mapping of the request's headers
        :raise PayloadError: with the answer for the sender
        """
        try:
            source_id, rate_limit = self.env["crm_orders.source"]._authenticate(key)
        except AccessError:
            raise PayloadError(
                401, "unknown_key", "The source key is missing or unknown."
            ) from None
        body_format = lead_payload.body_format(mimetype)
        body = lead_payload.decode(raw)
        payload = lead_payload.parse(body, body_format)
        external_id = lead_payload.external_id(payload, headers.get("Idempotency-Key"))
        lead_payload.read(payload)

        now = fields.Datetime.now()
        vals = {
            "source_id": source_id,
            "external_id": external_id,
            "body": body,
            "body_format": body_format,
            "headers": self._get_safe_headers(headers),
            "remote_addr": remote_addr,
            "state": "new",
            "attempts": 0,
            "next_attempt": now,
            "create_uid": self.env.uid,
            "create_date": now,
            "write_uid": self.env.uid,
            "write_date": now,
        }
        inserted = self._insert_unless_known(vals, rate_limit)
        if inserted:
            event_id, others_waiting = inserted
            if not others_waiting:
                self._wake_up()
            return event_id
        if external_id and (event_id := self._find_id(source_id, external_id)):
            return event_id
        raise PayloadError(
            429, "rate_limited", "Too many requests within a minute; send it later."
        )

    @api.model
    def _insert_unless_known(self, vals, rate_limit):
        """Insert one row and return `(id, others wait too)`, or None if it was not.

        One statement, as the time it takes is what a sender waits for.
        """
        limit = SQL()
        if rate_limit:
            limit = SQL(
                """WHERE NOT EXISTS (
                    SELECT FROM crm_orders_event
                     WHERE source_id = %s AND create_date > %s
                    OFFSET %s)""",
                vals["source_id"],
                fields.Datetime.subtract(vals["create_date"], minutes=1),
                rate_limit - 1,
            )
        # Two senders of one id at the same moment make the database ask the second to
        # start over. Odoo does so by itself; it is no error to log.
        self.env.cr.execute(
            SQL(
                """
                WITH waiting AS MATERIALIZED (
                    SELECT FROM crm_orders_event
                     WHERE state = 'new' AND attempts = 0 AND create_date > %s
                     LIMIT 1
                )
                INSERT INTO crm_orders_event (%s) SELECT %s %s
                ON CONFLICT (source_id, external_id) DO NOTHING
                RETURNING id, EXISTS (SELECT FROM waiting)
                """,
                fields.Datetime.subtract(vals["create_date"], seconds=WAKE_UP_SECONDS),
                SQL(", ").join(SQL.identifier(name) for name in vals),
                SQL(", ").join(SQL("%s", value) for value in vals.values()),
                limit,
            ),
            log_exceptions=False,
        )
        return self.env.cr.fetchone()

    @api.model
    def _find_id(self, source_id, external_id):
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM crm_orders_event"
                " WHERE source_id = %s AND external_id = %s",
                source_id,
                external_id,
            )
        )
        return rows[0][0] if rows else None

    @api.model
    def _get_safe_headers(self, headers):
        """Text of the headers worth keeping; never those that hold secrets."""
        return "\n".join(
            f"{name}: {lead_payload.clean(headers[name], 500)}"
            for name in self._get_kept_header_names()
            if name in headers
        )

    @api.model
    def _get_kept_header_names(self):
        """Names of headers that are stored with a request."""
        return [
            "Content-Type",
            "User-Agent",
            "Origin",
            "Referer",
            "Accept-Language",
            "Idempotency-Key",
            "X-Request-Id",
        ]

    @api.model
    def _wake_up(self, at=None):
        """Let the job run now, or at the given time."""
        cron = self.env.ref(
            "crm_orders_inbound.ir_cron_process_events", raise_if_not_found=False
        )
        if cron:
            cron._trigger(at)

    # --- afterwards: requests become leads ---

    @api.model
    def _cron_process(self, batch_size=BATCH_SIZE):
        """Turn waiting requests into leads until none is due.

        Attempts are counted and committed before the work, so a request that kills the
        process is met again only after a pause, alone, and a limited number of times.
        A lead and the mark that its request is done are committed together.
        """
        cron = self.env["ir.cron"]
        while claimed := self._claim(batch_size):
            cron._commit_progress(remaining=len(claimed))
            fresh = claimed.filtered(lambda event: event.attempts == 1)
            batches = [fresh] if fresh else []
            for batch in [*batches, *(claimed - fresh)]:
                batch._process()
                time_left = cron._commit_progress(len(batch))
            if not time_left:
                due = self.search_count(self._get_due_domain())
                cron._commit_progress(remaining=due)
                break

    @api.model
    def _get_due_domain(self):
        """Requests that the job should work on now."""
        return Domain("state", "=", "new") & Domain(
            "next_attempt", "<=", fields.Datetime.now()
        )

    @api.model
    def _claim(self, limit):
        """Count an attempt on the requests that are due and return them.

        Those locked by another process are left to it.
        """
        self.flush_model()
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE crm_orders_event
                   SET attempts = attempts + 1,
                       next_attempt = %(now)s
                           + interval '1 minute' * power(%(base)s, attempts),
                       write_date = %(now)s
                 WHERE id IN (
                     SELECT id FROM crm_orders_event
                      WHERE state = 'new' AND next_attempt <= %(now)s
                      ORDER BY next_attempt, id
                      LIMIT %(limit)s
                        FOR UPDATE SKIP LOCKED
                 )
                RETURNING id
                """,
                now=now,
                base=BACK_OFF_BASE,
                limit=limit,
            )
        )
        events = self.browse(sorted(event_id for (event_id,) in rows))
        events.invalidate_recordset()
        return events

    def _process(self):
        """Make leads of claimed requests; a bad one never holds up the others."""
        events = self.try_lock_for_update()
        events = events.filtered(lambda event: event.state == "new")
        abandoned = events.filtered(lambda event: event.attempts > MAX_ATTEMPTS)
        abandoned._give_up(self.env._("Every attempt was stopped before it ended."))
        events -= abandoned
        if not events:
            return
        try:
            with self.env.cr.savepoint():
                events._create_leads()
        except psycopg2.OperationalError:
            # The database asks for a new transaction, or is gone. The attempt is
            # counted; the job meets these requests again after a pause.
            raise
        except Exception as error:
            if len(events) > 1:
                for event in events:
                    event._process()
            else:
                _logger.warning("Request %s made no lead", events.id, exc_info=True)
                events._record_failure(error)

    def _create_leads(self):
        """Create one lead for each request and mark the requests as done."""
        for source, events in self.grouped("source_id").items():
            company = source.company_id
            context = {
                "lang": company.partner_id.lang or self.env.lang,
                "mail_create_nosubscribe": True,
            }
            source = source.with_company(company).with_context(**context)
            contents = {
                event: lead_payload.read(
                    lead_payload.parse(event.body, event.body_format)
                )
                for event in events
            }
            known = source.env["crm_orders.event"]._get_known_records(
                [content for content, _extra in contents.values()]
            )
            leads = source.env["crm.lead"].create(
                [
                    event.with_env(source.env)._prepare_lead_vals(content, extra, known)
                    for event, (content, extra) in contents.items()
                ]
            )
            leads.filtered(
                lambda lead: not lead.email_from and not lead.phone
            )._crm_orders_schedule_contact_check(source.user_id)
            for event, lead in zip(contents, leads, strict=True):
                event.write({"state": "done", "error": False, "lead_id": lead.id})
        self.env.flush_all()

    def _prepare_lead_vals(self, content, extra, known):
        """Values of the lead of one request; other modules extend the dict.

        :param content: the fields of `lead_payload.FIELDS` that were sent
        :param extra: list of `(name, text)` of everything else
        :param known: records by what the senders call them, see `_get_known_records`
        """
        self.ensure_one()
        source = self.source_id
        country = known["country"].get(content.get("country", "").upper())
        utm = {}
        for kind in ("source", "medium", "campaign"):
            sent = content.get(f"utm_{kind}")
            record = known[f"utm_{kind}"].get(sent.lower()) if sent else None
            if sent and not record:
                extra = [*extra, (f"utm_{kind}", sent)]
            utm[f"{kind}_id"] = (record or source[f"utm_{kind}_id"]).id
        contact = content.get("name") or content.get("company")
        contact = contact or content.get("email") or content.get("phone")
        if contact:
            name = self.env._(
                "%(contact)s through %(sender)s", contact=contact, sender=source.name
            )
        else:
            name = self.env._("Request through %(sender)s", sender=source.name)
        vals = {
            "name": content.get("subject") or name,
            "type": self._get_lead_type(),
            "contact_name": content.get("name"),
            "partner_name": content.get("company"),
            "email_from": content.get("email"),
            "phone": self._format_phone(content.get("phone"), country),
            "website": content.get("website"),
            "street": content.get("street"),
            "street2": content.get("street2"),
            "zip": content.get("zip"),
            "city": content.get("city"),
            "country_id": country.id if country else False,
            "lang_id": known["lang"].get(content.get("lang", "").lower(), False),
            "description": self._get_description(content, extra),
            "company_id": source.company_id.id,
            "user_id": source.user_id.id,
            **utm,
        }
        if (
            not source.allow_enrichment
            and "iap_enrich_done" in self.env["crm.lead"]._fields
        ):
            # Odoo's lead enrichment, where it is installed, leaves such leads alone.
            vals["iap_enrich_done"] = True
        if source.team_id:
            # Otherwise Odoo chooses the team of the responsible.
            vals["team_id"] = source.team_id.id
        return vals

    @api.model
    def _get_known_records(self, contents):
        """Look up everything that the requests name, once for the whole batch.

        Origins, media and campaigns are only found, never made: a sender with a typing
        error in every address would otherwise fill the reports.
        """

        def sent(name):
            return {content[name] for content in contents if content.get(name)}

        known = {}
        codes = {code.upper() for code in sent("country")}
        countries = self.env["res.country"]
        if codes:
            countries = countries.search([("code", "in", list(codes))])
        known["country"] = {country.code: country for country in countries}
        known["lang"] = {}
        for code, lang in self.env["res.lang"]._get_active_by("code").items():
            known["lang"].setdefault(code.split("_")[0].lower(), lang.id)
            known["lang"][code.lower()] = lang.id
            known["lang"][code.lower().replace("_", "-")] = lang.id
        for kind in ("source", "medium", "campaign"):
            names = sent(f"utm_{kind}")
            records = self.env[f"utm.{kind}"].sudo()
            if names:
                records = records.search(
                    Domain.OR(Domain("name", "=ilike", self._escape(n)) for n in names)
                )
            known[f"utm_{kind}"] = {record.name.lower(): record for record in records}
        return known

    @api.model
    def _escape(self, text):
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

    def _get_lead_type(self):
        """Leads only where the sales team works with them, as Odoo's own form does."""
        team = self.source_id.team_id
        if team:
            return "lead" if team.use_leads else "opportunity"
        uses_leads = self.env["res.groups"]._is_feature_enabled("crm.group_use_lead")
        return "lead" if uses_leads else "opportunity"

    def _format_phone(self, number, country):
        """The number in international form, or as it came if it is none."""
        if not number:
            return False
        country = country or self.source_id.company_id.country_id
        return phone_validation.phone_format(
            number,
            country.code,
            country.phone_code,
            force_format="INTERNATIONAL",
            raise_exception=False,
        )

    def _get_description(self, content, extra):
        """The message, then what had no field of its own."""
        parts = []
        if content.get("message"):
            parts.append(plaintext2html(content["message"]))
        if not content.get("email") and not content.get("phone"):
            parts.append(
                Markup("<p><b>%s</b></p>")
                % self.env._(
                    "The e-mail address or phone number of this customer cannot be read."
                    " It is listed here as it was sent."
                )
            )
        if extra:
            parts.append(
                Markup("<ul>%s</ul>")
                % Markup().join(
                    Markup("<li><b>%s</b>: %s</li>") % (name, text)
                    for name, text in extra
                )
            )
        return Markup().join(parts) or False

    def _record_failure(self, error):
        """Note what went wrong; give up after the last attempt."""
        self.ensure_one()
        text = lead_payload.clean(f"{type(error).__name__}: {error}", 2000, lines=True)
        if self.attempts >= MAX_ATTEMPTS:
            self._give_up(text)
        else:
            self.write({"error": text})
            self._wake_up(self.next_attempt)

    def _give_up(self, text):
        """Leave requests for people to look at."""
        self.write({"state": "failed", "error": text})

    @api.autovacuum
    def _gc_texts(self):
        """Erase the texts of requests that were processed long ago.

        The rows stay, as they tell which ids have been sent.
        """
        self.flush_model()
        erased = self.env.execute_query(
            SQL(
                """
                UPDATE crm_orders_event
                   SET body = NULL, headers = NULL, remote_addr = NULL
                 WHERE id IN (
                     SELECT event.id
                       FROM crm_orders_event event
                       JOIN crm_orders_source source ON source.id = event.source_id
                      WHERE source.keep_days > 0
                        AND event.create_date
                            < %s - source.keep_days * interval '1 day'
                        AND event.state = 'done'
                        AND event.body IS NOT NULL
                      LIMIT %s
                 )
                RETURNING id
                """,
                fields.Datetime.now(),
                ERASE_BATCH,
            )
        )
        self.invalidate_model(["body", "headers", "remote_addr"])
        return len(erased), len(erased) == ERASE_BATCH
