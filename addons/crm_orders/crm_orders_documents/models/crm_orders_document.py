import base64
import hashlib
import re
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.crm_orders_base.tools import picture
from odoo.addons.crm_orders_base.tools.storable import storable
from odoo.addons.crm_orders_stages.models.crm_orders_stage import STAGE_GROUP

from ..tools import visitor
from .ir_actions_report import REPORT

TOKEN_BYTES = 24
TOKEN_PATTERN = re.compile(r"[A-Za-z0-9_-]{32}")
MAX_NAME = 100
# States in which customers may read a document by its address.
READABLE = ("made", "sent", "signed", "archived")
SIGNABLE = ("made", "sent")
# What may still change on a document that was signed: who filed it and whom it was sent.
AFTER_SIGNING = {
    "archived_date",
    "archived_user_id",
    "cancelled_date",
    "cancelled_user_id",
    "pdf_hash",
    "pdf_id",
    "sent_date",
    "sent_user_id",
    "state",
    "token",
}


class CrmOrdersDocument(models.Model):
    """A document that a customer gets: what it says does not change once it is made.

    People have no right to write documents. They make, send, sign and file them with the
    actions below, which look at what is allowed and note who did it.
    """

    _name = "crm_orders.document"
    _inherit = "crm_orders.document.text"
    _description = "Document"
    _order = "id desc"
    _rec_names_search = ("number", "title", "partner_id")

    number = fields.Char(readonly=True, copy=False, index="trigram")
    title = fields.Char(required=True)
    order_id = fields.Many2one(index="btree_not_null")
    partner_id = fields.Many2one(index=True, required=True)
    company_id = fields.Many2one(index=True)
    template_id = fields.Many2one(index=True, required=True)
    content = fields.Html(
        readonly=True,
        sanitize=False,
        copy=False,
        help="What the document says, as it was made.",
    )
    address = fields.Text(
        readonly=True, copy=False, help="Whom it is addressed to, as it was made."
    )
    lang = fields.Char("Language", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("made", "Made"),
            ("sent", "Sent"),
            ("signed", "Signed"),
            ("archived", "Archived"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        group_expand=True,
    )
    stage_id = fields.Many2one(
        "crm_orders.stage",
        "Made in Stage",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        help="The stage that asked for this document when the order came there.",
    )
    replaces_id = fields.Many2one(
        "crm_orders.document",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="restrict",
        help="The document that was wrong, and which this one stands for.",
    )
    replaced_by_ids = fields.One2many("crm_orders.document", "replaces_id")
    user_id = fields.Many2one("res.users", "Made By", readonly=True, copy=False)
    date = fields.Datetime("Made On", readonly=True, copy=False)
    sent_user_id = fields.Many2one("res.users", "Sent By", readonly=True, copy=False)
    sent_date = fields.Datetime("Sent On", readonly=True, copy=False)
    signature = fields.Binary(
        "Drawn Signature", readonly=True, copy=False, attachment=True
    )
    signed_by = fields.Char(readonly=True, copy=False, help="Who signed, by name.")
    signed_date = fields.Datetime("Signed On", readonly=True, copy=False)
    signed_user_id = fields.Many2one(
        "res.users",
        "Signed With",
        readonly=True,
        copy=False,
        help="Who let the customer sign on the screen. Empty: the customer signed on the "
        "own page.",
    )
    signed_from = fields.Char(
        readonly=True,
        copy=False,
        help="The network that the customer's page was signed from. The exact address is "
        "not kept.",
    )
    archived_user_id = fields.Many2one(
        "res.users", "Archived By", readonly=True, copy=False
    )
    archived_date = fields.Datetime("Archived On", readonly=True, copy=False)
    cancelled_user_id = fields.Many2one(
        "res.users", "Cancelled By", readonly=True, copy=False
    )
    cancelled_date = fields.Datetime("Cancelled On", readonly=True, copy=False)
    pdf_id = fields.Many2one(
        "ir.attachment", "PDF", readonly=True, copy=False, ondelete="restrict"
    )
    pdf_hash = fields.Char(
        "Hash of the PDF",
        readonly=True,
        copy=False,
        help="SHA-256 of the PDF: another file than the one that was kept has another.",
    )
    # Nobody reads or chooses it by hand: whoever knows it reads the document.
    token = fields.Char(copy=False, groups=fields.NO_ACCESS)
    has_link = fields.Boolean(
        "Has a Link", compute="_compute_has_link", compute_sudo=True, groups=STAGE_GROUP
    )

    _number_uniq = models.UniqueIndex(
        "(company_id, kind, number) WHERE number IS NOT NULL",
        "There is a document of this number already.",
    )
    _stage_uniq = models.UniqueIndex(
        "(order_id, stage_id, template_id) WHERE stage_id IS NOT NULL",
        "A stage asks for a document once for each order.",
    )
    _token_uniq = models.UniqueIndex("(token) WHERE token IS NOT NULL")

    @api.depends("number", "title")
    def _compute_display_name(self):
        for document in self:
            parts = (document.number, document.title)
            document.display_name = " ".join(part for part in parts if part)

    @api.depends("token")
    def _compute_has_link(self):
        for document in self:
            document.has_link = bool(document.token)

    def write(self, vals):
        if not vals.keys() <= AFTER_SIGNING and any(self.mapped("signed_date")):
            raise UserError(
                self.env._(
                    "A document that was signed cannot be changed. Replace it by a new one."
                )
            )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_made(self):
        if any(document.state != "draft" for document in self):
            raise UserError(
                self.env._(
                    "Only drafts can be deleted. Cancel the document, or archive it."
                )
            )

    # --- by people ---

    def action_edit(self):
        """Go on with a draft."""
        self._check_worker(("draft",))
        return self._get_make_action({"default_document_id": self.id})

    def action_print(self):
        """Open the PDF."""
        self._check_worker(READABLE)
        attachment = self.sudo()._ensure_pdf()
        return {
            "type": "ir.actions.act_url",
            "url": f"/web/content/{attachment.id}?download=true",
            "target": "download",
            "close": True,
        }

    def action_send(self):
        """Open a mail to the customer with the PDF and, to be signed, the address."""
        self._check_worker(READABLE)
        attachment = self.sudo()._ensure_pdf()
        spoken = self.with_context(lang=self.lang)
        record = self.order_id or self.partner_id
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send"),
            "res_model": "mail.compose.message",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_model": record._name,
                "default_res_ids": record.ids,
                "default_composition_mode": "comment",
                "default_partner_ids": self.partner_id.ids,
                "default_attachment_ids": attachment.ids,
                "default_subject": spoken._get_mail_subject(),
                "default_body": spoken._get_mail_body(),
                "default_email_layout_xmlid": "mail.mail_notification_light",
                "force_email": True,
                "crm_orders_document_id": self.id,
            },
        }

    def action_sign(self):
        """Let the customer sign on this screen."""
        self._check_worker(SIGNABLE)
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Sign"),
            "res_model": "crm_orders.document.sign",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_document_id": self.id},
        }

    def action_copy_link(self):
        """Copy the address where the customer reads the document, and signs it."""
        self._check_worker(READABLE)
        return {
            "type": "ir.actions.client",
            "tag": "crm_orders_stages.copy_link",
            "params": {"url": self._get_url()},
        }

    def action_withdraw_link(self):
        """Make the address given out so far useless."""
        for document in self:
            document._check_worker(())
        # The token is out of everybody's reach, so only this method can remove it.
        self.sudo().token = False
        return True

    def action_file(self):
        """Put documents that are done with into the archive."""
        for document in self:
            document._check_worker(("made", "sent", "signed"))
        self.sudo().write(
            {
                "state": "archived",
                "archived_user_id": self.env.uid,
                "archived_date": fields.Datetime.now(),
            }
        )
        return True

    def action_cancel(self):
        """Cancel documents that are wrong; they stay, with their number."""
        for document in self:
            document._check_worker(("draft", "made", "sent", "signed", "archived"))
        self.sudo()._cancel()
        return True

    def action_replace(self):
        """Make a new document in the place of this one, which is cancelled by it."""
        self._check_worker(READABLE)
        return self._get_make_action({"default_replaces_id": self.id})

    def _check_worker(self, states):
        """Raise unless this person may do something with the document in its state.

        :param states: states in which it can be done; none of them when it always can
        """
        self.ensure_one()
        if not self.env.user.has_group(STAGE_GROUP):
            raise AccessError(self.env._("Only sellers work on documents."))
        self.check_access("read")
        if states and self.state not in states:
            labels = dict(self._fields["state"]._description_selection(self.env))
            raise UserError(
                self.env._(
                    "This cannot be done with %(document)s: it is “%(state)s”.",
                    document=self.display_name,
                    state=labels[self.state],
                )
            )

    @api.model
    def _get_make_action(self, context):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "crm_orders_documents.crm_orders_document_make_action"
        )
        return {**action, "context": context}

    def _get_form_action(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
        }

    # --- what they become ---

    @api.model
    def _make_for_stage(self, orders, stage):
        """Make the documents that a stage asks for, once for each order.

        Their PDFs are printed afterwards, so that nobody who moves orders waits for them.
        """
        templates = stage._get_document_templates()
        known = self.search_fetch(
            [("order_id", "in", orders.ids), ("stage_id", "=", stage.id)],
            ["order_id", "template_id"],
        )
        done = {(one.order_id.id, one.template_id.id) for one in known}
        documents = self.create(
            [
                {
                    "order_id": order.id,
                    "partner_id": order.partner_id.id,
                    "company_id": order.company_id.id,
                    "template_id": template.id,
                    "stage_id": stage.id,
                    "title": template.title,
                }
                for order in orders
                for template in templates
                if template.company_id <= order.company_id
                and (order.id, template.id) not in done
            ]
        )
        vals_list = documents._prepare_text_vals_list()
        for document, vals in zip(documents, vals_list, strict=True):
            document.write(vals)
        documents._make()
        return documents

    def _make(self):
        """Freeze what drafts say and give them their numbers."""
        for document in self:
            document.write(document._prepare_make_vals())
        self.env["crm_orders.document.print"]._queue(self)
        self.replaces_id._cancel()

    def _prepare_make_vals(self):
        """Values that make a draft a document; other modules extend the dict."""
        self.ensure_one()
        lang = self._get_lang()
        spoken = self.with_context(lang=lang)
        address = [spoken.partner_id.name or "", *spoken._get_address_lines()]
        return {
            "number": self.template_id._next_number(self.company_id),
            "content": self._render_content(),
            "address": "\n".join(address).strip(),
            "lang": lang,
            "state": "made",
            "user_id": self.env.uid,
            "date": fields.Datetime.now(),
        }

    def _cancel(self):
        self.write(
            {
                "state": "cancelled",
                "cancelled_user_id": self.env.uid,
                "cancelled_date": fields.Datetime.now(),
                "token": False,
            }
        )

    def _mark_sent(self):
        """Note that documents went out; those further on stay where they are."""
        for document in self:
            document.write(
                {
                    "sent_user_id": self.env.uid,
                    "sent_date": fields.Datetime.now(),
                    **({"state": "sent"} if document.state == "made" else {}),
                }
            )

    def _sign(self, name, image=None, user=None, address=None):
        """Sign a document, once; return why it cannot be, or nothing.

        :param image: the drawn signature in Base64; without one the name stands for it
        :param user: who holds the screen that it is signed on
        :param address: where the customer's page is signed from
        """
        self.ensure_one()
        self._lock()
        name = " ".join(storable(str(name or "")).split())[:MAX_NAME]
        if self.state not in SIGNABLE:
            return self.env._(
                "This document is signed already, or not in use any more."
            )
        if not name:
            return self.env._("Write the name of the person who signs.")
        drawn = False
        if image:
            try:
                drawn = base64.b64encode(picture.clean(image, keep_transparent=True))
            except picture.NoPicture:
                return self.env._("This is no signature: draw it once more.")
        self.write(
            {
                "state": "signed",
                "signature": drawn,
                "signed_by": name,
                "signed_date": fields.Datetime.now(),
                "signed_user_id": user.id if user else False,
                "signed_from": visitor.vague_address(address),
                # What was printed before is without the signature; it stays attached.
                "pdf_id": False,
                "pdf_hash": False,
            }
        )
        self.env["crm_orders.document.print"]._queue(self)
        if self.order_id:
            self.order_id._message_log(
                body=self.env._(
                    "%(name)s signed %(document)s.",
                    name=name,
                    document=self.display_name,
                )
            )
        return None

    def _lock(self):
        """Wait until nobody else changes these documents, and look at them anew.

        When somebody has changed one since this transaction began, the database refuses
        and Odoo starts over with what is true now.
        """
        self.flush_recordset()
        self.env.cr.execute(
            SQL(
                "SELECT FROM crm_orders_document WHERE id IN %s"
                " ORDER BY id FOR NO KEY UPDATE",
                tuple(self.ids),
            ),
            log_exceptions=False,
        )
        self.invalidate_recordset()

    # --- the paper ---

    def _ensure_pdf(self):
        """The PDF, printed when it is first asked for and the same ever after."""
        self.ensure_one()
        if not self.pdf_id:
            self._lock()
        if not self.pdf_id:
            self._store_pdf()
        return self.pdf_id

    def _store_pdf(self):
        reports = self.env["ir.actions.report"].with_context(lang=self.lang)
        content, _kind = reports._render_qweb_pdf(REPORT, self.ids)
        attachment = self.env["ir.attachment"].create(
            {
                "name": f"{self._get_file_name()}.pdf",
                "raw": content,
                "mimetype": "application/pdf",
                "res_model": self._name,
                "res_id": self.id,
            }
        )
        self.write(
            {"pdf_id": attachment.id, "pdf_hash": hashlib.sha256(content).hexdigest()}
        )

    def _get_file_name(self):
        self.ensure_one()
        return re.sub(r"[^\w.-]+", " ", f"{self.title} {self.number}").strip()

    # --- the customer ---

    def _get_url(self):
        """The address of the customer's page; it is made when first asked for."""
        self.ensure_one()
        # Only who works on the document gets here, but nobody may write tokens.
        document = self.sudo()
        if not document.token:
            document.token = secrets.token_urlsafe(TOKEN_BYTES)
        return f"{self.company_id.get_base_url()}/order-document/{document.token}"

    @api.model
    def _get_by_token(self, token):
        """The document that an address is of, with all rights, or none."""
        if not TOKEN_PATTERN.fullmatch(token):
            return self.sudo().browse()
        domain = Domain("token", "=", token) & Domain("state", "in", READABLE)
        return self.sudo().search(domain, limit=1)

    def _is_signable(self):
        """Whether the customer is asked to sign, and has not yet."""
        self.ensure_one()
        return self.needs_signature and self.state in SIGNABLE

    def _get_mail_subject(self):
        """The subject of the mail that the document goes out with."""
        self.ensure_one()
        return f"{self.company_id.name}: {self.display_name}"

    def _get_mail_body(self):
        """The text of that mail, in the language of the context."""
        self.ensure_one()
        return self.env["ir.qweb"]._render(
            "crm_orders_documents.document_mail",
            {
                "document": self,
                "url": self._get_url() if self._is_signable() else False,
            },
            lang=self.env.lang,
        )
