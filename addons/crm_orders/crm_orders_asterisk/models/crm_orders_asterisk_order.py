import re

from odoo import api, fields, models
from odoo.tools import SQL

# Who clicks on a number waits no longer than this for the own telephone to ring.
VALID_SECONDS = 30
KEEP_DAYS = 7
MAX_RESULTS = 100


class CrmOrdersAsteriskOrder(models.Model):
    """A call that somebody asked for, to be started by the service at the exchange.

    It is handed out once. When the answer gets lost on the way, nobody is called, which
    is better than a customer whose telephone rings twice.
    """

    _name = "crm_orders.asterisk.order"
    _description = "Call to Start"
    _order = "id desc"
    _rec_name = "number"

    source_id = fields.Many2one(
        "crm_orders.source", required=True, readonly=True, ondelete="cascade"
    )
    user_id = fields.Many2one("res.users", "Asked By", required=True, readonly=True)
    agent = fields.Char("Extension", required=True, readonly=True)
    number = fields.Char(required=True, readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("taken", "Handed over"),
            ("failed", "Failed"),
            ("expired", "Too late"),
        ],
        required=True,
        readonly=True,
        default="waiting",
    )
    error = fields.Char("What Went Wrong", readonly=True)

    _waiting_idx = models.Index("(source_id) WHERE state = 'waiting'")

    @api.model
    def _hand_out(self, source):
        """Orders that are due, as the service reads them; each is given only once."""
        now = fields.Datetime.now()
        rows = self.env.execute_query_dict(
            SQL(
                """
                SELECT id, agent, number,
                       create_date < %s - %s * interval '1 second' AS is_late
                  FROM crm_orders_asterisk_order
                 WHERE source_id = %s AND state = 'waiting'
                 ORDER BY id
                   FOR UPDATE SKIP LOCKED
                """,
                now,
                VALID_SECONDS,
                source.id,
            )
        )
        late = self.browse(row["id"] for row in rows if row["is_late"])
        late._fail("expired", self.env._("The exchange did not answer in time."))
        due = [row for row in rows if not row["is_late"]]
        self.browse(row["id"] for row in due).state = "taken"
        return [
            {"id": row["id"], "agent": row["agent"], "number": row["number"]}
            for row in due
        ]

    @api.model
    def _take_results(self, source, results):
        """What became of orders, `[{"id": 7, "error": "..."}]`, in any shape."""
        found = {}
        for result in results[:MAX_RESULTS] if isinstance(results, list) else ():
            # To Python, True and False are numbers as well.
            if not isinstance(result, dict) or type(result.get("id")) is not int:
                continue
            if 0 < result["id"] < 2**31 and isinstance(result.get("error"), str):
                found[result["id"]] = re.sub(r"[^\x20-\x7e]", " ", result["error"])[
                    :200
                ]
        orders = self.search(
            [
                ("source_id", "=", source.id),
                ("id", "in", list(found)),
                ("state", "=", "taken"),
            ]
        )
        for order in orders:
            order._fail("failed", found[order.id])

    def _fail(self, state, error):
        """Tell people that nobody is being called."""
        if self:
            self.write({"state": state, "error": error})
        for order in self:
            order.user_id._bus_send(
                "simple_notification",
                {
                    "type": "danger",
                    "title": self.env._("%s is not being called", order.number),
                    "message": error,
                },
            )

    @api.autovacuum
    def _gc_orders(self):
        """Nobody looks at old orders: the calls that came of them are in the log."""
        before = fields.Datetime.subtract(fields.Datetime.now(), days=KEEP_DAYS)
        self.search([("create_date", "<", before)], limit=10000).unlink()
