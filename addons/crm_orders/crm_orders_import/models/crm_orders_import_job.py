import itertools
import logging
from collections import namedtuple
from functools import lru_cache

import psycopg2

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.tools import SQL

from odoo.addons.crm_orders_identity.tools import handle as handle_tool

from ..tools import records as record_tool
from ..tools import values
from ..tools.people import People
from ..tools.table import Unreadable

_logger = logging.getLogger(__name__)

CHECK_BATCH = 500
IMPORT_BATCH = 200
# How often a batch is begun anew that somebody else has got in the way of.
PATIENCE = 5
WORKING = ("checking", "importing", "undoing")
REASON_LENGTH = 1000

Judgement = namedtuple("Judgement", "verdict partner same others match reason")
Judgement.__doc__ = """Who the person of a row is.

partner: the known customer
same: the number of the earlier row that is the same person
others: numbers of earlier rows that may be the same person
match: as `crm_orders.identity._match` gave it
reason: in words
"""


class CrmOrdersImportJob(models.AbstractModel):
    """The job: reads files, says who people are, and has them made, batch by batch.

    Each batch is committed with the state of its rows. Whatever stops the server, the
    job goes on with the rows that are left.
    """

    _name = "crm_orders.import.job"
    _description = "Job of Imports"

    @api.model
    def _cron_work(self):
        """Work on all imports that wait for it."""
        for record in self.search([("state", "in", WORKING)], order="id"):
            if not record._work():
                # The scheduler calls again, as there is something left.
                return

    def _work(self):
        """Work until this import is through; tell whether it is."""
        self.ensure_one()
        cron = self.env["ir.cron"]
        attempts = 0
        while True:
            state = self.state
            if state not in WORKING:
                return True
            try:
                for count in getattr(self._as_user(), f"_run_{state}")():
                    attempts = 0
                    if not cron._commit_progress(count, remaining=1):
                        return False
                    self.invalidate_recordset(["state"])
                    if self.state != state:
                        # Somebody has stopped it.
                        return True
            except psycopg2.errors.TransactionRollback:
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                attempts += 1
                if attempts >= PATIENCE:
                    raise
            except UserError as error:
                self.env.cr.rollback()
                self.env.invalidate_all(flush=False)
                self._halt(state, str(error))
                cron._commit_progress(remaining=0)
                return True
            else:
                self.env.flush_all()
                cron._commit_progress(remaining=0)
                return True

    def _halt(self, state, text):
        """Stop with an explanation; what was done stays."""
        back = {"checking": "draft", "importing": "checked", "undoing": "done"}[state]
        if state == "checking":
            self._forget_rows()
        self.write({"state": back, "error": text})

    def _as_user(self):
        """This import in the eyes of whoever started it."""
        user = self.sudo().user_id
        if not user.active:
            raise UserError(self.env._("%s cannot log in any more.", user.name))
        company = self.sudo().company_id
        return (
            self.with_user(user)
            .with_company(company)
            .with_context(
                lang=user.lang,
                tz=user.tz,
                allowed_company_ids=company.ids,
                tracking_disable=True,
                mail_create_nosubscribe=True,
                mail_create_nolog=True,
                mail_auto_subscribe_no_notify=True,
                crm_orders_import=True,
            )
        )

    def _forget_rows(self):
        """Delete the rows at once; nothing but the import knows them."""
        self.env.flush_all()
        self.env.cr.execute(
            SQL("DELETE FROM crm_orders_import_row WHERE import_id = ANY(%s)", self.ids)
        )
        self.env["crm_orders.import.row"].invalidate_model()
        self.invalidate_recordset()

    # --- reading and judging ---

    def _run_checking(self):
        """Read the file and write its rows down, each with who it is."""
        rows = self.env["crm_orders.import.row"].sudo()
        known = rows.search_fetch(
            [("import_id", "=", self.id)],
            ["number", "same_number", "handles", "partner_id"],
            order="number",
        )
        people, by_partner = People(), {}
        for row in known:
            number = row.same_number or row.number
            people.add(number, [tuple(one) for one in row.handles or []])
            if row.partner_id:
                by_partner.setdefault(row.partner_id.id, number)
        last = max(known[-1:].number, self.heading_row)
        rows.invalidate_model(flush=False)
        read = self._get_reader()
        _names, table = self._get_table()
        found = (
            (number, cells) for number, cells in self._explained(table) if number > last
        )
        while batch := list(itertools.islice(found, CHECK_BATCH)):
            self._check_rows(batch, read, people, by_partner)
            rows.invalidate_model(flush=True)
            yield len(batch)
        self.sudo().write({"state": "checked", "ended_on": fields.Datetime.now()})

    def _explained(self, table):
        """The rows of a table; what is wrong with it is told in words."""
        try:
            yield from table
        except Unreadable as error:
            raise UserError(self._explain(error)) from None

    def _check_rows(self, batch, read, people, by_partner):
        found = [(number, read(cells)) for number, cells in batch]
        handles = self._get_handles([record for _number, record in found])
        judgements = self._judge(found, handles, people, by_partner)
        self.env["crm_orders.import.row"].sudo().create(
            [
                self._prepare_row_vals(number, cells, record, keys, judgement)
                for (number, cells), (_number, record), keys, judgement in zip(
                    batch, found, handles, judgements, strict=True
                )
            ]
        )

    def _prepare_row_vals(self, number, cells, record, handles, judgement):
        name = record.fields.get("name") or record.fields.get("company")
        return {
            "import_id": self.id,
            "number": number,
            "cells": [values.clean(cell, lines=True) for cell in cells],
            "name": name,
            "contact": ", ".join([*record.phones, *record.emails])[:500],
            "handles": handles,
            "verdict": judgement.verdict,
            "reason": judgement.reason[:REASON_LENGTH],
            "state": "failed" if judgement.verdict == "error" else "checked",
            "same_number": judgement.same or 0,
            "partner_id": judgement.partner.id,
        }

    def _get_reader(self):
        """A function that reads the cells of a row."""
        country = (self.country_id or self.company_id.country_id).code
        columns = {column.position: column for column in self.column_ids}
        layout = [
            (columns[one].field, columns[one].heading)
            if one in columns
            else (False, "")
            for one in range(1, max(columns, default=0) + 1)
        ]
        order = self.date_order

        # Numbers are looked at several times on their way.
        @lru_cache(maxsize=10_000)
        def is_phone(text):
            return handle_tool.normalise(handle_tool.PHONE, text, country) is not None

        return lambda cells: record_tool.read(cells, layout, is_phone, order)

    def _get_handles(self, found):
        """The normalised handles of records, in the order in which they are written."""
        country = (self.country_id or self.company_id.country_id).code
        identities = self.env["crm_orders.identity"]
        return [
            list(
                dict.fromkeys(
                    identities._normalise_handles(
                        [
                            {"kind": kind, "value": value, "country": country}
                            for kind, texts in (
                                ("phone", record.phones),
                                ("email", record.emails),
                            )
                            for value in texts
                        ],
                        self.company_id,
                    )
                )
            )
            for record in found
        ]

    def _judge(self, found, handles, people, by_partner):
        """Say of each record who it is: by the database, then by the rows above.

        :param found: list of (number, record)
        :param people: the rows above; those of these records are added
        :param by_partner: the first row of each known customer, by the customer's id
        """
        matches = self.env["crm_orders.identity"]._match(
            [
                [
                    {"kind": kind, "scope": scope, "value": value}
                    for kind, scope, value in keys
                ]
                for keys in handles
            ],
            self.company_id,
        )
        result = []
        for (number, record), keys, match in zip(found, handles, matches, strict=True):
            judgement = self._judge_one(record, keys, match, people)
            result.append(judgement)
            if judgement.verdict == "error":
                continue
            head = judgement.same or number
            if judgement.partner:
                head = by_partner.setdefault(judgement.partner.id, head)
            people.add(head, keys)
        return result

    def _judge_one(self, record, keys, match, people):
        nobody = self.env["res.partner"]
        if record.error:
            return Judgement("error", nobody, 0, [], match, self._get_error(record))
        verdict, same, others, partner = "new", 0, [], nobody
        said = ""
        if match.certainty == "sure":
            verdict, partner, said = "known", match.partner, match.reason
        elif match.certainty == "doubtful":
            verdict, said = "doubtful", match.reason
        elif not keys:
            verdict = "unreachable"
            said = self.env._(
                "There is no phone number and no e-mail address, so this person cannot be"
                " recognised."
            )
        else:
            decision = people.find(keys)
            if decision["certainty"] == "sure":
                verdict, same = "same", decision["partner"]
                said = self.env._("This is the person of row %s.", same)
            elif decision["certainty"] == "doubtful":
                verdict, others = "doubtful", decision["candidates"]
                said = self.env._(
                    "Several rows above have this phone number or e-mail address: %s",
                    ", ".join(str(one) for one in others),
                )
        reason = " ".join([said, *self._get_problems(record)]).strip()
        return Judgement(verdict, partner, same, others, match, reason)

    def _get_error(self, record):
        if record.error == "empty":
            return self.env._("The chosen columns are empty.")
        return self.env._("There is no name, no phone number and no e-mail address.")

    def _get_problems(self, record):
        texts = {
            "phone": self.env._("“%s” is no phone number; it is in the notes."),
            "email": self.env._("“%s” is no e-mail address; it is in the notes."),
            "date": self.env._("“%s” is no date; it is in the notes."),
            "amount": self.env._("“%s” is no amount; it is in the notes."),
            "website": self.env._("“%s” is no website; it is in the notes."),
        }
        return [texts[code] % text for code, text in record.problems]

    # --- making ---

    def _run_importing(self):
        """Have customers and leads made of the checked rows."""
        rows = self.env["crm_orders.import.row"].sudo()
        domain = [("import_id", "=", self.id), ("state", "=", "checked")]
        read = self._get_reader()
        while batch := rows.search(domain, limit=IMPORT_BATCH, order="number"):
            batch = batch.try_lock_for_update()
            if not batch:
                # Somebody has started the job by hand as well.
                return
            self._import_rows(batch, read)
            self.env.flush_all()
            count = len(batch)
            # What was made is not needed any more, and a long import makes a lot.
            self.env.invalidate_all(flush=False)
            yield count
        self.sudo().write({"state": "done", "ended_on": fields.Datetime.now()})

    def _import_rows(self, rows, read):
        """Import rows; a bad one never holds up the others."""
        try:
            with self.env.cr.savepoint():
                self.env["crm_orders.import.maker"]._make(self, rows, read)
        except psycopg2.OperationalError:
            # The database asks for a new transaction, or is gone.
            raise
        except Exception as error:
            if len(rows) > 1:
                half = len(rows) // 2
                self._import_rows(rows[:half], read)
                self._import_rows(rows[half:], read)
                return
            if not isinstance(error, UserError | ValidationError):
                _logger.warning("Row %s was not imported", rows.id, exc_info=True)
            rows.write({"state": "failed", "reason": self._get_failure(error)})

    def _get_failure(self, error):
        if isinstance(error, UserError):
            return values.clean(str(error))[:REASON_LENGTH]
        return self.env._(
            "It could not be stored: %s", values.clean(str(error))[: REASON_LENGTH // 2]
        )
