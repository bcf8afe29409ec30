from odoo import api, fields, models
from odoo.tools import format_datetime

LINES = 10
MAX_WORDS = 100
DELAYED_AFTER_MINUTES = 15


class CrmOrdersDigest(models.AbstractModel):
    """What managers hear every morning: what came in and what still waits for somebody.

    A day on which nothing waits brings no mail.
    """

    _name = "crm_orders.digest"
    _description = "Daily Digest of Requests"

    @api.model
    def _cron_send(self):
        """Write to the managers of each company, each in their own language."""
        groups = self.env["crm_orders.source"]._read_group([], ["company_id"])
        for (company,) in groups:
            managers = self._get_receivers(company)
            readers = managers.grouped(lambda user: (user.lang, user.tz))
            for (lang, tz), users in readers.items():
                digest = self.with_company(company).with_context(lang=lang, tz=tz)
                sections = digest._get_sections(company)
                if sections:
                    digest._send(company, users, sections)

    @api.model
    def _get_receivers(self, company):
        group = self.env.ref("crm_orders_base.group_manager")
        return group.all_user_ids.filtered(
            lambda user: (
                company in user.company_ids
                and user.email
                and user.has_group("base.group_user")
            )
        )

    @api.model
    def _get_sections(self, company):
        """What waits, as dicts of `title`, `count`, `lines` and `url`; modules add theirs.

        Only what needs somebody is listed.
        """
        sections = [
            self._get_failed_section(company),
            self._get_delayed_section(company),
            self._get_refused_section(company),
        ]
        return [section for section in sections if section["count"]]

    @api.model
    def _get_failed_section(self, company):
        title = self.env._("Requests that nothing was made of")
        return self._prepare_section(
            title,
            "crm_orders.event",
            [("source_id.company_id", "=", company.id), ("state", "=", "failed")],
            "crm_orders_inbound.crm_orders_event_action",
            self._describe_event,
        )

    @api.model
    def _describe_event(self, event):
        """Where and when it came in, how it begins, and what went wrong."""
        place = self.env._(
            "%(channel)s, %(time)s",
            channel=event.source_id.name,
            time=format_datetime(
                self.env,
                event.create_date,
                tz=self.env.context.get("tz"),
                dt_format="short",
            ),
        )
        words = _shorten(event._read_words() or event._read_sender())
        error = _shorten((event.error or "").split("\n", 1)[0])
        if words:
            place = self.env._("%(place)s: “%(words)s”", place=place, words=words)
        return f"{place} – {error}" if error else place

    @api.model
    def _get_delayed_section(self, company):
        before = fields.Datetime.subtract(
            fields.Datetime.now(), minutes=DELAYED_AFTER_MINUTES
        )
        title = self.env._("Requests that still wait to be worked on")
        return self._prepare_section(
            title,
            "crm_orders.event",
            [
                ("source_id.company_id", "=", company.id),
                ("state", "=", "new"),
                ("create_date", "<", before),
            ],
            "crm_orders_inbound.crm_orders_event_action",
            self._describe_event,
        )

    @api.model
    def _get_refused_section(self, company):
        since = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        title = self.env._("Sources that refused requests since yesterday")
        return self._prepare_section(
            title,
            "crm_orders.source",
            [("company_id", "=", company.id), ("refused_date", ">=", since)],
            "crm_orders_inbound.crm_orders_source_action",
            lambda source: f"{source.name}: {source.refused_reason}",
        )

    @api.model
    def _prepare_section(self, title, model, domain, action, describe):
        """A section of records, the first ones by name."""
        records = self.env[model].search(domain, limit=LINES)
        count = len(records)
        if count == LINES:
            count = self.env[model].search_count(domain)
        path = self.env.ref(action).sudo().path
        return {
            "title": title,
            "count": count,
            "lines": [describe(record) for record in records],
            "url": f"{self.env['ir.config_parameter'].sudo().get_param('web.base.url')}"
            f"/odoo/{path}",
        }

    @api.model
    def _send(self, company, users, sections):
        body = self.env["ir.qweb"]._render(
            "crm_orders_inbound.digest", {"company": company, "sections": sections}
        )
        self.env["mail.mail"].create(
            {
                "subject": self.env._(
                    "%(company)s: %(count)s things wait for you",
                    company=company.name,
                    count=sum(section["count"] for section in sections),
                ),
                "body_html": body,
                "email_from": company.email_formatted or self.env.user.email_formatted,
                "recipient_ids": [(6, 0, users.partner_id.ids)],
                "auto_delete": True,
            }
        )


def _shorten(text):
    text = " ".join((text or "").split())
    if len(text) <= MAX_WORDS:
        return text
    return text[:MAX_WORDS].rstrip() + "\N{HORIZONTAL ELLIPSIS}"
