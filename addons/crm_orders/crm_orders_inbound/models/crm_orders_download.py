from odoo import api, fields, models

from ..tools import channel

MAX_ATTEMPTS = 7


class CrmOrdersDownload(models.AbstractModel):
    """A file that still lies with the provider, until a job fetches it.

    Fetching takes time and fails at times, so what the file belongs to does not wait for
    it. Models that inherit this have a `source_id`, a `state` of waiting, done and failed,
    and say in `_keep` where a file goes.
    """

    _name = "crm_orders.download"
    _inherit = "crm_orders.queue"
    _description = "File to Fetch"

    ref = fields.Char(required=True, readonly=True, groups=fields.NO_ACCESS)

    @api.model
    def _cron_fetch(self):
        """Fetch what is due, one by one; a file that cannot be had holds up no other."""
        cron = self.env["ir.cron"]
        while waiting := self._claim():
            cron._commit_progress(remaining=1)
            waiting.with_context(lang=waiting.source_id._get_lang())._fetch()
            if not cron._commit_progress(1, remaining=1):
                self._wake_up()
                return
        cron._commit_progress(remaining=0)
        self._wake_up_for_next()

    def _fetch(self):
        """Fetch one file and keep it."""
        self.ensure_one()
        if self.attempts > MAX_ATTEMPTS:
            self._fail(self.env._("Every attempt was stopped before it ended."))
            return
        try:
            file = self.source_id._drive("fetch", self.ref)
        except channel.SendError as error:
            # Files are often announced before they are ready.
            if error.final or self.attempts >= MAX_ATTEMPTS:
                self._fail(str(error))
            else:
                self.error = str(error)
            return
        self._keep(file)
        self.write({"state": "done", "error": False})

    def _keep(self, file):
        """Put what was fetched where it belongs.

        :param file: `channel.File`
        """
        raise NotImplementedError

    def _fail(self, error):
        """Give up, with the reason in words for people."""
        self.write({"state": "failed", "error": error})
