from odoo import api, fields, models
from odoo.tools.misc import format_amount, format_date

from odoo.addons.crm_orders_base.tools import gap_text

from ..tools import amount_words


class CrmOrdersDocumentText(models.AbstractModel):
    """What a document says: of a template, for an order or only for a customer."""

    _name = "crm_orders.document.text"
    _description = "Text of a Document"

    order_id = fields.Many2one("sale.order", ondelete="restrict")
    partner_id = fields.Many2one("res.partner", "Customer", ondelete="restrict")
    company_id = fields.Many2one("res.company", required=True)
    template_id = fields.Many2one("crm_orders.document.template", ondelete="restrict")
    kind = fields.Selection(related="template_id.kind", store=True)
    title = fields.Char()
    body = fields.Html("Text", help="What stands above the lines of the order.")
    closing = fields.Html("Text Below", help="What stands below the lines.")
    show_lines = fields.Boolean(
        "What Was Ordered", help="Print the lines of the order."
    )
    show_prices = fields.Boolean(
        "Prices", help="Print prices, taxes and the total with the lines."
    )
    needs_signature = fields.Boolean(
        "Signature", help="Leave room for a signature, and let the customer sign."
    )

    def _get_lang(self):
        """The language of the document: the customer's, else the reader's."""
        self.ensure_one()
        lang = self.partner_id.lang or self.company_id.partner_id.lang or ""
        return self.env["res.lang"]._get_data(code=lang).code or self.env.lang

    def _get_tz(self):
        """The clock that documents show: that of the shop."""
        self.ensure_one()
        company = self.company_id.sudo()
        return company.partner_id.tz or company.resource_calendar_id.tz or "UTC"

    def _prepare_text_vals_list(self):
        """Texts of the template with their gaps filled, for each of these records."""
        values = self._get_gap_values()
        return [record._prepare_text_vals(values[record]) for record in self]

    def _prepare_text_vals(self, values):
        self.ensure_one()
        template = self.template_id.with_context(lang=self._get_lang())
        return {
            "title": gap_text.fill(template.title, values),
            "body": gap_text.fill_html(template.body, values),
            "closing": gap_text.fill_html(template.closing, values),
            "show_lines": template.show_lines,
            "show_prices": template.show_prices,
            "needs_signature": template.needs_signature,
        }

    def _get_gap_values(self):
        """What fills the gaps of each of these: dict of record -> dict of name -> text.

        Of what a workshop prints nothing is filled that tells money.
        """
        paid = self.order_id._get_crm_orders_paid()
        found = {}
        for record in self:
            spoken = record.with_context(lang=record._get_lang())
            values = spoken._prepare_gap_values(paid.get(record.order_id, 0.0))
            known = record.template_id._get_gap_names()
            found[record] = {name: values.get(name, "") for name in known}
        return found

    def _prepare_gap_values(self, paid):
        """What fills the gaps in the language of the context; others extend the dict."""
        self.ensure_one()
        lang = self.env.lang
        # Of shop and customer only what every letter tells is read.
        company, partner = self.company_id.sudo(), self.partner_id.sudo()
        today = fields.Date.context_today(self.with_context(tz=self._get_tz()))
        values = {
            "customer": partner.name or "",
            "address": ", ".join(self._get_address_lines()),
            "shop": company.name,
            "shop address": ", ".join(
                part
                for part in (
                    company.street,
                    " ".join(one for one in (company.zip, company.city) if one),
                )
                if part
            ),
            "business id": company.company_registry or company.vat or "",
            "phone": company.phone or "",
            "seller": "" if self.env.user.share else self.env.user.name,
            "today": format_date(self.env, today, lang),
        }
        order = self.order_id.sudo().with_context(lang=lang)
        return values | self._prepare_order_gap_values(order, paid) if order else values

    def _get_address_lines(self):
        """Where the customer lives, line by line; the country only if it is another."""
        partner, country = self.partner_id.sudo(), self.company_id.sudo().country_id
        text = partner._display_address(without_company=True)
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if partner.country_id == country and lines[-1:] == [partner.country_id.name]:
            lines.pop()
        return lines

    def _prepare_order_gap_values(self, order, paid):
        currency = order.currency_id

        def money(amount):
            return format_amount(self.env, amount, currency, self.env.lang)

        def words(amount):
            return amount_words.amount_words(
                amount, currency.name, self.env.lang, currency.decimal_places
            )

        values = {
            **order._get_crm_orders_gap_values(order.crm_orders_stage_id),
            "customer": self.partner_id.sudo().name or "",
            "reference": order.client_order_ref or "",
            "order date": format_date(self.env, order.date_order, self.env.lang),
            "total": money(order.amount_total),
            "total_words": words(order.amount_total),
            "untaxed": money(order.amount_untaxed),
            "tax": money(order.amount_tax),
            "paid": money(paid),
            "paid_words": words(paid),
            "open": money(order.amount_total - paid),
        }
        if order.user_id:
            values["seller"] = order.user_id.name
        return values

    def _render_content(self):
        """The document as HTML, without what the paper adds: letterhead and signature."""
        self.ensure_one()
        spoken = self.with_context(lang=self._get_lang())
        return self.env["ir.qweb"]._render(
            "crm_orders_documents.document_content",
            spoken._prepare_content_values(),
            lang=spoken.env.lang,
        )

    def _prepare_content_values(self):
        """What the content is made of; other modules extend the dict."""
        self.ensure_one()
        # Whoever may make the document reads its order with it.
        order = self.order_id.sudo().with_context(lang=self.env.lang)
        shows_lines = bool(order) and self.show_lines
        shows_prices = shows_lines and self.show_prices and self._may_tell_prices()
        lines = self._get_content_lines(order) if shows_lines else []
        return {
            "body": self.body,
            "closing": self.closing,
            "currency": order.currency_id,
            "has_discount": any(line["discount"] for line in lines),
            "lines": lines,
            "shows_prices": shows_prices,
            "tax_totals": order.tax_totals if shows_prices else None,
        }

    def _may_tell_prices(self):
        """Whether the document may tell money, whatever is ticked: a workshop's may not."""
        return self.template_id.kind != "work_order"

    @api.model
    def _get_content_lines(self, order):
        """Lines as a document shows them: dicts, in their order."""
        lines = []
        for line in order._get_order_lines_to_report():
            is_product = not line.display_type
            lines.append(
                {
                    "type": line.display_type or "product",
                    "name": line.name,
                    "quantity": line.product_uom_qty if is_product else None,
                    "uom": line.product_uom_id.name,
                    "price": line.price_unit,
                    "discount": line.discount,
                    "subtotal": line.price_subtotal,
                    "section_total": (
                        line._get_section_totals("price_subtotal")
                        if line.display_type in ("line_section", "line_subsection")
                        and line.collapse_composition
                        else None
                    ),
                }
            )
        return lines
