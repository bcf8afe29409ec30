from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import escape_psql, plaintext2html

from odoo.addons.crm_orders_identity.tools import handle as handle_tool


class CrmOrdersImportMakerWords(models.AbstractModel):
    """What is meant by the words in a row: countries, people, tags, notes."""

    _name = "crm_orders.import.maker.words"
    _description = "Meaning of the Words in a Row"

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
