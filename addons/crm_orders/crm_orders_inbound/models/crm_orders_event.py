import base64
import logging
import time
from datetime import UTC

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL

from ..tools import channel, lead_payload
from ..tools.giving_way import GivingWay
from .crm_orders_lead_maker import Inquiry

_logger = logging.getLogger(__name__)

# 0, 1, 4, 16 and 64 minutes apart.
MAX_ATTEMPTS = 5
BATCH_SIZE = 50
# How often work is begun anew that somebody else has got in the way of.
PATIENCE = 3
ERASE_BATCH = 1000
MIMETYPES = {body_format: name for name, body_format in lead_payload.FORMATS.items()}


class CrmOrdersEvent(models.Model):
    """Something that came in from outside: a form, a message, a call.

    It is stored before the sender hears that it was accepted, and worked on afterwards.
    The sender's own id makes sending again harmless, and the row shows what happened to
    it, so nothing is dropped silently: it ends done, with links to what was made of it,
    ignored for a reason, or failed, for people to look at.

    Providers send several things at once. Each is a row of its own, and the first one
    holds the text of them all.
    """

    _name = "crm_orders.event"
    _inherit = ["crm_orders.event.door", "crm_orders.queue"]
    _description = "Received Request"
    _order = "id desc"
    _rec_name = "external_id"

    _queue_cron = "crm_orders_inbound.ir_cron_process_events"
    _queue_waiting = "new"
    _queue_back_off = 4

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
        [
            (lead_payload.JSON, "JSON"),
            (lead_payload.FORM, "Form"),
            ("text", "Other text"),
            ("base64", "No text, in Base64"),
        ],
        required=True,
        readonly=True,
    )
    query = fields.Char("Query of the Address", readonly=True)
    part = fields.Integer(
        "Number in the Request",
        readonly=True,
        default=0,
        help="Which of the things that were sent together this is, counted from 0.",
    )
    is_whole = fields.Boolean(
        "Not Taken Apart",
        readonly=True,
        help="It could not be told what was sent, so this is all of it.",
    )
    origin_id = fields.Many2one(
        "crm_orders.event",
        "Sent Together With",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="The request that holds the text of all that was sent together.",
    )
    headers = fields.Text(readonly=True)
    remote_addr = fields.Char("Sender's Address", readonly=True)
    state = fields.Selection(
        [
            ("new", "Waiting"),
            ("done", "Done"),
            ("ignored", "Ignored"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="new",
    )
    is_erasure_due = fields.Boolean(
        "To Be Erased",
        readonly=True,
        help="A customer asked for it. It holds requests of others as well, so it waits "
        "until these are worked on.",
    )
    reason = fields.Char("Why It Was Ignored", readonly=True)
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
        self._get_failed_for_manager().write(
            {"state": "new", "attempts": 0, "next_attempt": fields.Datetime.now()}
        )
        self._wake_up()
        return True

    def action_set_aside(self):
        """Stop asking people to look at failed requests; the texts stay."""
        self._get_failed_for_manager()._finish(
            "ignored", reason=self.env._("Set aside by %s.", self.env.user.name)
        )
        return True

    def _get_failed_for_manager(self):
        """The failed ones of these requests, for the few changes people can make.

        Nobody may write on requests by hand, so they are returned as superuser's.
        """
        if not self.env.user.has_group("crm_orders_base.group_manager"):
            raise AccessError(
                self.env._("Only a manager of Orders may decide on a request.")
            )
        self.check_access("read")
        failed = self.filtered(lambda event: event.state == "failed")
        if not failed:
            raise UserError(self.env._("This is only for failed requests."))
        return failed.sudo()

    @api.model
    def _cron_process(self, batch_size=BATCH_SIZE):
        """Turn waiting requests into leads until none is due.

        Attempts are counted and committed before the work, so a request that kills the
        process is met again only after a pause, alone, and a limited number of times.
        A lead and the mark that its request is done are committed together.
        """
        cron = self.env["ir.cron"]
        giving_way = GivingWay(self._get_last_id())
        while claimed := self._claim(batch_size):
            cron._commit_progress(remaining=len(claimed))
            fresh = claimed.filtered(lambda event: event.attempts == 1)
            batches = [fresh] if fresh else []
            for batch in [*batches, *(claimed - fresh)]:
                batch._process_patiently()
                pause = giving_way.pause(self._get_last_id(), len(batch))
                time_left = cron._commit_progress(len(batch))
                time.sleep(pause)
            if not time_left:
                due = self.search_count(self._get_due_domain())
                cron._commit_progress(remaining=due)
                break
        self._wake_up_for_next()

    @api.model
    def _get_last_id(self):
        """The number of the newest request, also while its sender is not answered yet."""
        query = SQL("SELECT last_value FROM crm_orders_event_id_seq")
        return self.env.execute_query(query)[0][0]

    def _process_patiently(self):
        """Process, and begin anew when the database asks for a new transaction.

        That happens when somebody else works on the same person at the same moment.
        """
        for _attempt in range(PATIENCE):
            try:
                return self._process()
            except psycopg2.extensions.TransactionRollbackError:
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
        return self._process()

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
                events._handle()
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

    def _handle(self):
        """Read the requests and hand them, by source, to what they mean."""
        meanings = {}
        for event in self:
            try:
                if event.is_whole:
                    event._take_apart()
                    continue
                meaning = event._read()
            except channel.Unreadable as error:
                event._give_up(lead_payload.clean(str(error), 2000, lines=True))
            else:
                meanings.setdefault((event.source_id, type(meaning)), {})[event] = (
                    meaning
                )
        handlers = self._get_handlers()
        # Messages come before the states of messages, whatever order they arrived in.
        for wanted, handler in handlers.items():
            for (source, kind), found in meanings.items():
                if kind is wanted:
                    # What is stored of it is for everybody of the company.
                    source = source._for_keeping()
                    events = self.with_env(source.env)
                    getattr(events, handler)(
                        source,
                        {one.with_env(source.env): said for one, said in found.items()},
                    )
        for (source, kind), found in meanings.items():
            if kind not in handlers:
                for event in found:
                    event = event.with_env(source._for_keeping().env)
                    event._finish(
                        "ignored",
                        reason=self.env._("No installed module works with this."),
                    )
        self.env.flush_all()

    @api.model
    def _get_handlers(self):
        """Methods `(source, {event: meaning})` by what requests mean, in this order."""
        return {channel.Lead: "_handle_leads", channel.Ignored: "_handle_ignored"}

    def _read(self):
        """What this request means, one of the classes of `tools/channel.py`.

        :raise Unreadable: in words for people
        """
        self.ensure_one()
        adapter = self.source_id._get_channel()
        settings = self.source_id._get_settings()
        with self.source_id._spoken(for_keeping=True):
            return adapter.read(self._get_request(), self.part, settings)

    def _get_words(self):
        """`{id: what the sender wrote}`, empty where it cannot be read any more."""
        return {event.id: event._read_words() for event in self}

    def _read_words(self):
        """What the sender wrote."""
        meaning = self._read_for_people()
        if isinstance(meaning, channel.Lead):
            content = meaning.fields
            return content.get("message") or content.get("subject") or ""
        return getattr(meaning, "text", "")

    def _read_sender(self):
        """Who sent it, as they call themselves."""
        meaning = self._read_for_people()
        if isinstance(meaning, channel.Lead):
            names = ("name", "company", "email", "phone")
            return next((meaning.fields[n] for n in names if meaning.fields.get(n)), "")
        person = getattr(meaning, "person", None)
        return (person and (person.name or person.username)) or ""

    def _read_for_people(self):
        """What it means; None whatever hinders it, as this is only to tell of it."""
        self.ensure_one()
        try:
            return self._read()
        except Exception:
            _logger.debug("Request %s cannot be read", self.id, exc_info=True)
            return None

    def _take_apart(self):
        """Try again to tell what was sent together, say with a newer adapter.

        :raise Unreadable: when that is still impossible
        """
        self.ensure_one()
        request = self._get_request()
        with self.source_id._spoken(for_keeping=True):
            external_ids = self.source_id._get_channel().split(request)
        self._store_parts(
            self.source_id, request, self.remote_addr, external_ids, False
        )
        self._finish("ignored", reason=self.env._("It was taken apart."))

    def _get_request(self):
        """The request as it came in, of what was kept of it."""
        self.ensure_one()
        holder = self.origin_id or self
        if holder.body is False and not holder.query:
            raise channel.Unreadable(self.env._("The text has been erased."))
        headers = dict(
            line.partition(": ")[::2] for line in (holder.headers or "").splitlines()
        )
        if holder.body_format in MIMETYPES:
            headers.setdefault("Content-Type", MIMETYPES[holder.body_format])
        body = (holder.body or "").encode()
        if holder.body_format == "base64":
            body = base64.b64decode(body)
        return channel.Request(
            "POST" if holder.body else "GET",
            f"{self.source_id.hook_url or ''}?{holder.query or ''}",
            headers,
            body,
            holder.create_date.replace(tzinfo=UTC).timestamp(),
        )

    @api.model
    def _handle_leads(self, source, meanings):
        """Filled-in forms become leads."""
        maker = self.env["crm_orders.lead.maker"]
        inquiries = [
            Inquiry(
                meaning.fields,
                meaning.extra,
                handles=meaning.person.handles if meaning.person else (),
            )
            for meaning in meanings.values()
        ]
        all_taken = maker._take_in(source, inquiries)
        for event, inquiry, taken in zip(meanings, inquiries, all_taken, strict=True):
            if taken.joined:
                taken.lead._crm_orders_post_from_customer(
                    maker._get_description(inquiry, inquiry.extra),
                    taken.partner,
                    inquiry.content.get("name") or inquiry.content.get("email"),
                )
            event._finish("done", lead_id=taken.lead.id)

    @api.model
    def _handle_ignored(self, _source, meanings):
        for event, meaning in meanings.items():
            event._finish("ignored", reason=meaning.reason)

    def _finish(self, state, reason=False, **links):
        """Mark requests as done, or as ignored with the reason, and link what came of it."""
        self.write({"state": state, "error": False, "reason": reason, **links})

    def _postpone(self, reason, else_ignore=False):
        """Meet a request again after its pause, as something it needs is not there yet.

        :param else_ignore: after the last attempt it needs nobody's attention
        """
        self.ensure_one()
        if self.attempts < MAX_ATTEMPTS:
            self.error = reason
            self._wake_up(self.next_attempt)
        elif else_ignore:
            self._finish("ignored", reason=reason)
        else:
            self._give_up(reason)

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

    def _get_people(self, meaning):
        """Handles, as `crm_orders.identity` takes them, of whoever sent this request.

        :param meaning: what `_read` has said of it; nobody, where it tells of nobody
        """
        self.ensure_one()
        person = getattr(meaning, "person", None)
        handles = list(person.handles) if person else []
        if isinstance(meaning, channel.Lead):
            handles += [
                channel.Handle(kind, meaning.fields[kind])
                for kind in ("phone", "email")
                if meaning.fields.get(kind)
            ]
        elif isinstance(meaning, channel.Call):
            handles += [
                channel.Handle("phone", number)
                for number in (meaning.caller, meaning.callee)
                if number
            ]
        return [
            {
                "kind": handle.kind,
                "scope": handle.scope or f"source {self.source_id.id}",
                "value": handle.value,
                "country": self.company_id.country_id.code,
            }
            for handle in handles
        ]

    def _erase_texts(self):
        """Erase what was sent; the rows still tell that it came and what was made of it."""
        self.write(
            {
                "body": False,
                "headers": False,
                "remote_addr": False,
                "query": False,
                "is_erasure_due": False,
            }
        )

    @api.autovacuum
    def _gc_texts(self):
        """Erase the texts of requests that were processed long ago, or are to be erased.

        The rows stay, as they tell which ids have been sent.
        """
        self.flush_model()
        erased = self.env.execute_query(
            SQL(
                """
                UPDATE crm_orders_event
                   SET body = NULL, headers = NULL, remote_addr = NULL, query = NULL,
                       is_erasure_due = NULL
                 WHERE id IN (
                     SELECT event.id
                       FROM crm_orders_event event
                       JOIN crm_orders_source source ON source.id = event.source_id
                      WHERE (
                            event.is_erasure_due
                            OR source.keep_days > 0
                            AND event.create_date
                                < %s - source.keep_days * interval '1 day'
                        )
                        AND event.state IN ('done', 'ignored')
                        AND (event.body IS NOT NULL OR event.headers IS NOT NULL)
                        AND NOT EXISTS (
                            SELECT FROM crm_orders_event other
                             WHERE other.origin_id = event.id
                               AND other.state IN ('new', 'failed')
                        )
                      LIMIT %s
                 )
                RETURNING id
                """,
                fields.Datetime.now(),
                ERASE_BATCH,
            )
        )
        self.invalidate_model(
            ["body", "headers", "remote_addr", "query", "is_erasure_due"]
        )
        return len(erased), len(erased) == ERASE_BATCH
