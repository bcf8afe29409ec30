import base64
import hashlib
import re
import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from ..tools import track_lookup, track_timeline
from .crm_orders_stage import FINAL_KINDS, STAGE_GROUP

TOKEN_BYTES = 24
QR_PIXELS = 300
TOKEN_PATTERN = re.compile(r"[A-Za-z0-9_-]{32}")


def _escape(text):
    """The text itself for `=ilike`, in which some characters mean more."""
    return re.sub(r"([\\%_])", r"\\\1", text)


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

    def _get_crm_orders_tracking_qr(self):
        """The address as a picture for documents, in Base64; False without one in use."""
        self.ensure_one()
        if not self.sudo().crm_orders_track_token:
            return False
        url = self._crm_orders_get_tracking_url()
        reports = self.env["ir.actions.report"]
        return base64.b64encode(
            reports.barcode("QR", url, width=QR_PIXELS, height=QR_PIXELS, quiet=0)
        )

    def _get_crm_orders_label_lines(self):
        """Lines of goods and services that a label names."""
        self.ensure_one()
        return self.order_line.filtered(
            lambda line: (
                not line.display_type
                and not line.is_downpayment
                and line.product_uom_qty > 0
            )
        )

    @api.model
    def _crm_orders_get_by_track_token(self, token):
        """The order that a tracking address is of, with all rights, or none.

        Quotations and orders without a stage have no page, whatever their token.
        """
        if not TOKEN_PATTERN.fullmatch(token):
            return self.sudo().browse()
        domain = Domain("crm_orders_track_token", "=", token)
        order = self.sudo().search(domain & self._get_crm_orders_page_domain(), limit=1)
        return order.filtered(lambda one: not one._is_crm_orders_page_over())

    @api.model
    def _get_crm_orders_page_domain(self):
        """Orders that have a page for the customer."""
        return Domain("crm_orders_stage_id", "!=", False) & Domain(
            "state", "in", ("sale", "cancel")
        )

    def _is_crm_orders_page_over(self):
        """Whether the order has been finished for so long that its page is gone."""
        self.ensure_one()
        days = self.company_id.crm_orders_track_days
        finished = self.crm_orders_stage_id.kind in FINAL_KINDS
        if not days or not finished or not self.date_last_stage_update:
            return False
        end = self.date_last_stage_update + timedelta(days=days)
        return end < fields.Datetime.now()

    @api.model
    def _crm_orders_find_for_tracking(self, number, proof):
        """The order of that number, if `proof` shows that it is the customer's, or none.

        :param proof: the last digits of a phone number, or a mail address
        """
        domain = Domain("name", "=ilike", _escape(track_lookup.order_number(number)))
        found = self.sudo().search(
            domain & self._get_crm_orders_page_domain(), order="id desc", limit=10
        )
        for order in found:
            people = order.partner_id | order.partner_shipping_id
            people |= order.partner_invoice_id | order.partner_id.commercial_partner_id
            known = track_lookup.proves(
                proof,
                people.filtered("phone").mapped("phone"),
                people.filtered("email_normalized").mapped("email_normalized"),
            )
            if known and not order._is_crm_orders_page_over():
                return order
        return self.sudo().browse()

    def _get_crm_orders_tracking_values(self):
        """What the customer's page shows: no people, and prices only where allowed."""
        self.ensure_one()
        stages = self.env["crm_orders.stage"]._get_way(
            self.company_id, self.crm_orders_type_id
        )
        visited = self.crm_orders_log_ids.stage_id.filtered("active")
        here = self.crm_orders_stage_id
        stages = (stages | visited | here).sorted()
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
        public = log.stage_id.browse(
            row.stage_id.id for row in log if row.stage_id.is_public
        )
        content = self.company_id.crm_orders_track_content
        return {
            "order": self,
            # Nothing is expected to change any more when an order is through.
            "version": here.kind not in FINAL_KINDS
            and self._get_crm_orders_tracking_version(),
            "devices": self._get_crm_orders_devices()[self],
            "hint": public[-1:].public_hint,
            "content": content,
            "lines": (
                self.order_line.filtered(lambda line: not line.display_type)
                if content != "nothing"
                else self.order_line.browse()
            ),
            "shop": self.company_id.partner_id,
            "timeline": timeline,
            "expected_date": self._get_crm_orders_expected_date(),
            "updated_date": log[-1:].entered_date or self.date_last_stage_update,
        }

    def _get_crm_orders_tracking_version(self):
        """A short text that is another one when the customer's page may have changed."""
        self.ensure_one()
        stage = self.crm_orders_stage_id
        facts = (self.write_date.isoformat(), stage.id, self.crm_orders_track_token)
        return hashlib.blake2b(repr(facts).encode(), digest_size=8).hexdigest()

    def _get_crm_orders_devices(self):
        """What customers left with the shop for these orders, in words they may read.

        Modules that know of such things extend it.

        :return: dict of order -> list of texts
        """
        return {order: [] for order in self}

    def _get_crm_orders_tracking_tz(self):
        """The clock that the customer's page shows: that of the shop."""
        self.ensure_one()
        company = self.company_id
        return company.partner_id.tz or company.resource_calendar_id.tz or "UTC"

    def _get_crm_orders_expected_date(self):
        """When the order will be ready: what was promised, else what is planned.

        From the plan of the present stage on, each that comes before the goods are ready
        takes the time that it is allowed. To wait for goods is not expected of an order
        that does not.
        """
        self.ensure_one()
        here = self.crm_orders_stage_id
        if not here or here.kind == "ready" or here.kind in FINAL_KINDS:
            return False
        if self.commitment_date or not self.crm_orders_planned_date:
            return self.commitment_date
        way = here._get_way(self.company_id, self.crm_orders_type_id)
        following = way[list(way).index(here) + 1 :] if here in way else way.browse()
        return following._get_ready_date(self.company_id, self.crm_orders_planned_date)

    def _get_crm_orders_gap_values(self, stage):
        """What fills the gaps of texts to the customer: dict of name -> text."""
        self.ensure_one()
        order = self.sudo()
        shop = order.company_id.partner_id
        zone = order._get_crm_orders_tracking_tz()
        url = order.crm_orders_stage_id and order._crm_orders_get_tracking_url()
        date = order.commitment_date or order._get_crm_orders_expected_date()
        if date:
            local = fields.Datetime.context_timestamp(order.with_context(tz=zone), date)
            lang = self.env["res.lang"]._get_data(code=self.env.context.get("lang"))
            date = local.strftime(lang.date_format or "%Y-%m-%d")
        return {
            "order": order.name,
            "customer": order.partner_id.name,
            "stage": stage.public_name or stage.name,
            "date": date or "",
            "link": url or "",
            "shop": shop.name,
            "phone": shop.phone or "",
            "what to do": stage.public_hint or "",
        }
