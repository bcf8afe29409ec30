from odoo import api, fields, models
from odoo.tools import SQL


class CrmOrdersStageLog(models.Model):
    """One stay of an order in a stage; rows are added and closed, never changed."""

    _name = "crm_orders.stage.log"
    _description = "Order Stage History"
    _order = "entered_date desc, id desc"
    _rec_name = "stage_id"

    order_id = fields.Many2one(
        "sale.order", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    from_stage_id = fields.Many2one(
        "crm_orders.stage", "From", readonly=True, ondelete="restrict"
    )
    stage_id = fields.Many2one(
        "crm_orders.stage",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    user_id = fields.Many2one("res.users", "Moved By", readonly=True)
    responsible_id = fields.Many2one(
        "res.users",
        readonly=True,
        help="Who looked after the order in the stage, last of all.",
    )
    registrar_id = fields.Many2one(
        related="order_id.create_uid", string="Registered By", store=True
    )
    team_id = fields.Many2one(
        related="order_id.team_id", string="Sales Team", store=True
    )
    type_id = fields.Many2one(
        related="order_id.crm_orders_type_id", string="Order Type", store=True
    )
    cause = fields.Selection(
        [
            ("person", "A person"),
            ("confirmed", "Order confirmed"),
            ("deposit", "Deposit paid"),
            ("paid", "Paid in full"),
            ("cancelled", "Order cancelled"),
        ],
        "Moved Because Of",
        readonly=True,
        default="person",
    )
    blocked_cause = fields.Char(
        "Held Back",
        readonly=True,
        help="What would have moved the order on from here, had everything been done.",
    )
    reason = fields.Char(
        readonly=True, help="Why the order was moved back, or on although not all held."
    )
    entered_date = fields.Datetime("Entered", required=True, readonly=True)
    left_date = fields.Datetime("Left", readonly=True)
    planned_date = fields.Datetime(
        "Planned", readonly=True, help="When the order should have left the stage."
    )
    duration = fields.Float(
        "Hours",
        readonly=True,
        aggregator="avg",
        help="Hours that the order stayed in the stage, nights and holidays included.",
    )
    planned_duration = fields.Float(
        "Hours Planned",
        readonly=True,
        aggregator="avg",
        help="Hours that the order should have stayed at most; none where no time was "
        "set.",
    )
    overrun = fields.Float(
        "Hours Over Plan",
        readonly=True,
        aggregator="avg",
        help="How much longer than planned the order stayed; less than zero when it left "
        "early.",
    )
    hours_so_far = fields.Float(
        "Hours in Stage",
        compute="_compute_hours_so_far",
        help="Hours that the order stayed in the stage, or has been there until now, "
        "nights and holidays included.",
    )
    is_late = fields.Boolean(
        "Left Late",
        readonly=True,
        help="The order left the stage after the planned time.",
    )

    _open_uniq = models.UniqueIndex(
        "(order_id) WHERE left_date IS NULL", "An order is in one stage at a time."
    )

    @api.depends("entered_date", "left_date", "duration")
    def _compute_hours_so_far(self):
        now = fields.Datetime.now()
        for row in self:
            row.hours_so_far = row.duration
            if row.entered_date and not row.left_date:
                row.hours_so_far = (now - row.entered_date).total_seconds() / 3600

    @api.model
    def _close(self, orders, now):
        """End the running stays of these orders."""
        self.flush_model()
        orders.flush_recordset(["crm_orders_planned_date", "crm_orders_user_id"])
        self.env.execute_query(
            SQL(
                """
                UPDATE crm_orders_stage_log log
                   SET left_date = %(now)s,
                       duration = EXTRACT(EPOCH FROM %(now)s - log.entered_date) / 3600,
                       planned_date = o.crm_orders_planned_date,
                       responsible_id = o.crm_orders_user_id,
                       planned_duration = EXTRACT(
                           EPOCH FROM o.crm_orders_planned_date - log.entered_date
                       ) / 3600,
                       overrun = EXTRACT(
                           EPOCH FROM %(now)s - o.crm_orders_planned_date
                       ) / 3600,
                       is_late = COALESCE(o.crm_orders_planned_date < %(now)s, FALSE),
                       write_uid = %(uid)s,
                       write_date = %(now)s
                  FROM sale_order o
                 WHERE o.id = log.order_id
                   AND log.order_id IN %(orders)s
                   AND log.left_date IS NULL
                RETURNING log.id
                """,
                now=now,
                uid=self.env.uid,
                orders=tuple(orders.ids),
            )
        )
        self.invalidate_model()
