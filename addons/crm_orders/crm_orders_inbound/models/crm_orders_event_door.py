import base64
import hashlib
import json
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..tools import channel, lead_payload, reading
from ..tools.lead_payload import PayloadError

# A request that still waits untouched after this long no longer promises that the job
# has been woken for it.
WAKEFUL = timedelta(seconds=10)
BLOTTED = "\N{BULLET}" * 6


def _digest(content):
    return hashlib.sha256(content).hexdigest()


def _storable_id(external_id):
    """The id itself, or a name for one that the database could not keep."""
    if external_id is None or (
        len(external_id) <= reading.MAX_EXTERNAL_ID and external_id.isprintable()
    ):
        return external_id
    return f"sha256:{_digest(external_id.encode('utf-8', 'surrogatepass'))}"


class CrmOrdersEventDoor(models.AbstractModel):
    """How requests get in: verified, stored, answered, and nothing else yet.

    Everything a sender must know is found out here, everything that takes time is left
    to `crm_orders.event._cron_process`.
    """

    _name = "crm_orders.event.door"
    _description = "Door for Requests"

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

        vals = self._prepare_event_vals(source_id, body, body_format, external_id)
        vals["headers"] = self._get_safe_headers(headers)
        vals["remote_addr"] = remote_addr
        return self._store_once(vals, rate_limit)

    @api.model
    def _prepare_event_vals(self, source_id, body, body_format, external_id):
        """Column values of a request that just came in.

        No user is noted as its author: nobody here wrote it, and the database would have
        to lock the user's row for each.
        """
        now = fields.Datetime.now()
        return {
            "source_id": source_id,
            "external_id": external_id,
            "body": body,
            "body_format": body_format,
            "state": "new",
            "attempts": 0,
            "next_attempt": now,
            "create_date": now,
            "write_date": now,
        }

    @api.model
    def _note_own(self, source, external_id, body):
        """Store something that happened here, in Odoo itself; the id, None if known.

        :param body: dict that tells what it was
        """
        vals = self._prepare_event_vals(
            source.id, json.dumps(body), lead_payload.JSON, external_id
        )
        inserted = self._insert_unless_known(vals, 0)
        if not inserted:
            return None
        self._wake_up()
        return inserted[0]

    @api.model
    def _note_done(self, source, external_id, body, state, reason=False, **links):
        """Store something that happened here and is worked on at once.

        :return: its event, or None if it is known
        """
        vals = self._prepare_event_vals(
            source.id, json.dumps(body), lead_payload.JSON, _storable_id(external_id)
        )
        # Nobody else works on it: it is of this transaction until it is done.
        vals["state"] = "done"
        inserted = self._insert_unless_known(vals, 0)
        if not inserted:
            return None
        event = self.env["crm_orders.event"].browse(inserted[0])
        if state != "new":
            event._finish(state, reason, **links)
        return event

    @api.model
    def _store_once(self, vals, rate_limit, address_limit=0):
        """Insert a request and return its id; one that came before is found again.

        :param address_limit: new requests a minute that one network address may send
        :raise PayloadError: when there were too many
        """
        inserted = self._insert_unless_known(vals, rate_limit, address_limit)
        if inserted:
            event_id, others_waiting = inserted
            if not others_waiting and vals["state"] == "new":
                self._wake_up()
            return event_id
        external_id = vals["external_id"]
        if external_id and (event_id := self._find_id(vals["source_id"], external_id)):
            return event_id
        raise PayloadError(
            429, "rate_limited", "Too many requests within a minute; send it later."
        )

    @api.model
    def _accept_hook(self, token, request, remote_addr, other_url=None):
        """Verify what a provider sent, store each thing in it, return the answer.

        :param request: `channel.Request`
        :param other_url: the address as it may have been called instead; some providers
            sign it, and behind a proxy it cannot be known for sure
        :raise Refused: with the answer for whoever sent it
        """
        try:
            source = self.env["crm_orders.source"]._find_by_hook_token(token)
        except AccessError:
            raise channel.Refused(
                404, "unknown_address", "Nothing is received at this address."
            ) from None
        adapter, settings = source._get_channel(), source._get_settings()
        answer = adapter.handshake(request, settings)
        if answer:
            return answer
        try:
            with source._spoken(for_keeping=True):
                adapter.verify(request, settings)
        except channel.Refused as error:
            if other_url and other_url != request.url:
                other = replace(request, url=other_url)
                return self._accept_hook(token, other, remote_addr)
            source._note_refusal(str(error))
            raise
        try:
            external_ids, is_whole = adapter.split(request), False
        except channel.Unreadable:
            # A person has to look at it, once: the same text again is nothing new.
            external_ids, is_whole = [f"body:{_digest(request.body)}"], True
        if len(external_ids) > channel.MAX_PARTS:
            raise channel.Refused(413, "too_many", "Too many things at once.")
        if external_ids:
            self._store_parts(source, request, remote_addr, external_ids, is_whole)
        return adapter.answer(request, settings)

    @api.model
    def _store_parts(self, source, request, remote_addr, external_ids, is_whole):
        """Insert a row for each thing that has not come before."""
        now = fields.Datetime.now()
        body, body_format = self._get_storable_body(source, request)
        text_vals = {
            "body": body,
            "headers": self._get_safe_headers(request.headers),
            "remote_addr": remote_addr,
            "query": self._blot_out(source, request.url.partition("?")[2])[:2000],
        }
        no_text = dict.fromkeys(text_vals)
        shared = {
            "source_id": source.id,
            "body_format": body_format,
            "is_whole": is_whole,
            "state": "new",
            "attempts": 0,
            "next_attempt": now,
            "create_date": now,
            "write_date": now,
        }
        rows = [
            {
                **shared,
                "part": part,
                "external_id": _storable_id(external_id),
                **(no_text if part else text_vals),
            }
            for part, external_id in enumerate(external_ids)
        ]
        self.env.cr.execute(
            SQL(
                """
                WITH waiting AS MATERIALIZED (%s)
                INSERT INTO crm_orders_event (%s) VALUES %s
                ON CONFLICT (source_id, external_id) DO NOTHING
                RETURNING id, part, EXISTS (SELECT FROM waiting)
                """,
                self._get_waiting_query(now),
                SQL(", ").join(SQL.identifier(name) for name in rows[0]),
                SQL(", ").join(
                    SQL("(%s)", SQL(", ").join(SQL("%s", v) for v in row.values()))
                    for row in rows
                ),
            ),
            log_exceptions=False,
        )
        inserted = sorted(self.env.cr.fetchall())
        ids = [event_id for event_id, _part, _others_waiting in inserted]
        if not inserted:
            return self.browse()
        first_id, first_part, others_waiting = inserted[0]
        if first_part:
            # The one that should hold the text had come before, in another request.
            self.env.execute_query(
                SQL(
                    "UPDATE crm_orders_event SET %s WHERE id = %s RETURNING id",
                    SQL(", ").join(
                        SQL("%s = %s", SQL.identifier(name), value)
                        for name, value in text_vals.items()
                    ),
                    first_id,
                )
            )
        if len(ids) > 1:
            self.env.execute_query(
                SQL(
                    "UPDATE crm_orders_event SET origin_id = %s WHERE id IN %s"
                    " RETURNING id",
                    first_id,
                    tuple(ids[1:]),
                )
            )
        if not others_waiting:
            self._wake_up()
        return self.browse(ids)

    @api.model
    def _get_waiting_query(self, now):
        """Whether the job has just been woken for another request.

        One that nobody has tried is due since it came in, which the index knows: however
        many wait, only those of the last seconds are looked at.
        """
        return SQL(
            """
            SELECT FROM crm_orders_event
             WHERE state = 'new' AND attempts = 0 AND next_attempt BETWEEN %s AND %s
             LIMIT 1
            """,
            now - WAKEFUL,
            now,
        )

    @api.model
    def _get_storable_body(self, source, request):
        """`(text, format)` of a body, without the secrets that it repeats."""
        try:
            text = request.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = "\x00"
        if "\x00" in text:
            return base64.b64encode(request.body).decode(), "base64"
        mimetype = request.header("Content-Type").partition(";")[0].strip().lower()
        body_format = lead_payload.FORMATS.get(mimetype, "text")
        return self._blot_out(source, text), body_format

    @api.model
    def _blot_out(self, source, text):
        settings = source._get_settings()
        for spec in source._get_channel().settings:
            if spec.in_body:
                for secret in settings.accepted(spec.name):
                    text = text.replace(secret, BLOTTED)
        return text

    @api.model
    def _insert_unless_known(self, vals, rate_limit, address_limit=0):
        """Insert one row and return `(id, others wait too)`, or None if it was not.

        One statement, as the time it takes is what a sender waits for.
        """
        minute = SQL(
            "SELECT FROM crm_orders_event WHERE source_id = %s AND create_date > %s",
            vals["source_id"],
            vals["create_date"] - timedelta(minutes=1),
        )
        limits = []
        if rate_limit:
            limits.append(SQL("NOT EXISTS (%s OFFSET %s)", minute, rate_limit - 1))
        if address_limit:
            limits.append(
                SQL(
                    "NOT EXISTS (%s AND remote_addr = %s OFFSET %s)",
                    minute,
                    vals["remote_addr"],
                    address_limit - 1,
                )
            )
        limit = SQL("WHERE %s", SQL(" AND ").join(limits)) if limits else SQL()
        # Two senders of one id at the same moment make the database ask the second to
        # start over. Odoo does so by itself; it is no error to log.
        self.env.cr.execute(
            SQL(
                """
                WITH waiting AS MATERIALIZED (%s)
                INSERT INTO crm_orders_event (%s) SELECT %s %s
                ON CONFLICT (source_id, external_id) DO NOTHING
                RETURNING id, EXISTS (SELECT FROM waiting)
                """,
                self._get_waiting_query(vals["create_date"]),
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
