import re
import secrets

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tools import str2bool

from ..tools import origin
from ..tools.web_channel import WEB

KEY_BYTES = 12
FIRST_FIELDS = (("name", True), ("email", False), ("phone", False), ("message", True))
# Fields that the form, as browsers get it, is remembered by.
FORM_FIELDS = {
    "web_key",
    "web_origins",
    "web_title",
    "web_intro",
    "web_send",
    "web_thanks",
    "web_color",
    "web_consent",
    "web_consent_text",
    "web_privacy_url",
    "web_captcha",
    "web_field_ids",
    "company_id",
}


class CrmOrdersSource(models.Model):
    """A form that is shown on websites is a source."""

    _name = "crm_orders.source"
    _inherit = ["crm_orders.source", "crm_orders.web.form"]

    kind = fields.Selection(
        selection_add=[("web", "Form on a website")], ondelete={"web": "set default"}
    )
    web_key = fields.Char(
        "Site Key",
        compute="_compute_web_key",
        store=True,
        copy=False,
        precompute=True,
        help="Tells the form apart. Everybody who visits the website can read it.",
    )
    web_origins = fields.Text(
        "Websites",
        help="Where the form may be shown, one website on each line, for example "
        "https://www.example.com. With and without www are two websites.",
    )
    web_field_ids = fields.One2many(
        "crm_orders.web.field",
        "source_id",
        "What to Ask",
        compute="_compute_web_field_ids",
        store=True,
        readonly=False,
        copy=True,
    )
    web_title = fields.Char(
        "Heading", translate=True, help="Empty: “Write to us” in the page's language."
    )
    web_intro = fields.Text(
        "Introduction", translate=True, help="A few words above the form."
    )
    web_send = fields.Char(
        "Button", translate=True, help="Empty: “Send” in the page's language."
    )
    web_thanks = fields.Text(
        "Thank-You Text",
        translate=True,
        help="What visitors read once their message was sent.",
    )
    web_redirect_url = fields.Char(
        "Thank-You Page",
        help="Visitors are sent to this page afterwards instead of reading the text. It "
        "must be on one of the websites.",
    )
    web_color = fields.Char("Color", default="#1f5fae", required=True)
    web_consent = fields.Boolean(
        "Ask for Consent", help="The form can be sent only with the box ticked."
    )
    web_consent_text = fields.Text(
        "Consent Text", translate=True, help="What visitors agree to."
    )
    web_privacy_url = fields.Char(
        "Privacy Notice", help="Address of the page that tells how details are kept."
    )
    web_captcha = fields.Boolean(
        "Ask for a Captcha",
        help="Visitors prove to be people with Google reCAPTCHA or Cloudflare Turnstile, "
        "whichever is set up in the settings. What does not pass is kept apart for you "
        "to look at.",
    )
    web_min_seconds = fields.Integer(
        "Shortest Time to Fill In",
        default=2,
        help="Whatever is filled in faster is kept apart as suspected spam.",
    )
    web_address_limit = fields.Integer(
        "A Minute from One Address",
        default=10,
        help="More forms from one network address within a minute have to wait. 0 means "
        "no limit.",
    )
    web_snippet = fields.Text("Code for the Website", compute="_compute_web_snippets")
    web_snippet_inline = fields.Text(
        "Code of the Form", compute="_compute_web_snippets"
    )
    web_snippet_plain = fields.Text(
        "Code without Script", compute="_compute_web_snippets"
    )
    web_form_url = fields.Char("Page of Its Own", compute="_compute_web_snippets")
    suspected_count = fields.Integer("Suspected Spam", compute="_compute_suspected")

    _web_key_uniq = models.UniqueIndex("(web_key)")
    _web_numbers = models.Constraint(
        "CHECK (web_min_seconds BETWEEN 0 AND 60"
        " AND web_address_limit BETWEEN 0 AND 10000)",
        "The shortest time is from 0 to 60 seconds, the limit from 0 to 10000.",
    )

    @api.depends("kind")
    def _compute_web_key(self):
        for source in self:
            if source.kind == "web" and not source.web_key:
                source.web_key = secrets.token_urlsafe(KEY_BYTES)

    @api.depends("kind")
    def _compute_web_field_ids(self):
        for source in self:
            if source.kind == "web" and not source.web_field_ids:
                source.web_field_ids = [
                    Command.create(
                        {"kind": kind, "required": required, "sequence": sequence}
                    )
                    for sequence, (kind, required) in enumerate(FIRST_FIELDS)
                ]

    @api.depends("web_key", "web_field_ids")
    def _compute_web_snippets(self):
        for source in self:
            if source.kind != "web" or not source.web_key:
                source.web_snippet = source.web_snippet_inline = False
                source.web_snippet_plain = source.web_form_url = False
                continue
            values = source._get_snippet_values()
            source.web_form_url = values["form_url"]
            render = self.env["ir.qweb"]._render
            for field, template in (
                ("web_snippet", "snippet"),
                ("web_snippet_inline", "snippet_inline"),
                ("web_snippet_plain", "snippet_plain"),
            ):
                source[field] = str(
                    render(f"crm_orders_web.{template}", values)
                ).strip()

    def _get_snippet_values(self):
        self.ensure_one()
        base = self.get_base_url()
        return {
            "script_url": f"{base}/crm_orders/v1/widget.js",
            "form_url": f"{base}/crm_orders/v1/form/{self.web_key}",
            "key": self.web_key,
            "form": self.sudo()._get_web_form(
                *self._get_web_langs([self.env.lang or "en_US"])
            ),
        }

    def _compute_suspected(self):
        counts = dict(
            self.env["crm_orders.event"]._read_group(
                [
                    ("source_id", "in", self.ids),
                    ("is_suspected", "=", True),
                    ("state", "=", "ignored"),
                ],
                ["source_id"],
                ["__count"],
            )
        )
        for source in self:
            source.suspected_count = counts.get(source._origin, 0)

    @api.constrains("web_origins", "web_redirect_url", "web_privacy_url", "kind")
    def _check_web_addresses(self):
        for source in self.filtered(lambda source: source.kind == "web"):
            origins, strange = source._read_web_origins()
            if strange:
                raise ValidationError(
                    self.env._(
                        "%s is not the address of a website. Write for example"
                        " https://www.example.com.",
                        strange[0],
                    )
                )
            for url in (source.web_redirect_url, source.web_privacy_url):
                if url and not origin.origin_of(url):
                    raise ValidationError(
                        self.env._("%s is not the address of a page.", url)
                    )
            if source.web_redirect_url:
                own = origin.origin_of(source.get_base_url())
                if origin.origin_of(source.web_redirect_url) not in {own, *origins}:
                    raise ValidationError(
                        self.env._(
                            "The thank-you page is on a website that is not listed."
                        )
                    )

    @api.constrains("web_color")
    def _check_web_color(self):
        if any(
            not re.fullmatch("#[0-9a-fA-F]{6}", source.web_color) for source in self
        ):
            raise ValidationError(
                self.env._("A color is written as # and six digits, such as #1f5fae.")
            )

    @api.constrains("web_captcha")
    def _check_web_captcha(self):
        if self.filtered("web_captcha") and not self._get_captcha_keys():
            raise ValidationError(
                self.env._(
                    "Set up Google reCAPTCHA or Cloudflare Turnstile in the settings"
                    " first; without its keys nothing would be checked."
                )
            )

    @api.constrains("web_field_ids", "kind")
    def _check_web_contact(self):
        for source in self.filtered(lambda source: source.kind == "web"):
            if not {"email", "phone"} & set(source.web_field_ids.mapped("kind")):
                raise ValidationError(
                    self.env._(
                        "Ask for an e-mail address or a phone number, otherwise nobody"
                        " can be answered."
                    )
                )

    def action_view_suspected(self):
        """Open what was kept apart."""
        self.ensure_one()
        action = self.action_view_events()
        return {**action, "context": {"search_default_suspected": 1}}

    def action_web_preview(self):
        """Show the form as visitors see it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/crm_orders/v1/form/{self.web_key}/preview",
            "target": "new",
        }

    @api.model
    def _get_channels(self):
        return {**super()._get_channels(), "web": WEB}

    @api.model
    def _get_kinds_without_hook(self):
        return super()._get_kinds_without_hook() | {"web"}

    @api.model
    def _get_cached_fields(self):
        return super()._get_cached_fields() | FORM_FIELDS

    def _get_default_dedupe_hours(self):
        # Whoever corrects what they just sent does not want to be called twice.
        return 1 if self.kind == "web" else super()._get_default_dedupe_hours()

    def _get_missing(self):
        if self.kind == "web" and self.web_captcha and not self._get_captcha_keys():
            return "incomplete"
        return super()._get_missing()

    def _read_web_origins(self):
        self.ensure_one()
        return origin.read_list(self.web_origins)

    @api.model
    def _get_captcha_keys(self):
        """Public keys of the captchas that are installed and have a secret as well.

        Odoo's own check lets everything pass while there is no secret.
        """
        get_param = self.env["ir.config_parameter"].sudo().get_param
        http = self.env["ir.http"]
        keys = {}
        if (
            hasattr(http, "_verify_recaptcha_token")
            and get_param("recaptcha_private_key")
            and get_param("recaptcha_public_key")
            and str2bool(get_param("enable_recaptcha") or "True", True)
        ):
            keys["recaptcha"] = get_param("recaptcha_public_key")
        if (
            hasattr(http, "_verify_turnstile_token")
            and get_param("cf.turnstile_secret_key")
            and get_param("cf.turnstile_site_key")
        ):
            keys["turnstile"] = get_param("cf.turnstile_site_key")
        return keys
