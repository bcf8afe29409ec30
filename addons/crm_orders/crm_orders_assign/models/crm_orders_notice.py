import json

from markupsafe import Markup

from odoo import api, models

# So many leads are named in a notice; of the others only the number is told.
NAMED = 5


class CrmOrdersNotice(models.AbstractModel):
    """Tells people about leads at once: one notice for a whole batch of them."""

    _name = "crm_orders.notice"
    _description = "Instant Notice about Leads"

    @api.model
    def _send(self, kind, leads_by_user, with_message=True):
        """Tell each user about leads: in the web client, by inbox or mail, and by push.

        :param kind: `new`, `remind`, `late` or `unassigned`
        :param leads_by_user: dict of users to their leads
        :param with_message: False where core has sent a message of its own
        """
        for user, leads in leads_by_user.items():
            user = user.sudo()
            if not leads or not user.active or user.share:
                continue
            notice = self.with_context(lang=user.lang)
            leads = leads.sudo().with_context(lang=user.lang)
            text = notice._get_text(kind, leads)
            user._bus_send(
                "crm_orders_assign/notice", self._prepare_payload(kind, leads)
            )
            if with_message:
                notice._send_message(user, leads, text)
            notice._push(user, leads, text)

    @api.model
    def _prepare_payload(self, kind, leads):
        """What the web client shows; glue modules extend the dict."""
        return {
            "kind": kind,
            "count": len(leads),
            "leads": [{"id": lead.id, "name": lead.name} for lead in leads[:NAMED]],
        }

    @api.model
    def _get_text(self, kind, leads):
        count = len(leads)
        name = leads[:1].name
        if kind == "new":
            if count == 1:
                return self.env._("New lead: %s", name)
            return self.env._("You have got %s new leads.", count)
        if kind == "remind":
            if count == 1:
                return self.env._("The customer is waiting for your answer: %s", name)
            return self.env._("%s customers are waiting for your answer.", count)
        if kind == "late":
            if count == 1:
                return self.env._("A customer has not been answered: %s", name)
            return self.env._("%s customers have not been answered.", count)
        if count == 1:
            return self.env._("Nobody can take this lead: %s", name)
        return self.env._("Nobody can take %s leads.", count)

    @api.model
    def _send_message(self, user, leads, text):
        """Into the inbox of the user, or by mail if that is what the user chose."""
        links = Markup("").join(
            Markup("<li>%s</li>") % lead._get_html_link() for lead in leads[:NAMED]
        )
        if len(leads) > NAMED:
            more = self.env._("and %s more", len(leads) - NAMED)
            links += Markup("<li>%s</li>") % more
        body = Markup("<p>%s</p><ul>%s</ul>") % (text, links)
        thread = leads if len(leads) == 1 else self.env["mail.thread"]
        thread.message_notify(subject=text, body=body, partner_ids=user.partner_id.ids)

    @api.model
    def _push(self, user, leads, text):
        """Queue a push message; core's cron sends it once this is committed."""
        devices = user._crm_orders_get_push_devices()
        if not devices:
            return
        payload = {
            "title": text,
            "options": {
                "body": "\n".join(leads[:NAMED].mapped("name")),
                "icon": "/web/static/img/odoo-icon-192x192.png",
                "data": {"model": leads._name, "res_id": leads[:1].id},
            },
        }
        payload = self.env["mail.thread"]._web_push_truncate_payload(payload)
        self.env["mail.push"].sudo().create(
            [
                {"mail_push_device_id": device.id, "payload": json.dumps(payload)}
                for device in devices
            ]
        )
        self.env.ref("mail.ir_cron_web_push_notification").sudo()._trigger()
