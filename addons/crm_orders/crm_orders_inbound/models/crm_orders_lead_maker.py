from collections import defaultdict, namedtuple
from dataclasses import dataclass

from markupsafe import Markup

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

from odoo.addons.crm_orders_base.tools import words
from odoo.addons.phone_validation.tools import phone_validation

from ..tools.channel import Handle

Inquiry = namedtuple(
    "Inquiry",
    "content extra handles joins thread lead user",
    defaults=[(), (), False, None, None, None],
)
Inquiry.__doc__ = """What somebody wants, whatever channel it came by.

content: the fields of `lead_payload.FIELDS` that are known
extra: list of `(name, text)` of everything else
handles: `channel.Handle`s beside the phone number and address of the content
joins: it goes on with what was said before, so that it belongs to the open lead of this
    person, however long ago that was
thread: what the provider calls the conversation that it is a part of
lead: the lead that the conversation was about so far
user: who has spoken to this person already, and becomes responsible for a new lead
"""

Taken = namedtuple("Taken", "lead partner identity joined")
Taken.__doc__ = """Where an inquiry ended up.

lead: the lead that was made or found
partner: the customer, where it is known for sure
identity: the account in a messenger that it came from
joined: whether the lead was there before
"""


# Fields of open leads by the kind of what they tell of a person.
LEAD_FIELDS = {
    "lead": "id",
    "partner": "partner_id",
    "phone": "phone_sanitized",
    "email": "email_normalized",
}


@dataclass
class Case:
    """Inquiries of one person, in the order they came, and the lead of them all."""

    lead: object
    indexes: list
    is_new: bool = False

    @property
    def first(self):
        return self.indexes[0]


