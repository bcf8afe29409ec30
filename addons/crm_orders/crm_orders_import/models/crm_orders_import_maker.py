import hashlib
import json
from collections import namedtuple
from datetime import UTC, time, timedelta

from markupsafe import Markup

from odoo import Command, api, models
from odoo.fields import Domain
from odoo.tools import SQL, escape_psql, plaintext2html

from odoo.addons.crm_orders_identity.tools import handle as handle_tool

from ..tools.people import People

# What a known customer's card takes from the file where it has nothing itself.
FILLED = (
    "phone",
    "email",
    "function",
    "street",
    "street2",
    "zip",
    "city",
    "country_id",
    "vat",
    "website",
    "user_id",
    "company_name",
)
ADDRESS = ("street", "street2", "zip", "city", "country_id")

Line = namedtuple("Line", "row record handles judgement")
Line.__doc__ = (
    """A row to import, what it says, and who it is as the database is now."""
)


class CrmOrdersImportMaker(models.AbstractModel):
    """Makes customers and leads of the rows of an import, a batch at once."""

    _name = "crm_orders.import.maker"
    _description = "Maker of Imported Records"

    @api.model
    def _make(self, job, rows, read):
        """Make what is to be made of rows; all or nothing.

        Who people are is asked again here: between the check and now, and by the rows
        before, customers may have come.
        """
        records = [read(row.cells) for row in rows]
        handles = job._get_handles(records)
        self.env["crm_orders.identity"]._lock(
            [
                {"kind": kind, "scope": scope, "value": value}
                for keys in handles
                for kind, scope, value in keys
            ],
            job.company_id,
        )
        found = list(zip(rows.mapped("number"), records, strict=True))
        judgements = job._judge(found, handles, People(), {})
        lines = [
            Line(*parts)
            for parts in zip(rows, records, handles, judgements, strict=True)
        ]
        lines = self._leave_out(job, lines)
        context = self._get_known_records(job, lines)
        journals = {line.row: {} for line in lines}
        partners = self._make_partners(job, lines, context, journals)
        leads = self._make_leads(job, lines, partners, context, journals)
        self._ask(job, lines, partners, leads)
        self.env.flush_all()
        for line in lines:
            lead = leads.get(line.row)
            line.row.write(
                {
                    "state": "done",
                    "partner_id": partners[line.row].id or line.row.partner_id.id,
                    "lead_id": lead.id if lead else False,
                    "journal": journals[line.row],
                    **self._prepare_verdict_vals(line),
                }
            )

    @api.model
    def _leave_out(self, job, lines):
        """The lines without the doubtful ones, where these are not wanted."""
        left = set()
        for line in lines if job.doubtful == "skip" else ():
            judgement = line.judgement
            if judgement.verdict == "doubtful" or judgement.same in left:
                left.add(line.row.number)
                line.row.write({"state": "left", "reason": judgement.reason[:1000]})
        return [line for line in lines if line.row.number not in left]

    @api.model
    def _prepare_verdict_vals(self, line):
        """What was said at the check stays, unless it has turned out otherwise."""
        row, judgement = line.row, line.judgement
        if row.verdict in ("same", judgement.verdict):
            return {}
        return {"verdict": judgement.verdict, "reason": judgement.reason[:1000]}

    # --- customers ---

    @api.model
    def _make_partners(self, job, lines, context, journals):
        """`{row: customer}`; customers are made or completed as the import says."""
        nobody = self.env["res.partner"]
        partners = {line.row: line.judgement.partner for line in lines}
        if job.make != "lead":
            fresh = [
                line for line in lines if line.judgement.verdict in ("new", "doubtful")
            ]
            created = nobody.create(
                [
                    self._prepare_partner_vals(job, line.record, context)
                    for line in fresh
                ]
            )
            prints = self._get_fingerprints(created)
            for line, partner in zip(fresh, created, strict=True):
                partners[line.row] = partner
                made = {"res.partner": [partner.id, prints[partner.id]]}
                journals[line.row] |= {"made": made, "at": str(self.env.cr.now())}
        by_number = {line.row.number: partners[line.row] for line in lines}
        for line in lines:
            if line.judgement.same:
                partners[line.row] = by_number[line.judgement.same]
        if job.make != "lead":
            if job.fill_known:
                self._fill_known(job, lines, partners, context, journals)
            self._add_handles(lines, partners, job, journals)
        return partners

    @api.model
    def _prepare_partner_vals(self, job, record, context):
        """Values of a new customer; other modules extend the dict."""
        found = record.fields
        country = self._get_country(job, found, context)
        name = found.get("name") or found.get("company")
        name = name or next(iter([*record.emails, *record.phones]))
        vals = {
            "name": name,
            "is_company": bool(found.get("company") and not found.get("name")),
            "company_name": found.get("name") and found.get("company"),
            "phone": self._format_phone(job, record.phones, country),
            "email": record.emails[0] if record.emails else False,
            "country_id": country.id,
            "user_id": self._get_user(job, found, context),
            "category_id": [
                Command.set([context["category"][tag.lower()] for tag in record.tags])
            ],
            "comment": self._get_notes(job, record, job.make == "customer", context),
            **{
                name: found.get(name)
                for name in ("function", "street", "street2", "zip", "city", "vat")
            },
            "website": found.get("website"),
        }
        return {name: value for name, value in vals.items() if value}

    @api.model
    def _fill_known(self, job, lines, partners, context, journals):
        """Complete the cards of known customers, and write down how they were."""
        for line in lines:
            if line.judgement.verdict not in ("known", "same"):
                continue
            partner = partners[line.row]
            wanted = self._prepare_partner_vals(job, line.record, context)
            if any(partner[name] for name in ADDRESS if name != "country_id"):
                # Half of one address and half of another make none.
                wanted = {key: v for key, v in wanted.items() if key not in ADDRESS}
            vals = {
                name: wanted[name]
                for name in FILLED
                if wanted.get(name) and not partner[name]
            }
            if partner.is_company:
                vals.pop("company_name", None)
            tags = [
                tag
                for name in line.record.tags
                if (tag := context["category"][name.lower()])
                not in partner.category_id.ids
            ]
            note = wanted.get("comment")
            if note and note not in (partner.comment or ""):
                vals["comment"] = (partner.comment or Markup()) + note
            before = {name: self._plain(partner, name) for name in vals}
            if tags:
                vals["category_id"] = [Command.link(tag) for tag in tags]
            if vals:
                partner.write(vals)
                journals[line.row]["filled"] = {
                    "id": partner.id,
                    "before": before,
                    "after": {name: self._plain(partner, name) for name in before},
                    "tags": tags,
                }

    @api.model
    def _add_handles(self, lines, partners, job, journals):
        """Add the numbers and addresses for which the card has no room."""
        everybody = self.env["res.partner"].union(*partners.values())
        identities = self.env["crm_orders.identity"]
        known = {
            (one.partner_id.id, one.kind, one.value)
            for one in identities.search([("partner_id", "in", everybody.ids)])
        }
        owners, vals_list = [], []
        for line in lines:
            partner = partners[line.row]
            if line.judgement.verdict in ("known", "same") and not job.fill_known:
                continue
            for kind, _scope, value in line.handles:
                if partner and (partner.id, kind, value) not in known:
                    known.add((partner.id, kind, value))
                    owners.append(line.row)
                    vals_list.append(
                        {"partner_id": partner.id, "kind": kind, "value": value}
                    )
        for row, identity in zip(owners, identities.create(vals_list), strict=True):
            journals[row].setdefault("identities", []).append(identity.id)

    # --- leads ---

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

    @api.model
    def _ask(self, job, lines, partners, leads):
        """Put the doubtful ones on the list of possible duplicates."""
        questions = self.env["crm_orders.duplicate"].sudo()
        by_number = {line.row.number: partners[line.row] for line in lines}
        about_leads = []
        for line in lines:
            judgement = line.judgement
            if judgement.verdict != "doubtful":
                continue
            candidates = judgement.match.candidates.union(
                *(by_number[number] for number in judgement.others)
            )
            partner = partners[line.row]
            if partner and candidates - partner:
                code = judgement.match.code
                if judgement.others:
                    code = "shared_phone" if line.record.phones else "shared_email"
                questions.create(
                    questions._prepare_partner_vals(partner, candidates - partner, code)
                )
            elif not partner and line.row in leads:
                about_leads.append((leads[line.row], judgement.match))
        if about_leads:
            questions._report(about_leads)

    # --- what rows name ---

    @api.model
    def _get_known_records(self, job, lines):
        """Look up everything that the rows name, once for the whole batch."""
        found = [line.record for line in lines]
        names = {"category": {}, "tag": {}, "source": {}}
        tags = [tag for record in found for tag in record.tags]
        if job.make != "lead":
            names["category"] = self._find_or_make("res.partner.category", tags)
        else:
            names["tag"] = self._find_or_make("crm.tag", tags)
        if job.make != "customer":
            sources = [
                record.fields["source"]
                for record in found
                if record.fields.get("source")
            ]
            names["source"] = self._find_or_make("utm.source", sources)
        names["country"] = {}
        if any(record.fields.get("country") for record in found):
            countries = self.env["res.country"].search([("code", "!=", False)])
            for lang in {"en_US", self.env.lang or "en_US", *self._get_langs()}:
                for country in countries.with_context(lang=lang):
                    names["country"].setdefault(country.name.lower(), country)
            for country in countries:
                names["country"][country.code.lower()] = country
        names["user"] = {}
        if any(record.fields.get("responsible") for record in found):
            users = self.env["res.users"].search_fetch(
                [("share", "=", False), ("company_ids", "in", job.company_id.ids)],
                ["login", "name"],
            )
            for user in users:
                key = user.name.lower()
                # Of two people of one name it could be either.
                names["user"][key] = False if key in names["user"] else user.id
            for user in users:
                names["user"][user.login.lower()] = user.id
        return names

    @api.model
    def _get_langs(self):
        return [code for code, _name in self.env["res.lang"].get_installed()]

    @api.model
    def _find_or_make(self, model, names):
        """`{name in small letters: id}`, with those made that were missing."""
        if not names:
            return {}
        by_lower = {}
        for name in names:
            by_lower.setdefault(name.lower(), name)
        records = self.env[model].search(
            Domain.OR(
                Domain("name", "=ilike", escape_psql(name))
                for name in by_lower.values()
            )
        )
        found = {}
        for record in records:
            found.setdefault(record.name.lower(), record.id)
        missing = [name for lower, name in by_lower.items() if lower not in found]
        created = self.env[model].create([{"name": name} for name in missing])
        found |= {
            name.lower(): record.id
            for name, record in zip(missing, created, strict=True)
        }
        return found

    @api.model
    def _get_country(self, job, found, context):
        text = found.get("country", "").lower()
        return context["country"].get(text) or job.country_id

    @api.model
    def _get_user(self, job, found, context):
        text = found.get("responsible", "").lower()
        return context["user"].get(text) or job.responsible_id.id

    @api.model
    def _format_phone(self, job, phones, country):
        """The first number in international form."""
        if not phones:
            return False
        code = (job.country_id or job.company_id.country_id).code
        value = handle_tool.normalise(handle_tool.PHONE, phones[0], code)
        return handle_tool.show(handle_tool.PHONE, value) if value else phones[0]

    @api.model
    def _get_notes(self, job, record, is_all, context):
        """The notes of a row, with what has no field of its own.

        :param is_all: also what only leads have fields for
        """
        found = record.fields
        notes = [(heading, text) for heading, text in record.notes if text]
        if is_all:
            labels = {
                "title": self.env._("What is wanted"),
                "amount": self.env._("Amount"),
                "date": self.env._("Date"),
                "source": self.env._("Origin"),
            }
            for name, label in labels.items():
                if value := found.get(name):
                    if name == "date":
                        value = value.strftime("%Y-%m-%d")
                    notes.append((label, f"{value:g}" if name == "amount" else value))
        for name, kind in (("responsible", "user"), ("country", "country")):
            text = found.get(name)
            if text and not context[kind].get(text.lower()):
                notes.append(
                    (
                        {
                            "responsible": self.env._("Responsible"),
                            "country": self.env._("Country"),
                        }[name],
                        text,
                    )
                )
        return Markup().join(
            Markup("<p><b>%s:</b> %s</p>") % (heading, text)
            if heading
            else plaintext2html(text)
            for heading, text in notes
        )

    # --- fingerprints, for undoing ---

    @api.model
    def _get_fingerprints(self, records):
        """`{id: text}` that is another one as soon as somebody has changed a record."""
        names = {
            "res.partner": [
                *(name for name in FILLED),
                "name",
                "active",
                "is_company",
                "parent_id",
                "category_id",
                "comment",
            ],
            "crm.lead": [
                "name",
                "active",
                "type",
                "stage_id",
                "user_id",
                "team_id",
                "partner_id",
                "contact_name",
                "partner_name",
                "email_from",
                "phone",
                "description",
                "expected_revenue",
                "tag_ids",
                "priority",
                "lost_reason_id",
            ],
        }[records._name]
        prints = {}
        for record in records.sudo():
            state = {name: self._plain(record, name) for name in names}
            text = json.dumps(state, sort_keys=True, default=str)
            prints[record.id] = hashlib.sha256(text.encode()).hexdigest()
        return prints

    @api.model
    def _plain(self, record, name):
        """The value of a field as JSON has it."""
        value = record[name]
        if isinstance(value, models.BaseModel):
            return value.ids if record._fields[name].type == "many2many" else value.id
        return str(value) if value and not isinstance(value, bool | float) else value
