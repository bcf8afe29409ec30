from datetime import UTC, time, timedelta

from odoo import Command, api, models
from odoo.fields import Domain
from odoo.tools import SQL


class CrmOrdersImportMakerLeads(models.AbstractModel):
    """Makes leads of the rows of an import; part of its maker."""

    _name = "crm_orders.import.maker.leads"
    _description = "Maker of Imported Leads"

    @api.model
    def _make_leads(self, job, lines, partners, context, journals):
        """`{row: lead}`; a request that is there already is not made again."""
        if job.make == "customer":
            return {}
        leads, fresh, by_key = {}, [], {}
        vals_of = {
            line.row: self._prepare_lead_vals(
                job, line.record, partners[line.row], context
            )
            for line in lines
        }
        existing = self._find_open_leads(job, lines, partners, vals_of)
        for line in lines:
            title = vals_of[line.row]["name"].lower()
            keys = self._get_lead_keys(line, partners[line.row])
            lead = next(
                (found for key in keys if (found := existing.get((key, title)))), None
            )
            twin = next(
                (row for key in keys if (row := by_key.get((key, title)))), None
            )
            if lead:
                leads[line.row] = lead
            elif twin:
                leads[line.row] = twin
            else:
                fresh.append(line)
            for key in keys:
                by_key.setdefault((key, title), twin or line.row)
        created = self.env["crm.lead"].create([vals_of[line.row] for line in fresh])
        prints = self._get_fingerprints(created)
        for line, lead in zip(fresh, created, strict=True):
            leads[line.row] = lead
            made = journals[line.row].setdefault("made", {})
            made["crm.lead"] = [lead.id, prints[lead.id]]
            journals[line.row]["at"] = str(self.env.cr.now())
        for row, lead in leads.items():
            if lead._name == row._name:
                leads[row] = leads[lead]
        self._date_back(job, fresh, leads)
        return leads

    @api.model
    def _get_lead_keys(self, line, partner):
        """By what the leads of this person are found."""
        keys = [("partner", partner.id)] if partner else []
        return keys + [(kind, value) for kind, _scope, value in line.handles]

    @api.model
    def _find_open_leads(self, job, lines, partners, vals_of):
        """Open leads of these persons with these names, by (key, name)."""
        phones = {h[2] for line in lines for h in line.handles if h[0] == "phone"}
        emails = {h[2] for line in lines for h in line.handles if h[0] == "email"}
        customers = self.env["res.partner"].union(*partners.values())
        found = self.env["crm.lead"].search(
            Domain("name", "in", list({vals["name"] for vals in vals_of.values()}))
            & Domain("won_status", "=", "pending")
            & Domain("company_id", "in", [job.company_id.id, False])
            & (
                Domain("partner_id", "in", customers.ids)
                | Domain("phone_sanitized", "in", list(phones))
                | Domain("email_normalized", "in", list(emails))
            ),
            order="id desc",
        )
        leads = {}
        for lead in found:
            for key in (
                ("partner", lead.partner_id.id),
                ("phone", lead.phone_sanitized),
                ("email", lead.email_normalized),
            ):
                if key[1]:
                    leads[key, lead.name.lower()] = lead
        return leads

    @api.model
    def _prepare_lead_vals(self, job, record, partner, context):
        """Values of a new lead; other modules extend the dict."""
        found = record.fields
        country = self._get_country(job, found, context)
        who = found.get("name") or found.get("company")
        who = who or next(iter([*record.emails, *record.phones]))
        uses_leads = (
            job.team_id.use_leads
            if job.team_id
            else self.env["res.groups"]._is_feature_enabled("crm.group_use_lead")
        )
        source = found.get("source", "").lower()
        vals = {
            "name": found.get("title") or f"{who} ({job.name})",
            "type": "lead" if uses_leads else "opportunity",
            "partner_id": partner.id,
            "contact_name": found.get("name"),
            "partner_name": found.get("company"),
            "email_from": record.emails[0] if record.emails else False,
            "phone": self._format_phone(job, record.phones, country),
            "country_id": country.id,
            "expected_revenue": found.get("amount"),
            "source_id": context["source"].get(source, job.utm_source_id.id),
            "description": self._get_notes(job, record, False, context),
            **{
                name: found.get(name)
                for name in ("function", "street", "street2", "zip", "city")
            },
            "website": found.get("website"),
        }
        if job.make == "lead":
            vals["tag_ids"] = [
                Command.set([context["tag"][tag.lower()] for tag in record.tags])
            ]
        vals = {name: value for name, value in vals.items() if value}
        vals |= {
            "company_id": job.company_id.id,
            "user_id": self._get_user(job, found, context),
        }
        if job.team_id:
            vals["team_id"] = job.team_id.id
        if "iap_enrich_done" in self.env["crm.lead"]._fields:
            # Nobody's address book is sent to Odoo's enrichment service.
            vals["iap_enrich_done"] = True
        return vals

    @api.model
    def _date_back(self, job, lines, leads):
        """A request is as old as the notebook says, which Odoo gives no way to write."""
        dated = [
            (leads[line.row].id, self._to_utc(line.record.fields["date"]))
            for line in lines
            if line.record.fields.get("date")
        ]
        if not dated:
            return
        self.env["crm.lead"].flush_model()
        ids, moments = zip(*dated, strict=True)
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead SET create_date = dated.moment
                  FROM unnest(%s::integer[], %s::timestamp[]) AS dated (id, moment)
                 WHERE crm_lead.id = dated.id
                   AND dated.moment < now() AT TIME ZONE 'UTC'
                """,
                list(ids),
                list(moments),
            )
        )
        self.env["crm.lead"].browse(ids).invalidate_recordset(["create_date"])

    @api.model
    def _to_utc(self, moment):
        if moment.time() == time():
            # A day without a time: noon is on that day nearly everywhere.
            moment += timedelta(hours=12)
        local = moment.replace(tzinfo=None)
        timezone = self.env.tz
        if hasattr(timezone, "localize"):
            return timezone.localize(local).astimezone(UTC).replace(tzinfo=None)
        return local.replace(tzinfo=timezone).astimezone(UTC).replace(tzinfo=None)
