from collections import namedtuple

from markupsafe import Markup

from odoo import Command, api, models

from ..tools.people import People
from .crm_orders_import_fingerprint import FILLED

ADDRESS = ("street", "street2", "zip", "city", "country_id")

Line = namedtuple("Line", "row record handles judgement")
Line.__doc__ = (
    """A row to import, what it says, and who it is as the database is now."""
)


class CrmOrdersImportMaker(models.AbstractModel):
    """Makes customers and leads of the rows of an import, a batch at once."""

    _name = "crm_orders.import.maker"
    _inherit = [
        "crm_orders.import.fingerprint",
        "crm_orders.import.maker.leads",
        "crm_orders.import.maker.words",
    ]
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
        """The lines without the doubtful ones and those that nobody can be reached by,
        where these are not wanted.
        """
        unwanted = set()
        if job.doubtful == "skip":
            unwanted.add("doubtful")
        if not job.keep_unreachable:
            unwanted.add("unreachable")
        left = set()
        for line in lines:
            judgement = line.judgement
            if judgement.verdict in unwanted or judgement.same in left:
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
                line
                for line in lines
                if line.judgement.verdict not in ("known", "same")
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

    # --- questions ---

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
