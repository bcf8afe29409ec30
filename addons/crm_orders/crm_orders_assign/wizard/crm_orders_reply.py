from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_datetime, html2plaintext, plaintext2html

HISTORY = 5
MAX_TEXT = 600


class CrmOrdersReply(models.TransientModel):
    """A few words to the customer of a lead, without opening the lead."""

    _name = "crm_orders.reply"
    _description = "Reply to a Customer"

    lead_id = fields.Many2one(
        "crm.lead", required=True, readonly=True, ondelete="cascade"
    )
    history = fields.Html(compute="_compute_history", sanitize=False)
    way = fields.Char(
        "Goes Out",
        compute="_compute_way",
        help="How the customer gets your answer.",
    )
    takes = fields.Boolean(compute="_compute_takes")
    body = fields.Text("Your Answer", required=True)
    attachment_ids = fields.Many2many("ir.attachment", string="Files")

    @api.depends("lead_id")
    def _compute_way(self):
        self.lead_id.check_access("read")
        for reply in self:
            reply.way = reply._get_way()

    def _get_way(self):
        """How the answer goes out, in words; False where it cannot."""
        self.ensure_one()
        address = self.lead_id._crm_orders_get_mail_address()
        return address and self.env._("Goes out as e-mail to %s", address)

    @api.depends("lead_id")
    def _compute_takes(self):
        may = self.env.user.has_group("sales_team.group_sale_salesman")
        for reply in self:
            reply.takes = may and not reply.lead_id.user_id

    @api.depends("lead_id")
    def _compute_history(self):
        self.lead_id.check_access("read")
        for reply in self:
            lines = reply._get_history_lines()
            reply.history = Markup().join(reply._render_line(*line) for line in lines)

    def _get_history_lines(self):
        """What was said last, as `(who, when, text, by us)`."""
        self.ensure_one()
        lead = self.lead_id
        # The lead may be read, and so may be who wrote on it.
        messages = lead.sudo()._crm_orders_get_talk(HISTORY)
        lines = [
            (
                message.author_id.name
                or message.author_guest_id.name
                or message.email_from,
                message.date,
                _shorten(message.body),
                lead._crm_orders_is_ours(message),
            )
            for message in messages
        ]
        asked = _shorten(lead.description)
        # What came by a messenger is in both.
        if (
            asked
            and len(lines) < HISTORY
            and not any(_is_same(asked, text) for _who, _when, text, _ours in lines)
        ):
            who = lead.crm_orders_customer or self.env._("Customer")
            lines.insert(0, (who, lead.create_date, asked, False))
        return lines

    def _render_line(self, who, when, text, ours):
        return Markup(
            '<div class="o_crm_orders_said %s"><div class="small text-muted">%s, %s</div>'
            "%s</div>"
        ) % (
            "o_crm_orders_said_ours" if ours else "",
            who or "",
            format_datetime(self.env, when, dt_format="short"),
            plaintext2html(text) if text else self.env._("A file"),
        )

    def action_send(self):
        """Send the answer; the lead keeps it like one that was written on its page."""
        self.ensure_one()
        if not self.body.strip():
            raise UserError(self.env._("Write something to the customer first."))
        self.lead_id.check_access("write")
        if not self.way:
            raise UserError(
                self.env._(
                    "This customer cannot be written to. Call, or fill in an e-mail "
                    "address on the lead."
                )
            )
        if self.takes:
            self.lead_id.action_crm_orders_take()
        self._send()
        return {"type": "ir.actions.act_window_close"}

    def _send(self):
        """Hand the answer to the lead; glue modules send it in other ways."""
        self.lead_id._crm_orders_reply_by_mail(**self._prepare_message_vals())

    def _prepare_message_vals(self):
        self.ensure_one()
        self.attachment_ids.check_access("read")
        mine = self.attachment_ids.filtered(
            lambda file: (
                file.res_model == self._name and file.create_uid == self.env.user
            )
        )
        # Whoever may see the lead may see the file; until now only its author did.
        mine.sudo().write({"res_model": self.lead_id._name, "res_id": self.lead_id.id})
        return {
            "body": plaintext2html(self.body.strip()),
            "attachment_ids": self.attachment_ids.ids,
        }


def _shorten(html):
    text = html2plaintext(html or "").strip()
    return text if len(text) <= MAX_TEXT else text[:MAX_TEXT] + " …"


def _is_same(asked, text):
    asked, text = " ".join(asked.split()), " ".join(text.split())
    return bool(text) and (asked.startswith(text) or text.startswith(asked))