class CrmOrdersLeadMaker(models.AbstractModel):
    """Makes leads of inquiries, or finds the open lead that they belong to."""

    _name = "crm_orders.lead.maker"
    _description = "Maker of Leads"

    @api.model
    def _take_in(self, source, inquiries):
        """Return a `Taken` for each of the inquiries, which all came by one source.

        Nobody is asked twice who they are: the customer, the open lead and the new lead
        of one person are found while all handles of the batch are locked, so that two
        jobs never make two leads of one person.
        """
        company = source.company_id
        maker = self.with_company(company).with_context(
            lang=company.partner_id.lang or self.env.lang,
            mail_create_nosubscribe=True,
            # What a stranger types into a form never changes the card of a customer.
            crm_orders_keep_customer=True,
        )
        return maker._take_in_here(source.with_env(maker.env), inquiries)

    @api.model
    def _take_in_here(self, source, inquiries):
        people = [self._get_handles(source, inquiry) for inquiry in inquiries]
        identities = self.env["crm_orders.identity"]
        identities._lock([handle for handles in people for handle in handles])
        matches = identities._match(people, source.company_id)
        cases = self._get_cases(source, inquiries, people, matches)

        fresh = [case for case in cases if not case.lead]
        known = self._get_known_records(
            [inquiries[case.first].content for case in fresh]
        )
        leads = self.env["crm.lead"].create(
            [
                self._prepare_lead_vals(
                    source, inquiries[case.first], matches[case.first], known
                )
                for case in fresh
            ]
        )
        for case, lead in zip(fresh, leads, strict=True):
            case.lead = lead
            case.is_new = True
        self.env["crm_orders.duplicate"]._report(
            [(case.lead, matches[case.first]) for case in fresh]
        )
        unread = [
            case.lead.id
            for case in fresh
            if self._is_contact_unread(inquiries[case.first])
        ]
        leads.browse(unread)._crm_orders_schedule_contact_check(source.user_id)

        taken = [None] * len(inquiries)
        for case in cases:
            for index in case.indexes:
                joined = not (case.is_new and index == case.first)
                partner = matches[index].partner or case.lead.partner_id
                identity = self._claim(source, people[index], partner, case.lead)
                taken[index] = Taken(case.lead, partner, identity, joined)
        return taken

    @api.model
    def _get_handles(self, source, inquiry):
        """All that tells who this is, as `crm_orders.identity` takes it."""
        content = inquiry.content
        country = content.get("country") or source.company_id.country_id.code
        handles = [
            *inquiry.handles,
            *(
                Handle(kind, content[kind])
                for kind in ("phone", "email")
                if content.get(kind)
            ),
        ]
        return [
            {
                "kind": handle.kind,
                # Some providers count people anew for each account of the shop.
                "scope": handle.scope or f"source {source.id}",
                "value": handle.value,
                "country": country,
                "name": content.get("name") or "",
            }
            for handle in dict.fromkeys(handles)
        ]

    @api.model
    def _get_cases(self, source, inquiries, people, matches):
        """What belongs together: all that one person said, and the lead it goes to."""
        cases, by_key = [], {}
        open_leads = self._find_open_leads(source, inquiries, people, matches)
        for index, handles in enumerate(people):
            keys = set()
            if inquiries[index].joins or source.dedupe_hours:
                keys = self._get_keys(handles, matches[index], source.company_id)
                if inquiries[index].thread:
                    keys.add(("thread", "", inquiries[index].thread))
            case = next((by_key[key] for key in keys if key in by_key), None)
            if case is None:
                case = Case(open_leads.get(index), [])
                cases.append(case)
            case.indexes.append(index)
            by_key.update(dict.fromkeys(keys - by_key.keys(), case))
        return cases

    @api.model
    def _get_keys(self, handles, match, company):
        """What tells that two inquiries came from one person, and their lead fits."""
        keys = set(self.env["crm_orders.identity"]._normalise_handles(handles, company))
        if match.partner:
            # A phone that this customer shares with another one says nothing more.
            keys = {key for key in keys if key[0] not in ("phone", "email")}
            keys.add(("partner", "", match.partner.id))
        elif match.certainty == "doubtful":
            keys = {key for key in keys if key[0] not in ("phone", "email")}
        return keys

    @api.model
    def _find_open_leads(self, source, inquiries, people, matches):
        """`{position: lead}` of those who have an open lead that they go on with."""
        keys_of = {
            index: self._get_keys(people[index], matches[index], source.company_id)
            | {("lead", "", matches[index].identity.lead_id.id)}
            | {("lead", "", inquiry.lead and inquiry.lead.id)}
            for index, inquiry in enumerate(inquiries)
            if inquiry.joins or source.dedupe_hours
        }
        by_field = defaultdict(set)
        for kind, _scope, value in set().union(*keys_of.values()):
            if kind in LEAD_FIELDS and value:
                by_field[LEAD_FIELDS[kind]].add(value)
        if not by_field:
            return {}
        leads = self.env["crm.lead"].search(
            Domain.OR(Domain(name, "in", list(v)) for name, v in by_field.items())
            & self._get_open_lead_domain(source),
            # The lead that was moved on last is the one that people mean.
            order="date_last_stage_update desc, id desc",
        )
        since = fields.Datetime.subtract(
            fields.Datetime.now(), hours=source.dedupe_hours
        )
        found = {}
        for index, keys in keys_of.items():
            partner = matches[index].partner
            for lead in leads:
                if (
                    any(
                        (
                            kind,
                            "",
                            lead[name].id if name == "partner_id" else lead[name],
                        )
                        in keys
                        for kind, name in LEAD_FIELDS.items()
                    )
                    # The phone of a family: its other members have leads of their own.
                    and (
                        not (partner and lead.partner_id) or lead.partner_id == partner
                    )
                    and (inquiries[index].joins or lead.create_date >= since)
                ):
                    found[index] = lead
                    break
        return found

    @api.model
    def _get_open_lead_domain(self, source):
        """Leads that somebody still works on."""
        return (
            Domain("company_id", "in", [source.company_id.id, False])
            & Domain("active", "=", True)
            & Domain("won_status", "=", "pending")
        )

    @api.model
    def _claim(self, source, handles, partner, lead):
        """Remember accounts in messengers; they are how this person is answered."""
        identities = self.env["crm_orders.identity"]
        accounts = [
            handle for handle in handles if handle["kind"] not in ("phone", "email")
        ]
        if accounts:
            identities = identities._claim(
                accounts, partner=partner, lead=lead, company=source.company_id
            )
        return identities[:1]

    @api.model
    def _get_lead_name(self, source, contact):
        """Name of a lead about which no more is known than who wrote, if that."""
        if not contact:
            return self.env._("Request through %(sender)s", sender=source.name)
        return self.env._(
            "%(contact)s through %(sender)s", contact=contact, sender=source.name
        )

    @api.model
    def _prepare_lead_vals(self, source, inquiry, match, known):
        """Values of a new lead; other modules extend the dict.

        :param match: who wrote it, see `crm_orders.identity._match`
        :param known: records by what the senders call them, see `_get_known_records`
        """
        content, extra = inquiry.content, list(inquiry.extra)
        country = known["country"].get(content.get("country", "").upper())
        utm = {}
        for kind in ("source", "medium", "campaign"):
            sent = content.get(f"utm_{kind}")
            record = known[f"utm_{kind}"].get(sent.lower()) if sent else None
            if sent and not record:
                extra.append((f"utm_{kind}", sent))
            utm[f"{kind}_id"] = (record or source[f"utm_{kind}_id"]).id
        contact = content.get("name") or content.get("company")
        contact = contact or content.get("email") or content.get("phone")
        vals = {
            "name": content.get("subject")
            or words.title(content.get("message"))
            or self._get_lead_name(source, contact),
            "type": self._get_lead_type(source),
            "contact_name": content.get("name"),
            "partner_name": content.get("company"),
            "email_from": content.get("email"),
            "phone": self._format_phone(source, content.get("phone"), country),
            "website": content.get("website"),
            "street": content.get("street"),
            "street2": content.get("street2"),
            "zip": content.get("zip"),
            "city": content.get("city"),
            "country_id": country.id if country else False,
            "lang_id": known["lang"].get(content.get("lang", "").lower(), False),
            "description": self._get_description(inquiry, extra),
            "company_id": source.company_id.id,
            "user_id": (inquiry.user or source.user_id).id,
            "crm_orders_source_id": source.id,
            **utm,
        }
        if match.partner:
            vals["partner_id"] = match.partner.id
        if (
            not source.allow_enrichment
            and "iap_enrich_done" in self.env["crm.lead"]._fields
        ):
            # Odoo's lead enrichment, where it is installed, leaves such leads alone.
            vals["iap_enrich_done"] = True
        if source.team_id:
            # Otherwise Odoo chooses the team of the responsible.
            vals["team_id"] = source.team_id.id
        return vals

    @api.model
    def _get_known_records(self, contents):
        """Look up everything that the requests name, once for the whole batch.

        Origins, media and campaigns are only found, never made: a sender with a typing
        error in every address would otherwise fill the reports.
        """

        def sent(name):
            return {content[name] for content in contents if content.get(name)}

        known = {}
        codes = {code.upper() for code in sent("country")}
        countries = self.env["res.country"]
        if codes:
            countries = countries.search([("code", "in", list(codes))])
        known["country"] = {country.code: country for country in countries}
        known["lang"] = {}
        for code, lang in self.env["res.lang"]._get_active_by("code").items():
            known["lang"].setdefault(code.split("_")[0].lower(), lang.id)
            known["lang"][code.lower()] = lang.id
            known["lang"][code.lower().replace("_", "-")] = lang.id
        for kind in ("source", "medium", "campaign"):
            names = sent(f"utm_{kind}")
            records = self.env[f"utm.{kind}"].sudo()
            if names:
                records = records.search(
                    Domain.OR(Domain("name", "=ilike", self._escape(n)) for n in names)
                )
            known[f"utm_{kind}"] = {record.name.lower(): record for record in records}
        return known

    @api.model
    def _escape(self, text):
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")

    @api.model
    def _get_lead_type(self, source):
        """Leads only where the sales team works with them, as Odoo's own form does."""
        team = source.team_id
        if team:
            return "lead" if team.use_leads else "opportunity"
        uses_leads = self.env["res.groups"]._is_feature_enabled("crm.group_use_lead")
        return "lead" if uses_leads else "opportunity"

    @api.model
    def _format_phone(self, source, number, country):
        """The number in international form, or as it came if it is none."""
        if not number:
            return False
        country = country or source.company_id.country_id
        return phone_validation.phone_format(
            number,
            country.code,
            country.phone_code,
            force_format="INTERNATIONAL",
            raise_exception=False,
        )

    @api.model
    def _is_contact_unread(self, inquiry):
        """Whether somebody gave an address or a number that we cannot make sense of."""
        content = inquiry.content
        return not (content.get("email") or content.get("phone") or inquiry.handles)

    @api.model
    def _get_description(self, inquiry, extra):
        """The message, then what had no field of its own."""
        content = inquiry.content
        parts = []
        if content.get("message"):
            parts.append(plaintext2html(content["message"]))
        if self._is_contact_unread(inquiry):
            parts.append(
                Markup("<p><b>%s</b></p>")
                % self.env._(
                    "The e-mail address or phone number of this customer cannot be read."
                    " It is listed here as it was sent."
                )
            )
        if extra:
            parts.append(
                Markup("<ul>%s</ul>")
                % Markup().join(
                    Markup("<li><b>%s</b>: %s</li>") % (name, text)
                    for name, text in extra
                )
            )
        return Markup().join(parts) or False
