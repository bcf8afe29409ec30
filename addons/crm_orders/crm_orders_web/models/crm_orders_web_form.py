import hashlib
import secrets
import time

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import hmac, ormcache
from odoo.tools.translate import LazyTranslate, get_translation

from odoo.addons.crm_orders_inbound.tools import lead_payload
from odoo.addons.crm_orders_inbound.tools.lead_payload import CONTACTS, PayloadError

from ..tools import color, ticket, web_form
from ..tools.origin import origin_of

_lt = LazyTranslate(__name__)

LABELS = {
    "name": _lt("Name"),
    "email": _lt("E-mail address"),
    "phone": _lt("Phone number"),
    "company": _lt("Company"),
    "subject": _lt("Subject"),
    "message": _lt("Message"),
    "street": _lt("Street address"),
    "zip": _lt("Postcode"),
    "city": _lt("City"),
}
# What browsers fill in by themselves, see "autofill" in the HTML standard.
AUTOFILL = {
    "name": "name",
    "email": "email",
    "phone": "tel",
    "company": "organization",
    "street": "street-address",
    "zip": "postal-code",
    "city": "address-level2",
}
ENTRIES = {"email": "email", "phone": "tel", "message": "lines"}
TEXTS = {
    "title": _lt("Write to us"),
    "send": _lt("Send"),
    "sending": _lt("Sending ..."),
    "close": _lt("Close"),
    "again": _lt("Send another message"),
    "thanks": _lt("Thank you! We will answer you soon."),
    "optional": _lt("optional"),
    "must": _lt("Fields with a star * must be filled in."),
    "either": _lt("one of the two is enough"),
    "choose": _lt("Choose ..."),
    "trap": _lt("Leave this field empty"),
    "consent": _lt("I agree that my details are kept so that you can answer me."),
    "privacy": _lt("Privacy notice"),
    "correct": _lt("Please correct the fields below."),
    "required": _lt("Please fill this in."),
    "email": _lt("This is not an e-mail address. It looks like name@example.com."),
    "phone": _lt("This is not a phone number. It has at least five digits."),
    "contact": _lt("Please give an e-mail address or a phone number."),
    "choice": _lt("Please choose one of the list."),
    "long": _lt("This is too long. Please shorten it."),
    "text": _lt("Please write this as text."),
    "needs_consent": _lt("Please tick this box, otherwise we may not answer you."),
    "waiting": _lt("There is no connection. We try again by ourselves ..."),
    "failed": _lt(
        "It could not be sent. What you wrote is still here; please try again in a"
        " moment."
    ),
    "busy": _lt("Many people are writing just now. We try again by ourselves ..."),
    "back": _lt("Back to the website"),
    "sent": _lt("Your message was sent"),
    "not_found": _lt("There is no such form any more"),
    "not_found_hint": _lt("Please go back to the website and use another way."),
}
PROBLEM_TEXTS = {"consent": "needs_consent"}


