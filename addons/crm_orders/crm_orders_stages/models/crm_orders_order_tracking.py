import re
import secrets

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import track_timeline
from .crm_orders_stage import STAGE_GROUP

TOKEN_BYTES = 24
TOKEN_PATTERN = re.compile(r"[A-Za-z0-9_-]{32}")


class CrmOrdersOrderTracking(models.AbstractModel):
    """The page where a customer follows an order, known only by its address."""

    _name = "crm_orders.order.tracking"
    _description = "Order That the Customer Follows"

    # Nobody reads or chooses it by hand: whoever knows it sees the tracking page.
    crm_orders_track_token = fields.Char(
        "Tracking Token", copy=False, groups=fields.NO_ACCESS
    )
    crm_orders_has_track_link = fields.Boolean(
        "Has a Tracking Link",
        compute="_compute_crm_orders_has_track_link",
        compute_sudo=True,
        groups=STAGE_GROUP,
    )

    _crm_orders_track_token_uniq = models.UniqueIndex(
        "(crm_orders_track_token) WHERE crm_orders_track_token IS NOT NULL"
    )

    @api.depends("crm_orders_track_token")
    def _compute_crm_orders_has_track_link(self):
        for order in self:
            order.crm_orders_has_track_link = bool(order.crm_orders_track_token)

    def action_crm_orders_copy_tracking_link(self):
        """Copy the address of the tracking page of this order."""
        self.ensure_one()
        self.check_access("read")
        if not self.crm_orders_stage_id:
            raise UserError(
                self.env._("The order has no tracking page before it enters a stage.")
            )
        return {
            "type": "ir.actions.client",
            "tag": "crm_orders_stages.copy_link",
            "params": {"url": self._crm_orders_get_tracking_url()},
        }

    def action_crm_orders_revoke_tracking_link(self):
        """Make the address given out so far useless."""
        self.check_access("write")
        # The token is out of everybody's reach, so only this method can remove it.
        self.sudo().crm_orders_track_token = False
        return True

    def _crm_orders_ensure_track_token(self):
        """Give orders without a tracking token one, all in one go."""
        for order in self.sudo():
            if not order.crm_orders_track_token:
                order.crm_orders_track_token = secrets.token_urlsafe(TOKEN_BYTES)

    def _crm_orders_get_tracking_url(self):
        """The address of the customer's page; it is made when first asked for."""
        self.ensure_one()
        self._crm_orders_ensure_track_token()
        token = self.sudo().crm_orders_track_token
        return f"{self.get_base_url()}/track/{token}"

    @api.model
    def _crm_orders_get_by_track_token(self, token):
        """The order that a tracking address is of, with all rights, or none.

        Quotations and orders without a stage have no page, whatever their token.
        """
        if not TOKEN_PATTERN.fullmatch(token):
            return self.sudo().browse()
        return self.sudo().search(
            [
                ("crm_orders_track_token", "=", token),
                ("crm_orders_stage_id", "!=", False),
                ("state", "in", ("sale", "cancel")),
            ],
            limit=1,
        )

    def _get_crm_orders_tracking_values(self):
        """What the customer's page shows; prices and people are no part of it."""
        self.ensure_one()
        stages = self.env["crm_orders.stage"]._get_way(
            self.company_id, self.crm_orders_type_id
        )
        visited = self.crm_orders_log_ids.stage_id.filtered("active")
        stages = (stages | visited | self.crm_orders_stage_id).sorted()
        log = self.crm_orders_log_ids.sorted(lambda row: (row.entered_date, row.id))
        timeline = track_timeline.build(
            [
                {
                    "id": stage.id,
                    "name": stage.public_name or stage.name,
                    "kind": stage.kind,
                    "public": stage.is_public,
                }
                for stage in stages
            ],
            [(row.stage_id.id, row.entered_date) for row in log],
        )
        return {
            "order": self,
            "shop": self.company_id.partner_id,
            "timeline": timeline,
            "expected_date": self._get_crm_orders_expected_date(timeline),
            "updated_date": log[-1:].entered_date or self.date_last_stage_update,
        }

    def _get_crm_orders_tracking_tz(self):
        """The clock that the customer's page shows: that of the shop."""
        self.ensure_one()
        company = self.company_id
        return company.partner_id.tz or company.resource_calendar_id.tz or "UTC"

    def _get_crm_orders_expected_date(self, timeline):
        """When the customer may expect the order: what was promised, else planned."""
        self.ensure_one()
        if timeline["cancelled"] or timeline["complete"]:
            return False
        return self.commitment_date or self.crm_orders_planned_date
