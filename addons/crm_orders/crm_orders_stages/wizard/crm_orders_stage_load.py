from odoo import api, fields, models
from odoo.exceptions import UserError


class CrmOrdersStageLoad(models.TransientModel):
    """Sets up the stages of a company from a ready-made set."""

    _name = "crm_orders.stage.load"
    _description = "Load Ready-Made Order Stages"

    stage_set = fields.Selection(
        [
            ("pickup", "Pick-up in the shop"),
            ("delivery", "Delivery to the customer"),
            ("service", "Repair or made to order"),
        ],
        "Set",
        required=True,
        default="pickup",
        help="A start that you can change afterwards: rename, add, remove or reorder.",
    )
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    stage_names = fields.Text("Stages", compute="_compute_stage_names")

    @api.depends("stage_set")
    def _compute_stage_names(self):
        for wizard in self:
            stages = wizard._prepare_stage_vals_list() if wizard.stage_set else []
            wizard.stage_names = "\n".join(vals["name"] for vals in stages)

    def action_load(self):
        """Create the stages, named in every language of the shop, and show them."""
        self.ensure_one()
        stages = self.env["crm_orders.stage"].with_company(self.company_id)
        if self.company_id in stages._companies_with_stages(self.company_id):
            raise UserError(
                self.env._("%s has order stages already.", self.company_id.name)
            )
        created = stages.with_context(lang="en_US").create(
            self.with_context(lang="en_US")._prepare_stage_vals_list()
        )
        for code, _name in self.env["res.lang"].get_installed():
            if code == "en_US":
                continue
            translated = self.with_context(lang=code)._prepare_stage_vals_list()
            for stage, vals in zip(created, translated, strict=True):
                names = {
                    key: vals[key] for key in ("name", "public_name") if key in vals
                }
                stage.with_context(lang=code).write(names)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_stages.crm_orders_stage_action"
        )

    def _prepare_stage_vals_list(self):
        """Values of the stages of the chosen set; other modules add sets."""
        self.ensure_one()
        sets = {
            "pickup": [
                self._stage("new"),
                self._stage("waiting"),
                self._stage("picking"),
                self._stage("ready_pickup"),
                self._stage("handed_over"),
                self._stage("cancelled"),
            ],
            "delivery": [
                self._stage("new"),
                self._stage("waiting"),
                self._stage("picking"),
                self._stage("on_its_way"),
                self._stage("delivered"),
                self._stage("cancelled"),
            ],
            "service": [
                self._stage("new"),
                self._stage("accepted"),
                self._stage("waiting"),
                self._stage("in_work"),
                self._stage("checked"),
                self._stage("ready_pickup"),
                self._stage("handed_over"),
                self._stage("cancelled"),
            ],
        }
        return [
            {"sequence": 10 * (number + 1), "company_id": self.company_id.id, **vals}
            for number, vals in enumerate(sets[self.stage_set])
        ]

    @api.model
    def _stage(self, key):
        return {
            "new": {
                "name": self.env._("New order"),
                "public_name": self.env._("Order received"),
                "kind": "new",
                "sla_number": 4,
                "sla_unit": "hours",
                "color": 4,
            },
            "accepted": {
                "name": self.env._("Accepted"),
                "public_name": self.env._("Order accepted"),
                "kind": "accepted",
                "sla_number": 1,
                "color": 4,
            },
            "waiting": {
                "name": self.env._("Waiting for goods"),
                "kind": "waiting",
                "sla_number": 5,
                "color": 3,
            },
            "picking": {
                "name": self.env._("Being collected"),
                "public_name": self.env._("Being prepared"),
                "kind": "in_work",
                "sla_number": 1,
                "color": 2,
            },
            "in_work": {
                "name": self.env._("In the workshop"),
                "public_name": self.env._("In work"),
                "kind": "in_work",
                "sla_number": 3,
                "color": 2,
            },
            "checked": {
                "name": self.env._("Final check"),
                "kind": "in_work",
                "sla_number": 1,
                "is_public": False,
                "color": 2,
            },
            "on_its_way": {
                "name": self.env._("On its way"),
                "kind": "in_work",
                "sla_number": 2,
                "color": 5,
            },
            "ready_pickup": {
                "name": self.env._("Ready for pick-up"),
                "kind": "ready",
                "sla_number": 7,
                "sla_working_time": False,
                "color": 10,
            },
            "handed_over": {
                "name": self.env._("Handed over"),
                "kind": "handed_over",
                "fold": True,
                "color": 0,
            },
            "delivered": {
                "name": self.env._("Delivered"),
                "kind": "handed_over",
                "fold": True,
                "color": 0,
            },
            "cancelled": {
                "name": self.env._("Cancelled"),
                "kind": "cancelled",
                "is_public": False,
                "fold": True,
                "color": 1,
            },
        }[key]
