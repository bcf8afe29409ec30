from odoo import fields, models


class CrmOrdersSlaLog(models.Model):
    """An escalation step that was carried out; once per lead, never changed."""

    _name = "crm_orders.sla.log"
    _description = "Escalation"
    _order = "date desc, id desc"
    _rec_name = "lead_id"

    lead_id = fields.Many2one(
        "crm.lead", required=True, readonly=True, index=True, ondelete="cascade"
    )
    step_id = fields.Many2one(
        "crm_orders.sla.step", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True
    )
    date = fields.Datetime(required=True, readonly=True)
    action = fields.Selection(
        [
            ("remind", "Reminded the responsible"),
            ("leader", "Told the team leader"),
            ("reassign", "Given to somebody else"),
            ("nobody", "Nobody could be told"),
        ],
        required=True,
        readonly=True,
    )
    from_user_id = fields.Many2one("res.users", "Responsible Before", readonly=True)
    user_id = fields.Many2one("res.users", "Told", readonly=True, index=True)
    late_minutes = fields.Float(
        "Minutes Since the Lead",
        readonly=True,
        aggregator="avg",
        help="Minutes since the lead came in, nights and holidays included.",
    )

    _step_uniq = models.Constraint(
        "UNIQUE (lead_id, step_id)", "A step is carried out once for a lead."
    )
