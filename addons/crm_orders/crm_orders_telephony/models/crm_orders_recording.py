from odoo import api, fields, models
from odoo.tools import SQL

ERASE_BATCH = 500
# What a browser plays; all else could be a page with a script in it.
AUDIO = {
    "audio/mpeg": "mp3",
    "audio/wav": "wav",
    "audio/x-wav": "wav",
    "audio/wave": "wav",
    "audio/vnd.wave": "wav",
    "audio/ogg": "ogg",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/webm": "webm",
}
DEFAULT_MIMETYPE = "audio/wav"


class CrmOrdersRecording(models.Model):
    """The sound of a call, or of the message that a caller left.

    It lies with the provider until a job fetches it. Only those who may listen can read
    these rows, and so the files that belong to them.
    """

    _name = "crm_orders.recording"
    _inherit = "crm_orders.download"
    _description = "Call Recording"
    _order = "id desc"

    _queue_cron = "crm_orders_telephony.ir_cron_fetch"

    call_id = fields.Many2one(
        "crm_orders.call", required=True, readonly=True, ondelete="cascade"
    )
    source_id = fields.Many2one(related="call_id.source_id")
    started = fields.Datetime(related="call_id.started", string="Date of the Call")
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("done", "Fetched"),
            ("failed", "Could not be fetched"),
            ("erased", "Erased"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    attachment_id = fields.Many2one(
        "ir.attachment", "File", readonly=True, ondelete="set null"
    )

    _ref_uniq = models.UniqueIndex("(call_id, ref)")
    _due_idx = models.Index("(next_attempt) WHERE state = 'waiting'")
    _kept_idx = models.Index("(id) WHERE state = 'done'")

    @api.depends("call_id")
    def _compute_display_name(self):
        for recording in self:
            recording.display_name = self.env._(
                "Recording of %s", recording.call_id.display_name
            )

    def action_fetch_again(self):
        """Try once more to fetch recordings that could not be had."""
        self.check_access("read")
        failed = self.filtered(lambda one: one.state == "failed")
        # People decide in this one way and no other, so they have no right to write.
        failed.sudo().write(
            {"state": "waiting", "attempts": 0, "next_attempt": fields.Datetime.now()}
        )
        self.sudo()._wake_up()
        return True

    @api.model
    def _queue(self, refs_by_call):
        """Remember recordings to fetch; those that are known are left alone."""
        wanted = [(call, ref) for call, refs in refs_by_call.items() for ref in refs]
        if not wanted:
            return
        known = {
            (recording.call_id.id, recording.ref)
            for recording in self.sudo().search(
                [("call_id", "in", [call.id for call, _ref in wanted])]
            )
        }
        fresh = [(call, ref) for call, ref in wanted if (call.id, ref) not in known]
        if fresh:
            self.sudo().create(
                [{"call_id": call.id, "ref": ref} for call, ref in fresh]
            )
            self._wake_up()

    def _keep(self, file):
        """Keep the sound for those who may listen."""
        self.attachment_id = self.env["ir.attachment"].create(
            self._prepare_file_vals(file)
        )

    def _prepare_file_vals(self, file):
        self.ensure_one()
        mimetype = file.mimetype if file.mimetype in AUDIO else DEFAULT_MIMETYPE
        date = fields.Datetime.to_string(self.call_id.started)[:16]
        return {
            "name": f"{date.replace(':', '.')}.{AUDIO[mimetype]}",
            "raw": file.content,
            "mimetype": mimetype,
            "res_model": self._name,
            "res_id": self.id,
        }

    @api.autovacuum
    def _gc_recordings(self):
        """Erase recordings when their days are over; that there was one stays known."""
        self.flush_model()
        self.env["crm_orders.call"].flush_model(["started"])
        self.env["crm_orders.source"].flush_model(["recording_days"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT recording.id
                  FROM crm_orders_recording recording
                  JOIN crm_orders_call call ON call.id = recording.call_id
                  JOIN crm_orders_source source ON source.id = call.source_id
                 WHERE recording.state = 'done'
                   AND source.recording_days > 0
                   AND call.started
                       < %s - source.recording_days * interval '1 day'
                 LIMIT %s
                """,
                fields.Datetime.now(),
                ERASE_BATCH,
            )
        )
        old = self.browse(row[0] for row in rows)
        old.attachment_id.unlink()
        old.write({"state": "erased"})
        return len(old), len(old) == ERASE_BATCH

    def unlink(self):
        # The file is of no use to anybody without its row.
        self.sudo().attachment_id.unlink()
        return super().unlink()
