from odoo import api, models
from odoo.tools import email_normalize
from odoo.tools.mail import parse_contact_from_email

from ..tools.auto_reply import is_auto_reply

# Where a mail that joins a lead is remembered until the lead is updated.
JOINS = "crm_orders_mail_joins"


class CrmLead(models.Model):
    """Mails to teams with a source join the open lead of their sender.

    Everything else of Odoo's mail gateway stays as it is: aliases, bounces, its guard
    against loops.
    """

    _inherit = "crm.lead"

    @api.model
    def _routing_check_route(self, message, message_dict, route, raise_exception=True):
        route = super()._routing_check_route(
            message, message_dict, route, raise_exception=raise_exception
        )
        if not route:
            return route
        model, thread_id, custom_values, user_id, alias = route
        if model != "crm.lead" or thread_id or not alias:
            return route
        source = self._crm_orders_get_mail_source(custom_values)
        if not source:
            return route
        if is_auto_reply(message):
            source._note_mail(
                message_dict, "ignored", source._get_reason_of_auto_reply()
            )
            return False
        sender = email_normalize(message_dict.get("email_from") or "")
        if source.mail_joins and sender and not self._crm_orders_is_colleague(user_id):
            lead = source._find_open_lead(sender)
            if lead:
                # With the number of the lead, Odoo's guard counts what comes to it.
                joins = self.env.cr.precommit.data.setdefault(JOINS, {})
                joins[message_dict["message_id"], lead.id] = source.id
                return model, lead.id, custom_values, user_id, alias
        return route

    @api.model
    def _crm_orders_is_colleague(self, user_id):
        """Whether one of us sent it: they forward what other customers wrote."""
        user = self.env["res.users"].sudo().browse(user_id)
        return user.id != self.env.uid and user._is_internal()

    @api.model
    def _crm_orders_get_mail_source(self, custom_values):
        team_id = (custom_values or {}).get("team_id")
        sources = self.env["crm_orders.source"]
        return sources._find_by_team(team_id) if team_id else sources

    @api.model
    def message_new(self, msg_dict, custom_values=None):
        source = self._crm_orders_get_mail_source(custom_values)
        if not source or not msg_dict.get("message_id"):
            return super().message_new(msg_dict, custom_values)
        event = source._note_mail(msg_dict, "new")
        if not event:
            # It came before, but its message has been deleted since.
            return source._get_lead_of_mail(msg_dict) or super().message_new(
                msg_dict, custom_values
            )
        match = source._match_sender(email_normalize(msg_dict.get("email_from") or ""))
        lead = super().message_new(
            msg_dict,
            {
                **self._prepare_crm_orders_mail_vals(source, match, msg_dict),
                **custom_values,
            },
        )
        lead._crm_orders_keep_addressees(msg_dict)
        self.env["crm_orders.duplicate"]._report([(lead, match)])
        event._finish("done", lead_id=lead.id)
        return lead

    @api.model
    def _prepare_crm_orders_mail_vals(self, source, match, msg_dict):
        """Values of a lead made of a mail that the alias does not set itself."""
        vals = {
            "crm_orders_source_id": source.id,
            "source_id": source.utm_source_id.id,
            "medium_id": source.utm_medium_id.id,
            "campaign_id": source.utm_campaign_id.id,
            "company_id": source.company_id.id,
        }
        if source.user_id:
            vals["user_id"] = source.user_id.id
        if match.partner:
            vals["partner_id"] = match.partner.id
        else:
            # Odoo keeps the name within the address, where no list shows it.
            sender = msg_dict.get("email_from") or ""
            vals["contact_name"] = parse_contact_from_email(sender)[0]
        if not source.allow_enrichment and "iap_enrich_done" in self._fields:
            vals["iap_enrich_done"] = True
        return {name: value for name, value in vals.items() if value}

    def message_update(self, msg_dict, update_vals=None):
        result = super().message_update(msg_dict, update_vals)
        joins = self.env.cr.precommit.data.get(JOINS, {})
        for lead in self:
            source_id = joins.pop((msg_dict.get("message_id"), lead.id), None)
            if source_id:
                source = self.env["crm_orders.source"].sudo().browse(source_id)
                lead._crm_orders_keep_addressees(msg_dict)
                source._note_mail(msg_dict, "done", lead=lead)
        return result

    def _crm_orders_keep_addressees(self, msg_dict):
        """Keep whom else a mail was written to, so that they get the answer as well."""
        self.ensure_one()
        others = self._mail_cc_sanitized_raw_dict(msg_dict.get("to_filtered"))
        others.pop(email_normalize(msg_dict.get("email_from") or ""), None)
        others.pop(self.email_normalized, None)
        others.pop(False, None)
        known = self._mail_cc_sanitized_raw_dict(self.email_cc)
        if others.keys() - known.keys():
            self.email_cc = ", ".join({**others, **known}.values())
