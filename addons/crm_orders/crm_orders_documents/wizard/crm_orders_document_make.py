from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

TEXT_FIELDS = (
    "title",
    "body",
    "closing",
    "show_lines",
    "show_prices",
    "needs_signature",
)
# What values are made of; the first ones are what it is about.
SUBJECTS = ("order_id", "document_id", "replaces_id")
SOURCES = (*SUBJECTS, "partner_id", "template_id")


class CrmOrdersDocumentMake(models.TransientModel):
    """One screen to choose a template, look at the document, and make, send or sign it."""

    _name = "crm_orders.document.make"
    _inherit = "crm_orders.document.text"
    _description = "Make a Document"

    document_id = fields.Many2one(
        "crm_orders.document", "Draft", readonly=True, ondelete="cascade"
    )
    replaces_id = fields.Many2one(
        "crm_orders.document", readonly=True, ondelete="cascade"
    )
    order_id = fields.Many2one(
        compute="_compute_order_id",
        store=True,
        readonly=False,
        precompute=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        compute="_compute_partner_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        compute="_compute_company_id", store=True, precompute=True, ondelete="cascade"
    )
    template_id = fields.Many2one(
        compute="_compute_template_id",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
        ondelete="cascade",
        domain="[('company_id', 'in', (company_id, False)), '|', ('kind', '=', 'letter'), (order_id and 1 or 0, '=', 1)]",
    )
    title = fields.Char(
        compute="_compute_texts",
        store=True,
        readonly=False,
        precompute=True,
        required=True,
    )
    body = fields.Html(
        compute="_compute_texts", store=True, readonly=False, precompute=True
    )
    closing = fields.Html(
        compute="_compute_texts", store=True, readonly=False, precompute=True
    )
    show_lines = fields.Boolean(
        compute="_compute_texts", store=True, readonly=False, precompute=True
    )
    show_prices = fields.Boolean(
        compute="_compute_texts", store=True, readonly=False, precompute=True
    )
    needs_signature = fields.Boolean(
        compute="_compute_texts", store=True, readonly=False, precompute=True
    )
    preview = fields.Html(compute="_compute_preview", sanitize=False)

    @api.depends("document_id", "replaces_id")
    def _compute_order_id(self):
        for wizard in self:
            before = wizard.document_id or wizard.replaces_id
            wizard.order_id = before.order_id or wizard.order_id

    @api.depends("order_id", "document_id", "replaces_id")
    def _compute_partner_id(self):
        self._check_access_to_sources(SUBJECTS)
        for wizard in self:
            before = wizard.document_id or wizard.replaces_id
            wizard.partner_id = (
                before.partner_id or wizard.order_id.partner_id or wizard.partner_id
            )

    @api.depends("order_id", "document_id", "replaces_id")
    def _compute_company_id(self):
        for wizard in self:
            before = wizard.document_id or wizard.replaces_id
            wizard.company_id = (
                before.company_id or wizard.order_id.company_id or self.env.company
            )

    @api.depends("order_id", "document_id", "replaces_id")
    def _compute_template_id(self):
        templates = self.env["crm_orders.document.template"]
        for wizard in self:
            before = wizard.document_id or wizard.replaces_id
            wizard.template_id = before.template_id or templates._get_default_for(
                wizard.company_id, wizard.order_id._origin
            )

    @api.depends("template_id", "partner_id", "order_id")
    def _compute_texts(self):
        self._check_access_to_sources(SOURCES)
        for wizard in self:
            before = wizard.document_id or wizard.replaces_id
            if before and before.template_id == wizard.template_id:
                vals = {name: before[name] for name in TEXT_FIELDS}
            elif wizard.template_id and wizard.partner_id:
                [vals] = wizard._prepare_text_vals_list()
            else:
                vals = dict.fromkeys(TEXT_FIELDS, False)
            for name, value in vals.items():
                wizard[name] = value

    @api.depends("template_id", "partner_id", "order_id", *TEXT_FIELDS)
    def _compute_preview(self):
        self._check_access_to_sources(SOURCES)
        for wizard in self:
            wizard.preview = (
                self.env["ir.qweb"]._render(
                    "crm_orders_documents.document_preview",
                    {"document": wizard, "content": wizard._render_content()},
                    lang=wizard._get_lang(),
                )
                if wizard.template_id and wizard.partner_id
                else False
            )

    def action_save_draft(self):
        """Keep the text, to go on with it later."""
        return self._save_draft()._get_form_action()

    def action_make(self):
        """Make the document and show it."""
        return self._make()._get_form_action()

    def action_print(self):
        """Make the document and open its PDF."""
        return self._make().action_print()

    def action_send(self):
        """Make the document and open a mail that it is attached to."""
        return self._make().action_send()

    def action_sign(self):
        """Make the document and let the customer sign it on this screen."""
        return self._make().action_sign()

    def _make(self):
        draft = self._save_draft()
        draft.sudo()._make()
        return draft

    def _save_draft(self):
        self.ensure_one()
        self._check_access_to_subject()
        vals = self._prepare_document_vals()
        # People have no right to write documents; what they may do was looked at.
        if self.document_id:
            self.document_id._check_worker(("draft",))
            self.document_id.sudo().write(vals)
            return self.document_id
        document = self.env["crm_orders.document"].sudo().create(vals)
        return document.with_env(self.env)

    def _check_access_to_sources(self, names):
        """Raise unless this person may read what the values are made of.

        They are made with all rights, of whatever records a client names.
        """
        for wizard in self:
            for name in names:
                wizard[name]._origin.sudo(False).check_access("read")

    def _check_access_to_subject(self):
        """Raise unless this person may make documents of this order, or customer."""
        if not self.env.user.has_group("crm_orders_base.group_user"):
            raise AccessError(self.env._("Only sellers make documents."))
        subject = self.order_id or self.partner_id
        subject.check_access("read")
        self.partner_id.check_access("read")
        if self.order_id:
            self.order_id.check_access("write")
        elif self.template_id.kind != "letter":
            raise UserError(self.env._("Only letters can be written without an order."))
        company = self.order_id.company_id or self.company_id
        if (
            self.company_id != company
            or company not in self.env.companies
            or not self.template_id.sudo().company_id <= company
        ):
            raise AccessError(self.env._("This document is of another company."))
        if self.replaces_id:
            self.replaces_id._check_worker(("made", "sent", "signed", "archived"))
        self.template_id.check_access("read")

    def _prepare_document_vals(self):
        """Values of the document; other modules extend the dict."""
        return {
            "order_id": self.order_id.id,
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "template_id": self.template_id.id,
            "replaces_id": self.replaces_id.id,
            "user_id": self.env.uid,
            **{name: self[name] for name in TEXT_FIELDS},
        }
