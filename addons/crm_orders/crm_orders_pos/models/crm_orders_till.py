import re

from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.fields import Domain

from odoo.addons.crm_orders_base.tools.storable import storable
from odoo.addons.crm_orders_stages.models.crm_orders_stage import FINAL_KINDS

MAX_ID = 2**31 - 1
MAX_FOUND = 20
MAX_TERM = 200
MIN_DIGITS = 4
TRACK_ADDRESS = re.compile(r"/track/([A-Za-z0-9_-]{32})/?$")
PHONE = re.compile(r"[\d\s()+./-]+", re.ASCII)


class CrmOrdersTill(models.AbstractModel):
    """What a till may do with orders, for cashiers who have no rights on them.

    Every method names the open session of the till, and reaches the orders of its company
    that are still to be paid or handed over; nothing else.
    """

    _name = "crm_orders.till"
    _inherit = "crm_orders.till.order"
    _description = "Orders at the Till"

    @api.model
    def find_orders(self, session_id, term="", partner_id=False):
        """Orders of a number, a customer or a tracking address, as cards.

        Without any, those of the customer at the till, else those that wait to be fetched.
        """
        session = self._get_session(session_id)
        if not isinstance(term, str):
            raise UserError(self.env._("Search with a text."))
        orders = self.env["sale.order"].sudo()
        term = storable(term[:MAX_TERM]).strip()
        domain = self._get_open_domain(session.config_id)
        if found := TRACK_ADDRESS.search(term):
            order = orders._crm_orders_get_by_track_token(found[1])
            return self._prepare_cards(order.filtered_domain(domain))
        if term:
            domain &= self._get_term_domain(term)
        elif self._is_id(partner_id):
            domain &= Domain("partner_id", "child_of", [partner_id])
        else:
            domain &= Domain("crm_orders_stage_id.kind", "=", "ready")
        return self._prepare_cards(
            orders.search(domain, limit=MAX_FOUND, order="date_order desc, id desc")
        )

    @api.model
    def open_order(self, session_id, order_id):
        """What the till needs to take money for an order or to hand it over."""
        session = self._get_session(session_id)
        order = self._get_order(session, order_id)
        return {
            "order": self._prepare_cards(order)[0],
            "records": order.load_sale_order_from_pos(session.config_id.id),
            "deductions": order._get_crm_orders_till_deductions(),
            "online": order._get_crm_orders_till_online(),
        }

    @api.model
    def read_lines(self, session_id, line_ids):
        """Lines of orders that the till has just sold, as they are now."""
        session = self._get_session(session_id)
        ids = line_ids if isinstance(line_ids, list) else []
        lines = self.env["sale.order.line"].sudo().browse(filter(self._is_id, ids))
        lines = lines.exists()
        if lines.company_id - session.config_id.company_id:
            raise AccessError(self.env._("These orders are of another company."))
        open_orders = lines.order_id.filtered_domain(
            self._get_open_domain(session.config_id)
        )
        lines = lines.filtered(
            lambda line: line.order_id in open_orders or line.pos_order_line_ids
        )
        fields = lines._load_pos_data_fields(session.config_id.id)
        return {"sale.order.line": lines.read(fields, load=False)}

    @api.model
    def prepare_order(self, session_id, values):
        """What an order of these goods would ask for, before anybody makes it."""
        session = self._get_session(session_id)
        values = self._clean_values(session, values)
        order = self.env["sale.order"].sudo().with_company(session.company_id)
        return self._prepare_offer(order.new(self._prepare_order_vals(session, values)))

    @api.model
    def make_order(self, session_id, values):
        """Make the order that the cashier and the customer have agreed on.

        The same `uuid` makes one order, however often it is sent. An order that asks for
        a deposit stays a quotation until the till has taken it.
        """
        session = self._get_session(session_id)
        values = self._clean_values(session, values)
        order = self._find_made(session, values["uuid"])
        if not order:
            try:
                with self.env.cr.savepoint():
                    order = self._create_order(session, values)
            except UniqueViolation:
                # The first of two equal messages is just being answered.
                raise ConcurrencyError(values["uuid"]) from None
        return self._prepare_made(session, order)

    # --- who asks, and for what ---

    @api.model
    def _is_id(self, value):
        return type(value) is int and 0 < value <= MAX_ID

    @api.model
    def _get_session(self, session_id):
        """The open session that the user names, if it is one that the user may use."""
        if not self.env.user.has_group("point_of_sale.group_pos_user"):
            raise AccessError(self.env._("Only cashiers do this."))
        session = self.env["pos.session"]
        if self._is_id(session_id):
            session = session.browse(session_id).exists()
        if not session:
            raise UserError(self.env._("There is no such session of a till."))
        session.check_access("read")
        session.config_id.check_access("read")
        if session.state != "opened":
            raise UserError(
                self.env._("The session of this till is not open. Open it first.")
            )
        return session.with_company(session.config_id.company_id)

    @api.model
    def _get_order(self, session, order_id):
        """An order that this till may open, with all rights on it."""
        orders = self.env["sale.order"].sudo()
        if self._is_id(order_id):
            domain = self._get_open_domain(session.config_id)
            domain &= Domain("state", "!=", "cancel")
            orders = orders.search(domain & Domain("id", "=", order_id))
        if not orders:
            raise UserError(
                self.env._(
                    "This order cannot be opened here: it is finished, cancelled or of"
                    " another company."
                )
            )
        return orders.with_company(session.config_id.company_id)

    @api.model
    def _get_open_domain(self, config):
        """Orders that tills of `config` have something to do with."""
        unfinished = (
            Domain("crm_orders_stage_id", "=", False)
            | Domain("crm_orders_stage_id.kind", "not in", list(FINAL_KINDS))
            | Domain("amount_unpaid", ">", 0)
        )
        made_here = Domain("crm_orders_till_uuid", "!=", False)
        return (
            Domain("company_id", "=", config.company_id.id)
            & Domain("currency_id", "=", config.currency_id.id)
            & (
                (Domain("state", "=", "sale") & unfinished)
                | (Domain("state", "in", ("draft", "sent")) & made_here)
                # What a till took for them is given back there.
                | (
                    Domain("state", "=", "cancel")
                    & Domain("pos_order_line_ids", "!=", False)
                )
            )
        )

    @api.model
    def _get_term_domain(self, term):
        """Orders whose number or customer a cashier may mean."""
        domain = Domain("name", "ilike", term) | Domain(
            "partner_id.complete_name", "ilike", term
        )
        digits = re.sub(r"\D", "", term)
        if PHONE.fullmatch(term) and len(digits) >= MIN_DIGITS:
            # Who asks need not know whether the number is kept with the country's.
            domain |= Domain(
                "partner_id.phone_mobile_search", "ilike", digits.lstrip("0")
            )
        return domain

    # --- what the till shows ---

    @api.model
    def _prepare_cards(self, orders):
        """Plain values of each order, all of them asked for together."""
        paid = orders._get_crm_orders_paid()
        ready = orders._filter_crm_orders_goods_ready()
        return [
            self._prepare_card(order, paid[order], order in ready) for order in orders
        ]

    @api.model
    def _prepare_card(self, order, paid, is_ready):
        """What the till shows of one order; other modules extend the dict."""
        lines = order._get_crm_orders_label_lines()
        left = [line for line in lines if line._get_crm_orders_till_left() > 0]
        stage = order.crm_orders_stage_id
        expected = order._get_crm_orders_expected_date()
        return {
            "id": order.id,
            "name": order.name,
            "state": order.state,
            "customer": order.partner_id.display_name,
            "phone": order.partner_id.phone or "",
            "stage": stage.name or "",
            "kind": stage.kind or "",
            "expected": expected.date().isoformat() if expected else "",
            "goods": [
                {
                    "name": line.product_id.display_name or line.name,
                    "quantity": line.product_uom_qty,
                }
                for line in lines
            ],
            "total": order.amount_total,
            "paid": paid,
            "remaining": max(0, order.currency_id.round(order.amount_total - paid)),
            "is_ready": is_ready and order.state == "sale",
            "can_collect": order.state == "sale" and bool(left),
            "receipts": (
                order._get_crm_orders_till_receipts()
                if order.state == "cancel" and paid > 0
                else []
            ),
        }
