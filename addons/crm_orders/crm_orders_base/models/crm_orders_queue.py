from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmOrdersQueue(models.AbstractModel):
    """Rows that a job works on, with a pause after each attempt that leads nowhere.

    An attempt is counted, for good, before it is made, so that a row which kills the
    process is met a limited number of times, and holds up no other meanwhile. Models that
    inherit this have a `state`.
    """

    _name = "crm_orders.queue"
    _description = "Queue"

    # The job, as an XML id.
    _queue_cron = None
    # The state of rows that wait for the job.
    _queue_waiting = "waiting"
    # Minutes until the next attempt are this to the power of the attempts made before.
    _queue_back_off = 3

    attempts = fields.Integer(
        readonly=True, help="How often it was tried, by now, to get this done."
    )
    next_attempt = fields.Datetime(readonly=True, default=fields.Datetime.now)
    error = fields.Text("What Went Wrong", readonly=True)

    @api.model
    def _get_queue_cron(self):
        """The job, for the superuser; empty while its module is being removed."""
        cron = self.env.ref(self._queue_cron, raise_if_not_found=False)
        return (cron or self.env["ir.cron"]).sudo()

    @api.model
    def _wake_up(self, at=None):
        """Let the job run now, or at the given time."""
        if cron := self._get_queue_cron():
            cron._trigger(at)

    @api.model
    def _wake_up_for_next(self):
        """Let the job run when the next row is due, whoever claimed it before.

        A process that was killed has left nobody to meet its rows again.
        """
        first = self.search_fetch(
            [("state", "=", self._queue_waiting)],
            ["next_attempt"],
            order="next_attempt",
            limit=1,
        )
        cron = self._get_queue_cron()
        if not first or not cron:
            return
        now = fields.Datetime.now()
        # What is due and was left all the same is in somebody else's hands.
        at = max(first.next_attempt, fields.Datetime.add(now, minutes=1))
        known = [
            ("cron_id", "=", cron.id),
            ("call_at", ">", now),
            ("call_at", "<=", at),
        ]
        if not self.env["ir.cron.trigger"].sudo().search_count(known, limit=1):
            cron._trigger(at)

    @api.model
    def _get_due_domain(self):
        """Rows that the job should work on now."""
        return Domain("state", "=", self._queue_waiting) & Domain(
            "next_attempt", "<=", fields.Datetime.now()
        )

    @api.model
    def _get_queue_condition(self):
        """What rows, `queued`, must fulfil besides being due to be worked on."""
        return SQL("TRUE")

    @api.model
    def _claim(self, limit=1):
        """Count an attempt on the rows that are due longest, and return them.

        Those locked by another process are left to it.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE %(table)s
                   SET attempts = COALESCE(attempts, 0) + 1,
                       next_attempt = %(now)s + interval '1 minute'
                           * power(%(base)s, COALESCE(attempts, 0)),
                       write_date = %(now)s
                 WHERE id IN (
                     SELECT id FROM %(table)s queued
                      WHERE state = %(waiting)s AND next_attempt <= %(now)s
                        AND %(condition)s
                      ORDER BY next_attempt, id
                      LIMIT %(limit)s
                        FOR UPDATE SKIP LOCKED
                 )
                RETURNING id
                """,
                table=SQL.identifier(self._table),
                now=fields.Datetime.now(),
                base=self._queue_back_off,
                waiting=self._queue_waiting,
                condition=self._get_queue_condition(),
                limit=limit,
            )
        )
        claimed = self.browse(sorted(row[0] for row in rows))
        claimed.invalidate_recordset()
        return claimed
