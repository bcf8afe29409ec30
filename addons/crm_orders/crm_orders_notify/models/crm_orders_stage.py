from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.tools import ormcache


class CrmOrdersStage(models.Model):
    """A stage can tell the customer that the order has come there."""

    _inherit = "crm_orders.stage"

    notice_rule_ids = fields.One2many(
        "crm_orders.order.notice.rule",
        "stage_id",
        "Messages",
        copy=True,
        help="What the customer is told, and when.",
    )

    def _get_notice_events(self):
        """What of this stage customers are told; nothing where there are no rules."""
        return self._get_notice_events_of(self.id)

    @ormcache("stage_id")
    def _get_notice_events_of(self, stage_id):
        # Asked whenever any order moves.
        return frozenset(self.sudo().browse(stage_id).notice_rule_ids.mapped("event"))

    def action_write_usual_notices(self):
        """Give the stage the messages that stages of its kind usually have."""
        self.ensure_one()
        if self.notice_rule_ids:
            raise UserError(self.env._("This stage has messages already."))
        english = self.with_context(lang="en_US")
        vals_list = english._prepare_usual_notice_vals_list(self.kind)
        if not vals_list:
            raise UserError(self.env._("Nothing is usually told about such a stage."))
        english.notice_rule_ids = [Command.create(vals) for vals in vals_list]
        for code, _name in self.env["res.lang"].get_installed():
            if code != "en_US":
                local = self.with_context(lang=code)
                local._set_local_texts(local._prepare_usual_notice_vals_list(self.kind))
        return True

    def _set_local_names(self, vals):
        result = super()._set_local_names(vals)
        self._set_local_texts(
            [command[2] for command in vals.get("notice_rule_ids", ())]
        )
        return result

    def _set_local_texts(self, vals_list):
        """Write the texts of ready-made messages in the language of the context."""
        self.ensure_one()
        rules = self.notice_rule_ids.sorted("id")
        for rule, vals in zip(rules, vals_list, strict=True):
            rule.write({name: vals[name] for name in ("subject", "text")})

    @api.model
    def _prepare_usual_notice_vals_list(self, kind):
        """Values of the messages that stages of a kind usually have."""
        received = {
            "event": "entered",
            "subject": self.env._("{shop}: order {order} received"),
            "text": self.env._(
                "Hello {customer},\n\nthank you, we have your order {order}. Here you see"
                " how far it is: {link}\n\n{shop} {phone}"
            ),
        }
        delayed = {
            "event": "delayed",
            "subject": self.env._("{shop}: order {order} takes longer"),
            "text": self.env._(
                "Hello {customer},\n\nyour order {order} takes longer than we promised."
                " It is expected by {date}. We are sorry. {link}\n\n{shop} {phone}"
            ),
        }
        ready = {
            "event": "entered",
            "subject": self.env._("{shop}: order {order} is ready"),
            "text": self.env._(
                "Hello {customer},\n\nyour order {order} is ready.\n{what to do}\n{link}"
                "\n\n{shop} {phone}"
            ),
        }
        reminder = {
            "event": "reminder",
            "days": 5,
            "subject": self.env._("{shop}: order {order} waits for you"),
            "text": self.env._(
                "Hello {customer},\n\nyour order {order} is still waiting for you."
                "\n{what to do}\n{link}\n\n{shop} {phone}"
            ),
        }
        return {
            "new": [received, delayed],
            "accepted": [delayed],
            "waiting": [delayed],
            "in_work": [delayed],
            "ready": [ready, reminder],
        }.get(kind, [])
