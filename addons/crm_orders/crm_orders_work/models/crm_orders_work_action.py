from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

RETENTION_DAYS = 365


class CrmOrdersWorkAction(models.Model):
    """One thing that somebody did on the phone, done once however often it is sent.

    Phones lose the connection after the server has done what it was told and before they
    hear of it. So each thing has a number of the phone's own making, and what came of it
    is kept to be told again.
    """

    _name = "crm_orders.work.action"
    _description = "Work Done on a Phone"
    _order = "id desc"

    token = fields.Char(
        "Number on the Phone",
        required=True,
        readonly=True,
        help="Made by the phone, so that the server does each thing once.",
    )
    user_id = fields.Many2one(
        "res.users", "By", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    order_id = fields.Many2one(
        "sale.order", readonly=True, index="btree_not_null", ondelete="set null"
    )
    kind = fields.Selection(
        [
            ("take", "Taken"),
            ("next", "Moved on"),
            ("tick", "Task ticked off"),
            ("photo", "Photo"),
            ("signature", "Signature"),
        ],
        "What",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [("done", "Done"), ("refused", "Could not be done")],
        required=True,
        readonly=True,
        help="What could not be done was told to the person, with the reason.",
    )
    message = fields.Char("Reason", readonly=True)
    attachment_id = fields.Many2one(
        "ir.attachment", "Picture", readonly=True, ondelete="set null"
    )
    picture = fields.Binary(related="attachment_id.datas", string="Shown Picture")
    done_date = fields.Datetime(
        "On the Phone",
        readonly=True,
        help="When the person did it, by the clock of the phone.",
    )
    create_date = fields.Datetime("Arrived", readonly=True)

    _once_uniq = models.UniqueIndex("(user_id, token)")

    @api.depends("kind", "order_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for action in self:
            words = (kinds.get(action.kind), action.order_id.sudo().name)
            action.display_name = ", ".join(word for word in words if word)

    @api.model
    def _begin(self, vals):
        """Note that something is about to be done; nothing when it was done before.

        When it is being done at this moment, the database refuses with
        `SerializationFailure`, and Odoo starts over and finds it done.
        """
        now = fields.Datetime.now()
        vals = {
            **vals,
            "user_id": self.env.uid,
            "state": "refused",
            "create_uid": self.env.uid,
            "create_date": now,
            "write_uid": self.env.uid,
            "write_date": now,
        }
        rows = self.env.execute_query(
            SQL(
                "INSERT INTO crm_orders_work_action (%s) VALUES %s"
                " ON CONFLICT (user_id, token) DO NOTHING RETURNING id",
                SQL(", ").join(SQL.identifier(name) for name in vals),
                tuple(vals.values()),
            )
        )
        return self.sudo().browse(rows[0][0] if rows else ())

    @api.model
    def _get_done(self, token):
        """What was done under this number of the user's phone."""
        return self.sudo().search(
            [("user_id", "=", self.env.uid), ("token", "=", token)], limit=1
        )

    @api.autovacuum
    def _gc_old(self):
        """No phone sends again what it did a year ago. Pictures stay with the orders."""
        limit = fields.Datetime.now() - timedelta(days=RETENTION_DAYS)
        old = self.search([("create_date", "<", limit)], limit=10_000)
        old.unlink()
        return len(old), len(old) == 10_000
