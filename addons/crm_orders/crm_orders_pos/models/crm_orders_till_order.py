import math
import re
from datetime import date

from odoo import Command, api, fields, models
from odoo.exceptions import UserError

from odoo.addons.crm_orders_base.tools.storable import storable

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MAX_LINES = 500
MAX_NUMBER = 10**9
MAX_TEXT = 1000


class CrmOrdersTillOrder(models.AbstractModel):
    """How an order is made of what a till sends; see `crm_orders.till`."""

    _name = "crm_orders.till.order"
    _description = "Order Made at the Till"

    @api.model
    def _find_made(self, session, uuid):
        order = (
            self.env["sale.order"].sudo().search([("crm_orders_till_uuid", "=", uuid)])
        )
        if order.company_id - session.company_id:
            raise UserError(self.env._("An order of another company has this number."))
        if order.state == "cancel":
            raise UserError(
                self.env._(
                    "This order was made before and is cancelled: %s", order.name
                )
            )
        return order.with_company(session.company_id)

    @api.model
    def _create_order(self, session, values):
        config = session.config_id
        orders = self.env["sale.order"].sudo().with_company(session.company_id)
        order = orders.create(self._prepare_order_vals(session, values))
        if order.currency_id != config.currency_id:
            raise UserError(
                self.env._(
                    "This till takes %(till)s, and the order would be in %(order)s.",
                    till=config.currency_id.name,
                    order=order.currency_id.name,
                )
            )
        if values["phone"] and not order.partner_id.phone:
            # A cashier may not change customers, but add what is missing.
            order.partner_id.phone = values["phone"]
        deposit = self._check_deposit(session, order, values["deposit"])
        order._crm_orders_agree_at_till(values["date"], deposit)
        order._crm_orders_check_at_till()
        order._crm_orders_note_made_at_till(session)
        if not deposit:
            order.action_confirm()
        return order

    @api.model
    def _check_deposit(self, session, order, wanted):
        """The deposit that is agreed on, if the cashier may agree on it."""
        currency = order.currency_id
        asked = order._get_crm_orders_till_deposit()
        deposit = currency.round(asked if wanted is None else wanted)
        if currency.compare_amounts(deposit, order.amount_total) > 0:
            raise UserError(
                self.env._(
                    "The deposit cannot be more than the order costs: %s.",
                    currency.format(order.amount_total),
                )
            )
        is_manager = self.env.user.has_group("point_of_sale.group_pos_manager")
        if currency.compare_amounts(deposit, asked) < 0 and not is_manager:
            raise UserError(
                self.env._(
                    "These goods ask for a deposit of %s. A manager can take less.",
                    currency.format(asked),
                )
            )
        if deposit and not session.config_id.down_payment_product_id:
            raise UserError(
                self.env._(
                    "Choose a Down Payment Product in the settings of this till, then"
                    " open it again."
                )
            )
        return deposit

    # --- what the till sends ---

    @api.model
    def _clean_values(self, session, values):
        """The values that a till sends, made sure of one by one."""
        if not isinstance(values, dict):
            raise UserError(self.env._("The till sent no order."))
        uuid = values.get("uuid")
        if not isinstance(uuid, str) or not UUID.fullmatch(uuid):
            raise UserError(self.env._("The till sent no number of its own."))
        return {
            "uuid": uuid,
            "partner": self._clean_partner(session, values.get("partner_id")),
            "type": self._clean_type(session, values.get("type_id")),
            "date": self._clean_date(values.get("date")),
            "deposit": (
                None
                if values.get("deposit") is None
                else self._clean_number(values["deposit"])
            ),
            "note": self._clean_text(values.get("note")),
            "phone": self._clean_text(values.get("phone"))[:50],
            "pricelist": self._clean_one(
                values.get("pricelist_id"),
                session.config_id.available_pricelist_ids
                | session.config_id.pricelist_id,
            ),
            "fiscal_position": self._clean_one(
                values.get("fiscal_position_id"),
                session.config_id.fiscal_position_ids
                | session.config_id.default_fiscal_position_id,
            ),
            "lines": self._clean_lines(session, values.get("lines")),
        }

    @api.model
    def _clean_partner(self, session, partner_id):
        partner = self.env["res.partner"]
        if self._is_id(partner_id):
            partner = partner.browse(partner_id).exists()
        if not partner:
            raise UserError(self.env._("Choose the customer first."))
        partner.check_access("read")
        if partner.sudo().company_id - session.company_id:
            raise UserError(self.env._("This customer is one of another company."))
        return partner

    @api.model
    def _clean_type(self, session, type_id):
        types = self.env["crm_orders.order.type"]._get_for_companies(session.company_id)
        return self._clean_one(type_id, types[session.company_id])

    @api.model
    def _clean_one(self, record_id, allowed):
        """One of the records that are allowed, or none."""
        if not record_id:
            return allowed.browse()
        if not self._is_id(record_id) or record_id not in allowed.ids:
            raise UserError(
                self.env._(
                    "This till has no such %s.",
                    self.env["ir.model"]._get(allowed._name).sudo().name,
                )
            )
        return allowed.browse(record_id)

    @api.model
    def _clean_date(self, value):
        if not value:
            return False
        try:
            day = date.fromisoformat(value)
        except (TypeError, ValueError):
            raise UserError(self.env._("This is not a date: %s", value)) from None
        if day < fields.Date.context_today(self):
            raise UserError(self.env._("The day is past: %s", value))
        return day

    @api.model
    def _clean_number(self, value, highest=MAX_NUMBER):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not math.isfinite(value) or not 0 <= value <= highest:
            raise UserError(self.env._("This is not a number that can be: %s", value))
        return value

    @api.model
    def _clean_text(self, value):
        return storable(value).strip()[:MAX_TEXT] if isinstance(value, str) else ""

    @api.model
    def _clean_lines(self, session, lines):
        """Goods with quantity, price and discount, as the cashier sees them."""
        if not isinstance(lines, list) or not all(isinstance(o, dict) for o in lines):
            lines = []
        if not lines:
            raise UserError(self.env._("Choose what is ordered."))
        if len(lines) > MAX_LINES:
            raise UserError(
                self.env._("One order can have %s lines at most.", MAX_LINES)
            )
        ids = [line.get("product_id") for line in lines]
        products = self.env["product.product"].browse(filter(self._is_id, ids)).exists()
        products.check_access("read")
        special = session.config_id._get_special_products()
        clean = []
        for line in lines:
            product = products.browse(
                line["product_id"] if self._is_id(line.get("product_id")) else ()
            )
            product &= products
            if (
                not product
                or not product.active
                or product.type == "combo"
                or product in special
                or product.company_id - session.company_id
            ):
                raise UserError(
                    self.env._(
                        "%s cannot be ordered here.",
                        product.display_name or self.env._("This product"),
                    )
                )
            quantity = self._clean_number(line.get("quantity"))
            if product.uom_id.is_zero(quantity):
                raise UserError(
                    self.env._("How many of %s are ordered?", product.display_name)
                )
            clean.append(
                {
                    "product": product,
                    "quantity": quantity,
                    "price": self._clean_number(line.get("price")),
                    "discount": self._clean_number(line.get("discount") or 0, 100),
                    "note": self._clean_text(line.get("note")),
                    "attributes": self._clean_attributes(product, line),
                }
            )
        return clean

    @api.model
    def _clean_attributes(self, product, line):
        """What was chosen of the product without making it a variant of its own."""
        ids = line.get("attribute_value_ids")
        ids = {one for one in ids if self._is_id(one)} if isinstance(ids, list) else ()
        lines = product.product_tmpl_id.attribute_line_ids.filtered(
            lambda one: one.attribute_id.create_variant == "no_variant"
        )
        return lines.product_template_value_ids.filtered(lambda one: one.id in ids)

    # --- what becomes of it ---

    @api.model
    def _prepare_order_vals(self, session, values):
        """Values of the sales order; other modules extend the dict."""
        config = session.config_id
        lines = []
        for line in values["lines"]:
            lines.append(self._prepare_line_vals(session, line))
            if line["note"]:
                lines.append({"display_type": "line_note", "name": line["note"]})
        if values["note"]:
            lines.append({"display_type": "line_note", "name": values["note"]})
        vals = {
            "partner_id": values["partner"].id,
            "company_id": session.company_id.id,
            "team_id": config.crm_team_id.id,
            "pricelist_id": values["pricelist"].id,
            "fiscal_position_id": values["fiscal_position"].id,
            "origin": config.name,
            "warehouse_id": config.picking_type_id.warehouse_id.id,
            "crm_orders_till_uuid": values["uuid"],
            "crm_orders_till_session_id": session.id,
            "order_line": [Command.create(line) for line in lines],
        }
        if values["type"]:
            vals["crm_orders_type_id"] = values["type"].id
        return vals

    @api.model
    def _prepare_line_vals(self, session, line):
        """Values of a line of the sales order; other modules extend the dict."""
        product = line["product"]
        vals = {
            "product_id": product.id,
            "product_uom_id": product.uom_id.id,
            "product_uom_qty": line["quantity"],
            "product_no_variant_attribute_value_ids": [
                Command.set(line["attributes"].ids)
            ],
        }
        is_manager = self.env.user.has_group("point_of_sale.group_pos_manager")
        if is_manager or not session.config_id.restrict_price_control:
            vals["price_unit"] = line["price"]
            vals["discount"] = line["discount"]
        return vals

    @api.model
    def _prepare_offer(self, order):
        """What the dialog shows of an order that is not made yet."""
        return {
            "total": order.amount_total,
            "deposit": order._get_crm_orders_till_deposit(),
            "type_id": order.crm_orders_type_id.id,
            "date": "",
        }

    @api.model
    def _prepare_made(self, session, order):
        """What the till does with the order: take the deposit, as far as it is missing."""
        paid = order._get_crm_orders_paid()[order]
        missing = 0
        if order.state in ("draft", "sent"):
            wanted = order._get_crm_orders_till_deposit()
            missing = max(0, order.currency_id.round(wanted - paid))
        return {
            "order": self._prepare_cards(order)[0],
            "deposit": missing,
            "track_url": order.crm_orders_track_url or "",
            "records": order.load_sale_order_from_pos(session.config_id.id),
        }
