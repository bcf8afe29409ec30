import base64
import logging

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.crm_orders_inbound.tools import channel

_logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 6
BACK_OFF_BASE = 3


class CrmOrdersAttachment(models.Model):
    """A file of a customer's message that still lies with the provider.

    Fetching takes time and fails at times, so messages do not wait for it.
    """

    _name = "crm_orders.attachment"
    _description = "File to Fetch"
    _order = "id"
    _rec_name = "name"

    source_id = fields.Many2one(
        "crm_orders.source", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="source_id.company_id")
    message_id = fields.Many2one(
        "mail.message", required=True, readonly=True, index=True, ondelete="cascade"
    )
    ref = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)
    name = fields.Char(readonly=True)
    mimetype = fields.Char(readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("done", "Fetched"),
            ("failed", "Could not be fetched"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    attempts = fields.Integer(readonly=True)
    next_attempt = fields.Datetime(readonly=True, default=fields.Datetime.now)
    error = fields.Text(readonly=True)

    _due_idx = models.Index("(next_attempt) WHERE state = 'waiting'")

    @api.model
    def _wake_up(self, at=None):
        cron = self.env.ref(
            "crm_orders_messenger.ir_cron_fetch", raise_if_not_found=False
        )
        if cron:
            cron._trigger(at)

    @api.model
    def _cron_fetch(self):
        """Fetch what is due; a file that cannot be had holds up no other."""
        cron = self.env["ir.cron"]
        while waiting := self._claim():
            cron._commit_progress(remaining=1)
            waiting._fetch()
            if not cron._commit_progress(1, remaining=1):
                self._wake_up()
                break

    @api.model
    def _claim(self):
        self.flush_model()
        now = fields.Datetime.now()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE crm_orders_attachment
                   SET attempts = COALESCE(attempts, 0) + 1,
                       next_attempt = %(now)s
                           + interval '1 minute'
                               * power(%(base)s, COALESCE(attempts, 0))
                 WHERE id IN (
                     SELECT id FROM crm_orders_attachment
                      WHERE state = 'waiting' AND next_attempt <= %(now)s
                      ORDER BY next_attempt, id
                      LIMIT 1
                        FOR UPDATE SKIP LOCKED
                 )
                RETURNING id
                """,
                now=now,
                base=BACK_OFF_BASE,
            )
        )
        claimed = self.browse(row[0] for row in rows)
        claimed.invalidate_recordset()
        return claimed

    def _fetch(self):
        """Fetch a file and put it under its message."""
        self.ensure_one()
        if self.attempts > MAX_ATTEMPTS:
            self._fail(self.env._("Every attempt was stopped before it ended."))
            return
        try:
            file = self.source_id._drive("fetch", self.ref)
        except channel.SendError as error:
            if error.final or self.attempts >= MAX_ATTEMPTS:
                self._fail(str(error))
            else:
                self.error = str(error)
                self._wake_up(self.next_attempt)
            return
        message = self.message_id
        # As with files of mails: a stranger's page is shown as text, not opened as one.
        files = self.env["ir.attachment"].with_context(attachments_mime_plainxml=True)
        attachment = files.create(
            {
                "name": self.name or file.name or self.env._("File"),
                "datas": base64.b64encode(file.content),
                "mimetype": self.mimetype or file.mimetype or False,
                "res_model": message.model,
                "res_id": message.res_id,
            }
        )
        message.attachment_ids += attachment
        self.write({"state": "done", "error": False})

    def _fail(self, error):
        self.write({"state": "failed", "error": error})
        message = self.message_id
        record = self.env[message.model].browse(message.res_id).exists()
        if record:
            record.message_post(
                body=self.env._(
                    "The file “%(name)s” could not be fetched: %(error)s",
                    name=self.name or self.env._("File"),
                    error=error,
                ),
                subtype_xmlid="mail.mt_note",
            )
