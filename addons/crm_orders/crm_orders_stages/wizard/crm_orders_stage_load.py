from odoo import Command, api, fields, models
from odoo.exceptions import UserError


class CrmOrdersStageLoad(models.TransientModel):
    """Sets up the stages of a company from a ready-made set."""

    _name = "crm_orders.stage.load"
    _description = "Load Ready-Made Order Stages"

    stage_set = fields.Selection(
        [
            ("pickup", "Pick-up in the shop"),
            ("delivery", "Delivery to the customer"),
            ("custom", "Made to order"),
            ("service", "Repair and service"),
            ("preorder", "Preorder"),
        ],
        "Set",
        required=True,
        default="pickup",
        help="A start that you can change afterwards: rename, add, remove or reorder. "
        "Several sets can be loaded one after the other; they share what they have in "
        "common.",
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
        """Create the type and its stages, named in every language, and show them."""
        self.ensure_one()
        types = self.env["crm_orders.order.type"].with_company(self.company_id)
        known = types.with_context(active_test=False).search(
            [("company_id", "=", self.company_id.id), ("kind", "=", self.stage_set)],
            limit=1,
        )
        if known:
            raise UserError(
                self.env._(
                    "%(company)s has the order type %(type)s already.",
                    company=self.company_id.name,
                    type=known.name,
                )
            )
        self._load_type(types)
        return self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_stages.crm_orders_stage_action"
        )

    def _load_type(self, types):
        """Create the type with its stages; those of other sets are used again."""
        english = self.with_context(lang="en_US")
        vals_list = english._prepare_stage_vals_list()
        stages = self.env["crm_orders.stage"].with_company(self.company_id)
        stages = stages.with_context(lang="en_US")
        own = stages.search([("company_id", "=", self.company_id.id)])
        by_name = {(stage.name, stage.kind): stage for stage in own}
        missing = [v for v in vals_list if (v["name"], v["kind"]) not in by_name]
        created = stages.create(missing)
        by_name |= {(stage.name, stage.kind): stage for stage in created}
        way = stages.union(*(by_name[v["name"], v["kind"]] for v in vals_list))
        order_type = types.with_context(lang="en_US").create(
            english._prepare_type_vals(way)
        )
        for code, _name in self.env["res.lang"].get_installed():
            if code == "en_US":
                continue
            local = self.with_context(lang=code)
            order_type.with_context(lang=code).name = local._prepare_type_vals(way)[
                "name"
            ]
            local_names = dict(
                zip(
                    [(v["name"], v["kind"]) for v in vals_list],
                    local._prepare_stage_vals_list(),
                    strict=True,
                )
            )
            for stage in created:
                vals = local_names[stage.name, stage.kind]
                stage.with_context(lang=code)._set_local_names(vals)
        return order_type

    def _prepare_type_vals(self, way):
        """Values of the order type of the chosen set."""
        self.ensure_one()
        # Cancelled orders are of every type.
        stages = way.filtered(lambda stage: stage.kind != "cancelled")
        return {
            "name": {
                "pickup": self.env._("Pick-up"),
                "delivery": self.env._("Delivery"),
                "custom": self.env._("Made to order"),
                "service": self.env._("Repair"),
                "preorder": self.env._("Preorder"),
            }[self.stage_set],
            "kind": self.stage_set,
            "company_id": self.company_id.id,
            "stage_ids": [Command.set(stages.ids)],
        }

    def _prepare_stage_vals_list(self):
        """Values of the stages of the chosen set; other modules add to them."""
        self.ensure_one()
        catalog = self._get_stages()
        return [
            {
                "sequence": 10 * (1 + list(catalog).index(key)),
                "company_id": self.company_id.id,
                **catalog[key],
            }
            for key in self._get_sets()[self.stage_set]
        ]

    @api.model
    def _get_sets(self):
        """Keys of the stages of each set, in their order."""
        return {
            "pickup": [
                "new",
                "waiting",
                "picking",
                "ready_pickup",
                "handed_over",
                "cancelled",
            ],
            "delivery": [
                "new",
                "waiting",
                "picking",
                "on_its_way",
                "delivered",
                "cancelled",
            ],
            "custom": [
                "new",
                "agreed",
                "waiting",
                "in_work",
                "checked",
                "ready_pickup",
                "handed_over",
                "cancelled",
            ],
            "service": [
                "new",
                "examined",
                "accepted",
                "waiting",
                "in_work",
                "checked",
                "ready_pickup",
                "handed_over",
                "cancelled",
            ],
            "preorder": [
                "preordered",
                "waiting",
                "ready_pickup",
                "handed_over",
                "cancelled",
            ],
        }

    @api.model
    def _get_stages(self):
        """Values of every ready-made stage, in the order in which orders pass them."""
        return {
            "new": {
                "name": self.env._("New order"),
                "public_name": self.env._("Order received"),
                "kind": "new",
                "sla_number": 4,
                "sla_unit": "hours",
                "color": 4,
            },
            "preordered": {
                "name": self.env._("Preordered"),
                "public_name": self.env._("Preorder received"),
                "kind": "new",
                "color": 4,
            },
            "examined": {
                "name": self.env._("Being examined"),
                "kind": "accepted",
                "sla_number": 1,
                "color": 4,
                "user_rule": "taker",
            },
            "agreed": {
                "name": self.env._("Agreed with the customer"),
                "public_name": self.env._("Agreed"),
                "kind": "accepted",
                "sla_number": 2,
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
                "rotting_threshold_days": 14,
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
                "user_rule": "taker",
                "enter_on": "deposit",
            },
            "checked": {
                "name": self.env._("Final check"),
                "kind": "in_work",
                "sla_number": 1,
                "is_public": False,
                "color": 2,
                "condition_ids": [
                    Command.create({"name": self.env._("Works as it should")}),
                    Command.create({"name": self.env._("Cleaned")}),
                ],
            },
            "on_its_way": {
                "name": self.env._("On its way"),
                "kind": "in_work",
                "sla_number": 2,
                "color": 5,
                "user_rule": "taker",
            },
            "ready_pickup": {
                "name": self.env._("Ready for pick-up"),
                "public_hint": self.env._(
                    "You can fetch your order from the shop. Bring this page or the number"
                    " of the order."
                ),
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
                "back_rule": "manager",
            },
            "delivered": {
                "name": self.env._("Delivered"),
                "kind": "handed_over",
                "fold": True,
                "color": 0,
                "back_rule": "manager",
            },
            "cancelled": {
                "name": self.env._("Cancelled"),
                "kind": "cancelled",
                "is_public": False,
                "fold": True,
                "color": 1,
            },
        }
