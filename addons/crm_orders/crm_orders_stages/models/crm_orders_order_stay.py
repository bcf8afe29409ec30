from odoo import models

from .crm_orders_stage import FINAL_KINDS


class CrmOrdersOrderStay(models.AbstractModel):
    """What follows from entering and leaving a stage: history, dates, who looks after it."""

    _name = "crm_orders.order.stay"
    _description = "Order in a Stage"

    def _crm_orders_leave(self, now):
        """Close the stay in the stages that these orders are about to leave.

        The history is asked, not the order: a stay left open would hold it up for ever.
        """
        self.env["crm_orders.stage.log"].sudo()._close(self, now)

    def _crm_orders_enter(self, stage, before, now, move, kept=()):
        """Set what follows from entering `stage` and write the history.

        :param before: the stage that each order comes from
        :param kept: names of fields that were set together with the stage
        """
        orders = self.sudo()
        stage = stage.sudo()
        for company, group in orders.grouped("company_id").items():
            vals = group._prepare_crm_orders_stage_vals(stage, company, now)
            for user, same in group._get_crm_orders_responsibles(stage).items():
                changes = {**vals, "crm_orders_user_id": user.id}
                same.write({k: v for k, v in changes.items() if k not in kept})
        if not stage:
            return
        # Documents show the address; one that was withdrawn is not made anew by moving.
        first = orders.filtered(lambda order: not before.get(order))
        first._crm_orders_ensure_track_token()
        tasks = stage._get_conditions().filtered(lambda one: one.kind == "tick")
        if tasks:
            orders.env["crm_orders.order.check"]._add(orders, tasks)
        orders.env["crm_orders.stage.log"].create(
            [
                order._prepare_crm_orders_log_vals(
                    stage, before.get(order, stage.browse()), now, move
                )
                for order in orders
            ]
        )

    def _get_crm_orders_responsibles(self, stage):
        """Who becomes responsible: dict of user, perhaps none, -> orders."""
        nobody = self.env["res.users"]
        if not stage:
            return {nobody: self}
        if stage.user_rule == "person":
            return {stage.user_id: self}
        if stage.user_rule == "taker":
            return {nobody: self}
        if stage.user_rule == "least":
            return self._crm_orders_share_out(stage.user_ids)
        return self.grouped("user_id")

    def _crm_orders_share_out(self, users):
        """Give each order to whoever has the fewest on the way."""
        counts = dict(
            self._read_group(
                [
                    ("crm_orders_user_id", "in", users.ids),
                    ("crm_orders_stage_id.kind", "not in", list(FINAL_KINDS)),
                    ("id", "not in", self.ids),
                ],
                ["crm_orders_user_id"],
                ["__count"],
            )
        )
        load = {user: counts.get(user, 0) for user in users}
        shares = {}
        for order in self:
            user = min(load, key=lambda one: (load[one], one.id))
            load[user] += 1
            shares[user] = shares.get(user, self.browse()) | order
        return shares

    def _prepare_crm_orders_stage_vals(self, stage, company, now):
        """Values that follow from entering a stage; other modules extend the dict."""
        return {
            "date_last_stage_update": now if stage else False,
            "crm_orders_planned_date": (
                stage._get_planned_date(company, now) if stage else False
            ),
        }

    def _prepare_crm_orders_log_vals(self, stage, from_stage, now, move):
        """Values of the row of the history; other modules extend the dict."""
        self.ensure_one()
        return {
            "order_id": self.id,
            "company_id": self.company_id.id,
            "from_stage_id": from_stage.id,
            "stage_id": stage.id,
            "user_id": self.env.uid,
            "responsible_id": self.crm_orders_user_id.id,
            "entered_date": now,
            "cause": move.cause,
            "reason": move.reason,
        }