class CrmOrdersWebForm(models.AbstractModel):
    """A source as a form on websites: what browsers get, and what they send."""

    _name = "crm_orders.web.form"
    _description = "Form on Websites"

    @api.model
    def _find_by_web_key(self, key):
        """The active source with this key.

        :raise AccessError: when there is none
        """
        return self.env["crm_orders.source"].sudo().browse(self._get_id_by_web_key(key))

    @ormcache("key")
    def _get_id_by_web_key(self, key):
        # A miss raises, so guessed keys never push true ones out of the cache. The
        # database takes no NUL.
        source = "\0" not in key and (
            self.env["crm_orders.source"]
            .sudo()
            .search_fetch([("web_key", "=", key), ("kind", "=", "web")], ["id"])
        )
        if not source:
            raise AccessError(self.env._("There is no form with this key."))
        return source.id

    @api.model
    def _get_web_lang(self, wanted):
        """Installed language for what people wrote themselves, by what a page is in.

        :param wanted: language codes, the dearest first
        """
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        for code in wanted:
            code = code.replace("-", "_").lower()
            for lang in installed:
                if (
                    lang.lower() == code
                    or lang.lower().split("_")[0] == code.split("_")[0]
                ):
                    return lang
        return installed[0] if "en_US" not in installed else "en_US"

    @api.model
    def _get_texts(self, lang):
        """Our own words in a language; it need not be installed."""
        return {
            name: get_translation("crm_orders_web", lang, text._source, ())
            for name, text in TEXTS.items()
        }

    @api.model
    def _get_label(self, kind, lang):
        text = LABELS[kind]._source
        return get_translation("crm_orders_web", lang, text, ())

    def _get_web_config(self, wanted):
        """All that a browser needs to show the form, a ticket included."""
        self.ensure_one()
        return {
            **self._get_web_form(*self._get_web_langs(wanted)),
            "ticket": self._make_ticket(),
        }

    @api.model
    def _get_web_langs(self, wanted):
        """Languages of what people wrote themselves, and of our own words."""
        lang = self._get_web_lang(wanted)
        return lang, self._get_page_lang(wanted, lang)

    @ormcache("self.id", "source_lang", "lang")
    def _get_web_form(self, source_lang, lang):
        source = self.with_context(lang=source_lang)
        texts = self._get_texts(lang)
        for name in ("title", "send", "thanks"):
            texts[name] = source[f"web_{name}"] or texts[name]
        contacts = source.web_field_ids.filtered(lambda field: field.kind in CONTACTS)
        free = len(contacts) > 1 and not any(contacts.mapped("required"))
        either = "either" if free else "optional"
        if source.web_consent_text:
            texts["consent"] = source.web_consent_text
        return {
            "key": source.web_key,
            "lang": lang.split("_")[0],
            "color": source.web_color,
            "ink": color.ink_on(source.web_color),
            "intro": source.web_intro or "",
            "texts": texts,
            "fields": [
                {
                    "name": field._get_name(),
                    "note": texts[either if field.kind in CONTACTS else "optional"]
                    if not field.required
                    else "",
                    "label": field.label or self._get_label(field.kind, lang),
                    "hint": field.hint or "",
                    "required": field.required,
                    "entry": ENTRIES.get(
                        field.kind, field.entry if field.kind == "other" else "line"
                    ),
                    "choices": list(field._get_choices()),
                    "autofill": AUTOFILL.get(field.kind, "off"),
                    "limit": lead_payload.FIELDS.get(
                        field.kind, lead_payload.MAX_EXTRA_TEXT
                    ),
                }
                for field in source.web_field_ids
            ],
            "has_must": bool(
                source.web_consent or any(source.web_field_ids.mapped("required"))
            ),
            "consent": source._get_consent_version() if source.web_consent else "",
            "privacy_url": source.web_privacy_url or "",
            "captcha": source._get_captcha_keys() if source.web_captcha else {},
        }

    @api.model
    def _get_page_lang(self, wanted, otherwise):
        """Language of our own words: that of the page where we have it.

        One that is not installed is fine, as the words come with the module.
        """
        for code in wanted:
            code = code.replace("-", "_")
            if code.split("_")[0].lower() == "fi":
                return "fi_FI"
            if code.split("_")[0].lower() == "en":
                return "en_US"
        return otherwise

    @ormcache("self.id")
    def _get_specs(self):
        return tuple(field._get_spec() for field in self.web_field_ids)

    @ormcache("self.id")
    def _get_web_origins(self):
        """Websites that may show the form; our own pages always may."""
        own = origin_of(self.get_base_url())
        return frozenset({own, *self._read_web_origins()[0]} - {None})

    def _get_consent_version(self):
        """Tells the texts apart that people agreed to over time."""
        self.ensure_one()
        text = f"{self._get_consent_text()}\n{self.web_privacy_url or ''}"
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def _get_consent_text(self):
        self.ensure_one()
        # In one language, so that it is one version.
        lang = self.env["crm_orders.web.form"]._get_web_lang(
            [self.company_id.partner_id.lang or "en_US"]
        )
        source = self.with_context(lang=lang)
        return source.web_consent_text or self._get_texts(lang)["consent"]

    def _sign_ticket(self, text):
        return hmac(self.env(su=True), f"crm_orders_web {self.id}", text)

    def _make_ticket(self):
        self.ensure_one()
        return ticket.make(time.time(), self._sign_ticket)

    def _accept_form(self, body, body_format, request_headers, remote_addr, doubts):
        """Store a filled-in form and return the id of its event.

        What looks like spam is stored as well, marked with the reasons, as it may be
        a customer all the same. People find it among the received requests.

        :param doubts: reasons found so far why it may be spam
        :raise PayloadError: with `fields`, `{name: text}`, when it has to be corrected
        """
        self.ensure_one()
        payload = lead_payload.parse(body, body_format)
        submission = web_form.read(payload)
        specs = self._get_specs()
        if found := web_form.problems(specs, submission, self.web_consent):
            error = PayloadError(422, "invalid_fields", "Some fields are not right.")
            error.fields = found
            raise error
        lead_payload.read(submission.values)
        doubts = [*doubts, *self._get_doubts(submission, body_format)]
        events = self.env["crm_orders.event"]
        external_id = lead_payload.external_id({}, submission.form_id or None)
        if external_id is None:
            external_id = self._make_external_id(body, remote_addr)
        vals = events._prepare_event_vals(self.id, body, body_format, external_id)
        vals["headers"] = events._get_safe_headers(request_headers)
        vals["remote_addr"] = remote_addr
        if doubts:
            vals["state"] = "ignored"
            vals["is_suspected"] = True
            vals["reason"] = self._get_reason(doubts)
        return events._store_once(vals, self.rate_limit, self.web_address_limit)

    @api.model
    def _make_external_id(self, body, remote_addr):
        """An id for a form that has none: the same text from there is one a day."""
        day = fields.Date.today()
        text = f"{day}\n{remote_addr}\n{body}"
        return f"form:{hashlib.sha256(text.encode()).hexdigest()}"

    def _get_doubts(self, submission, body_format):
        """Why this may be spam: names of reasons with their details."""
        doubts = []
        if submission.trap:
            doubts.append(("trap", None))
        age = ticket.age(submission.ticket, time.time(), self._sign_ticket)
        if not submission.ticket:
            # A form written by hand into a page has none.
            if body_format == lead_payload.JSON:
                doubts.append(("no_ticket", None))
        elif age is None:
            doubts.append(("forged", None))
        elif age < self.web_min_seconds:
            doubts.append(("fast", age))
        elif age > ticket.MAX_AGE:
            doubts.append(("old", None))
        return doubts

    def _get_reason(self, doubts):
        """The doubts in words, for those who look at them later."""
        form = self.with_context(lang=self.company_id.partner_id.lang or self.env.lang)
        texts = form._get_doubt_texts()
        reasons = [
            texts[name]
            if name in texts
            else form.env._("filled in within %s seconds", f"{max(detail, 0):.1f}")
            for name, detail in doubts
        ]
        return form.env._("Spam suspected: %s.", ", ".join(reasons))

    @api.model
    def _get_doubt_texts(self):
        return {
            "trap": self.env._("a field was filled in that people do not see"),
            "no_ticket": self.env._("it was not filled in on the form"),
            "forged": self.env._("the time when the form was opened is made up"),
            "old": self.env._("the form was opened more than 30 days ago"),
            "origin": self.env._("it came from a website that is not listed"),
            "captcha": self.env._("the captcha was not passed"),
            "no_captcha": self.env._("a captcha is asked for, but none is set up"),
        }

    @api.model
    def _get_problem_texts(self, problems, texts):
        """`{name: text}` of what has to be corrected."""
        return {
            name: texts[PROBLEM_TEXTS.get(code, code)]
            for name, code in problems.items()
        }

    @api.model
    def _make_form_id(self):
        """An id for a form that is handed out filled in by a browser alone."""
        return secrets.token_urlsafe(18)

    def _get_named_extra(self, extra):
        """What was filled in beside the fields of a lead, by what people asked."""
        lang = self.company_id.partner_id.lang or self.env.lang
        labels = {
            field._get_name(): field.label
            for field in self.with_context(lang=lang).web_field_ids
        }
        return [(labels.get(name) or name, text) for name, text in extra]
