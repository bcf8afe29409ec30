from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import html2plaintext

from odoo.addons.crm_orders_inbound.models.crm_orders_lead_maker import Inquiry

from ..tools.mail_channel import MAIL

MAX_TEXT = 20000


class CrmOrdersSource(models.Model):
    """The mail address of a sales team is a source."""

    _inherit = "crm_orders.source"

    kind = fields.Selection(
        selection_add=[("mail", "Mail address of a sales team")],
        ondelete={"mail": "set default"},
    )
    mail_joins = fields.Boolean(
        "Join the Open Lead",
        default=True,
        help="Another mail of somebody who has an open lead is added to that lead. "
        "Otherwise each new mail is a lead of its own.",
    )
    mail_address = fields.Char(
        "Mail Address", related="team_id.alias_email", related_sudo=True
    )

    _mail_team_uniq = models.UniqueIndex(
        "(team_id) WHERE kind = 'mail'", "This sales team has such a source already."
    )

    @api.constrains("kind", "team_id", "company_id")
    def _check_mail_team(self):
        for source in self.filtered(lambda source: source.kind == "mail"):
            if not source.team_id:
                raise ValidationError(
                    self.env._("Choose the sales team whose mails this source is for.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        medium = self.env.ref("utm.utm_medium_email", raise_if_not_found=False)
        for vals in vals_list:
            if vals.get("kind") == "mail" and medium:
                vals.setdefault("utm_medium_id", medium.id)
        return super().create(vals_list)

    @api.model
    def _get_channels(self):
        return {**super()._get_channels(), "mail": MAIL}

    @api.model
    def _get_kinds_without_hook(self):
        return super()._get_kinds_without_hook() | {"mail"}

    @api.model
    def _find_by_team(self, team_id):
        """The source of the mails of this team, if it has one."""
        return self.sudo().search(
            [("kind", "=", "mail"), ("team_id", "=", team_id)], limit=1
        )

    def _match_sender(self, email):
        """Who sent a mail, see `crm_orders.identity._match`."""
        handles = [{"kind": "email", "scope": "", "value": email}]
        return self.env["crm_orders.identity"]._match([handles], self.company_id)[0]

    def _find_open_lead(self, email):
        """The newest open lead of whoever has this address, when that is sure."""
        maker = self.env["crm_orders.lead.maker"].with_company(self.company_id)
        inquiry = Inquiry({"email": email}, joins=True)
        people = [maker._get_handles(self, inquiry)]
        if not self.env.context.get("default_fetchmail_server_id"):
            # Of mails that are handed over at the same moment the second begins anew,
            # so that it finds the lead of the first. Odoo fetches mails one by one, and
            # one whose fetching was cut short would not be fetched again.
            self.env["crm_orders.identity"]._lock(people[0], self.company_id)
        matches = [self._match_sender(email)]
        found = maker._find_open_leads(self, [inquiry], people, matches)
        return found.get(0, self.env["crm.lead"])

    def _get_reason_of_auto_reply(self):
        lang = self.company_id.partner_id.lang or self.env.lang
        return self.with_context(lang=lang).env._("A machine answered, nobody wrote.")

    def _note_mail(self, msg_dict, state, reason=False, lead=None):
        """Keep in the overview what became of a mail; False if it was noted before."""
        self.ensure_one()
        events = self.env["crm_orders.event"].sudo()
        body = {
            "message_id": msg_dict.get("message_id"),
            "from": msg_dict.get("email_from"),
            "subject": msg_dict.get("subject"),
        }
        if state == "ignored":
            # No message keeps it anywhere else.
            body["ignored"] = reason
            body["text"] = html2plaintext(msg_dict.get("body") or "")[:MAX_TEXT]
        return events._note_done(
            self, msg_dict["message_id"], body, state, reason, lead_id=lead and lead.id
        )

    def _get_lead_of_mail(self, msg_dict):
        """The lead that a mail which came before has become."""
        self.ensure_one()
        event_id = self.env["crm_orders.event"]._find_id(
            self.id, msg_dict["message_id"]
        )
        return self.env["crm_orders.event"].browse(event_id).lead_id
