import base64
import mimetypes
import re
from uuid import uuid4

from odoo import Command, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date
from odoo.tools.mimetypes import guess_mimetype

from odoo.addons.crm_orders_identity.tools import handle as handle_tool
from odoo.addons.crm_orders_identity.tools.matching import SURE
from odoo.addons.crm_orders_stages.models.crm_orders_stage import FINAL_KINDS

TOKEN = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
PICTURE_SIDE = 1920
MAX_OPEN = 5
MAX_PAST = 3


class CrmOrdersQuickOrder(models.TransientModel):
    """An order taken down in half a minute: a phone number, then three fields."""

    _name = "crm_orders.quick.order"
    _description = "Quick Order"
    _check_company_auto = True

    # The browser keeps it as long as the form is open, whatever becomes of its answers.
    token = fields.Char(required=True, default=lambda self: str(uuid4()))
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    # No help: on a phone it would cover what is typed.
    phone = fields.Char(required=True)
    certainty = fields.Selection(
        [
            ("sure", "Known"),
            ("doubtful", "One of several"),
            ("none", "New"),
            ("invalid", "No phone number"),
        ],
        compute="_compute_match",
        store=True,
    )
    candidate_ids = fields.Many2many(
        "res.partner",
        "crm_orders_quick_order_candidate_rel",
        "quick_id",
        "partner_id",
        compute="_compute_match",
        store=True,
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Customer",
        compute="_compute_partner_id",
        store=True,
        readonly=False,
    )
    is_new_customer = fields.Boolean(
        "New Customer", compute="_compute_is_new_customer", store=True, readonly=False
    )
    customer_facts = fields.Json(
        "What Is Known",
        compute="_compute_customer_facts",
        help="Who the customer is, and what they have ordered.",
    )
    customer_name = fields.Char("Name", help="How the new customer is called.")
    type_id = fields.Many2one(
        "crm_orders.order.type",
        "Order Type",
        check_company=True,
        default=lambda self: self._default_type_id(),
        domain="['|', ('company_id', '=', False), ('company_id', '=', company_id)]",
        help="Which way the order takes through the shop. The one that you used last is "
        "chosen already.",
    )
    type_kind = fields.Selection(related="type_id.kind")
    description = fields.Text(
        "What",
        help="What the customer wants, in your words. Customers can read it on quotations"
        " and invoices.",
    )
    product_id = fields.Many2one(
        "product.product",
        check_company=True,
        domain="[('sale_ok', '=', True),"
        " '|', ('company_id', '=', False), ('company_id', '=', company_id)]",
    )
    ready_date = fields.Datetime(
        "Ready By",
        compute="_compute_ready_date",
        store=True,
        readonly=False,
        help="What the customer is promised. It follows from the time that the stages "
        "allow, and can be changed.",
    )
    price = fields.Float(
        digits="Product Price",
        help="Price of the product or the work. 0: as in the price list.",
    )
    note = fields.Text(
        "Internal Note", help="For your own people; customers never read it."
    )
    photo = fields.Image(
        max_width=PICTURE_SIDE,
        max_height=PICTURE_SIDE,
        help="A photo of what the customer brought or wants. Only your own people see it.",
    )
    order_id = fields.Many2one(
        "sale.order", readonly=True, copy=False, ondelete="cascade"
    )
    # Read with the user's own rights, whatever order a client puts here.
    order_state = fields.Selection(related="order_id.state", related_sudo=False)
    order_name = fields.Char(related="order_id.name", related_sudo=False)
    order_partner_id = fields.Many2one(
        related="order_id.partner_id",
        string="Customer of the Order",
        related_sudo=False,
    )
    order_stage_id = fields.Many2one(
        related="order_id.crm_orders_stage_id", related_sudo=False
    )
    order_promised_date = fields.Datetime(
        related="order_id.commitment_date", related_sudo=False
    )
    track_url = fields.Char("Tracking Link", compute="_compute_track_url")
    track_qr = fields.Binary("Code for the Phone", compute="_compute_track_url")

    @api.model
    def _default_type_id(self):
        types = self.env["crm_orders.order.type"]
        known = types._get_for_companies(self.env.company)[self.env.company]
        # Nobody else's business, so it is out of everybody's reach.
        last = self.env.user.sudo().crm_orders_quick_type_id
        return types.browse((last if last in known else known[:1]).id)

    @api.depends("phone", "company_id")
    def _compute_match(self):
        for company, group in self.grouped("company_id").items():
            matches = self.env["crm_orders.identity"]._match(
                [quick._get_handles() for quick in group], company
            )
            for quick, match in zip(group, matches, strict=True):
                quick.candidate_ids = match.candidates
                quick.certainty = False
                if quick.phone:
                    is_number = quick._get_number()
                    quick.certainty = match.certainty if is_number else "invalid"

    @api.depends("certainty", "candidate_ids")
    def _compute_partner_id(self):
        for quick in self:
            sure = quick.certainty == "sure"
            quick.partner_id = quick.candidate_ids[:1] if sure else False

    @api.depends("certainty")
    def _compute_is_new_customer(self):
        for quick in self:
            quick.is_new_customer = quick.certainty == "none"

    @api.depends("certainty", "candidate_ids", "partner_id", "is_new_customer")
    def _compute_customer_facts(self):
        for quick in self:
            chosen = quick.partner_id._origin
            quick.customer_facts = {
                "certainty": quick.certainty,
                "is_new": quick.is_new_customer,
                "candidates": [
                    {
                        "id": partner.id,
                        "name": partner.name or partner.display_name,
                        "details": quick._get_details(partner),
                        "is_chosen": partner == chosen,
                    }
                    for partner in (quick.candidate_ids._origin | chosen)
                ],
                "orders": quick._get_order_facts(chosen),
            }

    @api.depends("type_id", "company_id")
    def _compute_ready_date(self):
        now = fields.Datetime.now().replace(second=0)
        for quick in self:
            stages = self.env["crm_orders.stage"]
            way = stages._get_way(quick.company_id, quick.type_id._origin)
            ready = way._get_ready_date(quick.company_id, now)
            quick.ready_date = ready if ready != now else False

    @api.depends("order_id")
    def _compute_track_url(self):
        for quick in self:
            quick.track_url = quick.track_qr = False
            if (order := quick.order_id).crm_orders_stage_id:
                quick.track_url = order._crm_orders_get_tracking_url()
                quick.track_qr = order._get_crm_orders_tracking_qr()

    @api.onchange("phone")
    def _onchange_phone(self):
        """Show the number as it was understood, so that a wrong digit is seen."""
        if number := self._get_number():
            self.phone = handle_tool.show(handle_tool.PHONE, number)

    def action_create(self):
        """Make a confirmed order of it, which enters its first stage, and show it."""
        self._make_order(confirm=True)
        return self._get_action(self)

    def action_create_quotation(self):
        """Make a quotation of it and show it."""
        self._make_order(confirm=False)
        return self._get_action(self)

    def action_create_and_open(self):
        """Make a confirmed order of it and go there, to fill in the rest."""
        self._make_order(confirm=True)
        return self.action_open()

    def action_open(self):
        """Go to the order that was made."""
        return self._get_made().get_formview_action()

    def action_print_label(self):
        """Print the label to be put on the goods."""
        report = self.env.ref("crm_orders_stages.action_report_order_label")
        return report.report_action(self._get_made(), config=False)

    def action_next(self):
        """Take down the next order."""
        return self._get_action(self.browse())

    @api.model
    def _get_action(self, quick):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_quick.crm_orders_quick_order_action"
        )
        return {**action, "res_id": quick.id}

    def _get_made(self):
        self.ensure_one()
        if not self.order_id:
            raise UserError(self.env._("The order has not been made yet."))
        return self.order_id

    # --- the customer ---

    def _get_number(self):
        """The phone number in the one way to write it, or None."""
        self.ensure_one()
        country = self.company_id.country_code
        return handle_tool.normalise(handle_tool.PHONE, self.phone, country)

    def _get_handles(self):
        self.ensure_one()
        return [{"kind": handle_tool.PHONE, "value": self.phone}]

    def _get_details(self, partner):
        """What tells customers of one name apart."""
        company = partner.commercial_partner_id
        parts = (
            company.name if company != partner else "",
            partner.street,
            partner.city,
            partner.email,
        )
        return ", ".join(part for part in parts if part)

    def _get_order_facts(self, partner):
        """The customer's open orders and the last ones, of those that the user may see."""
        if not partner:
            return []
        orders = self.env["sale.order"]
        whose = Domain("partner_id", "child_of", partner.commercial_partner_id.id)
        whose &= Domain("company_id", "=", self.company_id.id)
        is_open = Domain("state", "in", ("draft", "sent")) | (
            Domain("state", "=", "sale")
            & Domain("crm_orders_stage_id", "!=", False)
            & Domain("crm_orders_stage_id.kind", "not in", list(FINAL_KINDS))
        )
        newest = "date_order desc, id desc"
        current = orders.search(whose & is_open, order=newest, limit=MAX_OPEN)
        past = orders.search(
            whose
            & Domain("state", "!=", "cancel")
            & Domain("id", "not in", current.ids),
            order=newest,
            limit=MAX_PAST,
        )
        states = dict(orders._fields["state"]._description_selection(self.env))
        return [
            {
                "id": order.id,
                "name": order.name,
                "date": format_date(self.env, order.date_order),
                "stage": order.crm_orders_stage_id.name or states[order.state],
                "amount": order.currency_id.format(order.amount_total),
                "is_open": order in current,
            }
            for order in current | past
        ]

    def _get_customer(self):
        """The customer of the order, who is made where nobody is known by the number."""
        if not self.is_new_customer:
            return self.partner_id
        if self.certainty == "none":
            # Somebody may have made the customer while this was typed.
            identities = self.env["crm_orders.identity"]
            [match] = identities._match([self._get_handles()], self.company_id)
            if match.certainty == SURE:
                return match.partner
        return self.env["res.partner"].create(self._prepare_customer_vals())

    def _prepare_customer_vals(self):
        """Values of a new customer; other modules extend the dict."""
        self.ensure_one()
        return {
            "name": self.customer_name.strip(),
            "phone": handle_tool.show(handle_tool.PHONE, self._get_number()),
            "country_id": self.company_id.country_id.id,
        }

    def _get_lead(self):
        """The one open lead with this number, if the user may see it."""
        leads = self.env["crm.lead"]
        # All count, also those of colleagues: of two nobody knows which one it is.
        found = leads.sudo().search(
            [
                ("phone_sanitized", "=", self._get_number()),
                ("won_status", "=", "pending"),
                ("company_id", "in", (False, self.company_id.id)),
            ],
            limit=2,
        )
        return leads.browse(found.ids if len(found) == 1 else ())._filtered_access(
            "write"
        )

    # --- the order ---

    def _check_entries(self):
        """Say what is missing or wrong, one thing at a time, in the order of the form."""
        self.ensure_one()
        if not TOKEN.fullmatch(self.token or ""):
            raise UserError(self.env._("Open the quick order anew, please."))
        if not self._get_number():
            raise UserError(
                self.env._(
                    "%s is not a whole phone number. A number from abroad begins with +"
                    " and its country code.",
                    self.phone,
                )
            )
        if not self.is_new_customer and not self.partner_id:
            raise UserError(
                self.env._("Several customers have this number: choose who it is.")
            )
        if self.is_new_customer and not (self.customer_name or "").strip():
            raise UserError(self.env._("Write the name of the new customer."))
        if not self._get_product() and not (self.description or "").strip():
            raise UserError(
                self.env._("Write what is ordered, or choose a product for it.")
            )
        if self.price < 0:
            raise UserError(self.env._("A price cannot be less than zero."))
        if self.price and not self._get_product():
            raise UserError(
                self.env._(
                    "A price needs a product. A manager can choose one for orders in "
                    "words under Settings, Sales, Order Tracking."
                )
            )
        if self.ready_date and self.ready_date < fields.Datetime.now():
            raise UserError(
                self.env._("The order should be ready at a time that has gone by.")
            )

    def _get_product(self):
        """What the order line is of; none if the order is told in words only."""
        if self.product_id:
            return self.product_id
        if (self.description or "").strip():
            return self.company_id.sudo().crm_orders_quick_product_id
        return self.product_id

    def _make_order(self, confirm):
        """Make the order and what belongs to it, once for each form."""
        self.ensure_one()
        self.check_access("write")
        self = self.with_company(self.company_id)
        self._check_entries()
        # Who presses twice, or makes a customer of this number meanwhile, waits here.
        # Odoo then starts over, and knows what the other one made.
        self.env["crm_orders.identity"]._lock(self._get_handles(), self.company_id)
        order = self._find_made()
        if not order:
            order = self._create_order()
            self._add_papers(order)
        if confirm and order.state in ("draft", "sent"):
            order.action_confirm()
        self.order_id = order
        user = self.env.user.sudo()
        if user.crm_orders_quick_type_id != self.type_id:
            user.crm_orders_quick_type_id = self.type_id

    def _find_made(self):
        """The order that this form has made already, or none."""
        # The number is out of everybody's reach; what it leads to is not.
        found = (
            self.env["sale.order"]
            .sudo()
            .search(
                [
                    ("crm_orders_quick_token", "=", self.token),
                    ("create_uid", "=", self.env.uid),
                ]
            )
        )
        return found.with_env(self.env)

    def _create_order(self):
        customer = self._get_customer()
        lead = self._get_lead()
        orders = self.env["sale.order"]
        if lead:
            if lead.type == "lead":
                lead.convert_opportunity(customer)
            elif not lead.partner_id:
                lead.partner_id = customer
            orders = orders.with_context(
                **lead._prepare_opportunity_quotation_context()
            )
        order = orders.create(self._prepare_order_vals(customer, lead))
        order.sudo().crm_orders_quick_token = self.token
        return order.with_env(self.env)

    def _prepare_order_vals(self, customer, lead):
        """Values of the order; other modules extend the dict."""
        self.ensure_one()
        lines = self._prepare_line_vals_list()
        return {
            "partner_id": customer.id,
            "company_id": self.company_id.id,
            # Whoever takes the order looks after it, whoever knew the customer before.
            "user_id": self.env.uid,
            "opportunity_id": lead.id,
            "crm_orders_type_id": self.type_id.id,
            "commitment_date": self.ready_date,
            "order_line": [Command.create(vals) for vals in lines],
        }

    def _prepare_line_vals_list(self):
        """Values of the lines: the product, and the words as its text or as a note."""
        words = (self.description or "").strip()
        product = self._get_product()
        lines = []
        if product:
            lines.append({"product_id": product.id})
            if self.price:
                lines[0]["price_unit"] = self.price
            if not self.product_id:
                lines[0]["name"] = words
        if words and (self.product_id or not product):
            lines.append({"display_type": "line_note", "name": words})
        return lines

    def _add_papers(self, order):
        """Put the note and the photo into the chatter, for the shop's own people."""
        if self.note and self.note.strip():
            order.message_post(body=self.note.strip(), subtype_xmlid="mail.mt_note")
        if self.photo:
            photo = base64.b64decode(self.with_context(bin_size=False).photo)
            kind = mimetypes.guess_extension(guess_mimetype(photo)) or ""
            name = f"{order.name}{kind}".replace("/", "-")
            order.message_post(
                attachments=[(name, photo)], subtype_xmlid="mail.mt_note"
            )
