import json
import secrets

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

from ..tools import channel

MASK = "\N{BULLET}" * 6
HINT_LENGTH = 4
MAX_LENGTH = 4096
# Providers try again for hours; what they signed with the secret before is still true.
GRACE_HOURS = 48


class CrmOrdersSourceSetting(models.Model):
    """One thing that a source needs to know to work with its provider.

    Secrets can be set but never be read again: there is no way to them by RPC.
    """

    _name = "crm_orders.source.setting"
    _description = "Setting of a Lead Source"
    _order = "source_id, sequence, id"
    _rec_name = "label"

    source_id = fields.Many2one(
        "crm_orders.source", required=True, readonly=True, ondelete="cascade"
    )
    sequence = fields.Integer(readonly=True)
    is_advanced = fields.Boolean(
        readonly=True, help="Right as it is for nearly everybody."
    )
    name = fields.Char("Technical Name", required=True, readonly=True)
    value = fields.Char("Stored Value", groups=fields.NO_ACCESS, copy=False)
    previous = fields.Char("Values Before", groups=fields.NO_ACCESS, copy=False)
    label = fields.Char("Setting", compute="_compute_texts")
    note = fields.Char("Where to Find It", compute="_compute_texts")
    is_secret = fields.Boolean("Secret", compute="_compute_texts")
    is_asked_again = fields.Boolean(
        "Asked For Again",
        readonly=True,
        help="It was forgotten, as it would have been sent to another address.",
    )
    is_missing = fields.Boolean(
        "Missing", compute="_compute_is_missing", compute_sudo=True
    )
    entry = fields.Char(
        "Value",
        compute="_compute_entry",
        inverse="_inverse_entry",
        compute_sudo=True,
        help="Only the last characters of a secret are shown again. After a change the "
        "secret before is still accepted from the provider for two days.",
    )

    _name_uniq = models.UniqueIndex(
        "(source_id, name)", "A source has each setting only once."
    )

    def write(self, vals):
        # Under another name a secret would be shown as what is none.
        if not self.env.su and vals.keys() - {"entry"}:
            raise AccessError(
                self.env._("Of a setting, only its value can be changed.")
            )
        return super().write(vals)

    @api.depends("source_id.kind", "name", "is_asked_again")
    @api.depends_context("lang")
    def _compute_texts(self):
        for setting in self:
            spec = setting._get_spec()
            texts = spec and setting.source_id._get_setting_texts().get(setting.name)
            setting.label, setting.note = texts or (
                (spec.label, spec.help) if spec else (setting.name, False)
            )
            if setting.is_asked_again:
                setting.note = self.env._(
                    "Enter it again: the address that it is sent to has changed. %s",
                    setting.note or "",
                ).strip()
            setting.is_secret = bool(spec and spec.secret)

    @api.depends("value")
    def _compute_entry(self):
        for setting in self:
            spec = setting._get_spec()
            value = setting.sudo().value
            if value and (not spec or (spec.secret and not spec.made)):
                value = MASK + value[-HINT_LENGTH:] if len(value) > 12 else MASK
            setting.entry = value or (spec.default if spec else False)

    # Apart from the entry, as what is computed with it is not while that is written.
    @api.depends("value")
    def _compute_is_missing(self):
        for setting in self:
            spec = setting._get_spec()
            setting.is_missing = bool(
                spec and spec.required and not setting.sudo().value
            )

    def _inverse_entry(self):
        if not self.env.user.has_group("crm_orders_base.group_manager"):
            raise AccessError(self.env._("Only a manager may change a setting."))
        for setting in self:
            entry = (setting.entry or "").strip()
            if not entry.startswith(MASK):
                setting._set_value(entry)

    @api.onchange("entry")
    def _onchange_entry(self):
        spec = self._get_spec()
        if (
            spec
            and spec.is_address
            and self._is_other_address((self.entry or "").strip())
            and self._get_secrets_to_send().filtered("value")
        ):
            return {
                "warning": {
                    "title": self.env._("Enter the secrets again"),
                    "message": self.env._(
                        "Secrets are sent to this address. So that none gets into wrong"
                        " hands, those that are stored are forgotten when you save,"
                        " unless you enter them again."
                    ),
                }
            }
        return None

    def _get_spec(self):
        """What the channel says of this setting, or None when it knows it no more."""
        if not self.source_id:
            return None
        self.ensure_one()
        specs = {spec.name: spec for spec in self.source_id._get_channel().settings}
        return specs.get(self.name)

    def _set_value(self, value):
        """Use `value` from now on; the one before is accepted for some time more."""
        self.ensure_one()
        if len(value) > MAX_LENGTH or not value.isprintable():
            raise ValidationError(
                self.env._("%s is not a text that can be used here.", self.label)
            )
        # The value is hidden from everybody, those who may set it included.
        setting = self.sudo()
        if value == (setting.value or ""):
            return
        until = fields.Datetime.add(fields.Datetime.now(), hours=GRACE_HOURS)
        kept = [
            [old, date]
            for old, date in json.loads(setting.previous or "[]")
            if old != value and date > fields.Datetime.to_string(fields.Datetime.now())
        ]
        if setting.value:
            kept.insert(0, [setting.value, fields.Datetime.to_string(until)])
        spec = setting._get_spec()
        if spec and spec.is_address and setting._is_other_address(value):
            setting._get_secrets_to_send()._ask_again()
        setting.write(
            {
                "value": value,
                "previous": json.dumps(kept[:5]),
                "is_asked_again": setting.is_asked_again and not value,
            }
        )
        self.env.registry.clear_cache()

    def _is_other_address(self, value):
        """Whether what is sent would go elsewhere with this value."""
        default = self._get_spec().default
        return (value or default) != (self.sudo()._origin.value or default)

    def _get_secrets_to_send(self):
        """Secrets of people that may be sent to the address of this setting."""
        specs = self.source_id._get_channel().settings
        names = {spec.name for spec in specs if spec.secret and not spec.made}
        others = self.source_id._origin.sudo().setting_ids
        return others.filtered(lambda one: one.name in names)

    def _ask_again(self):
        """Forget secrets; what the provider signs with them is accepted as before."""
        for secret in self.filtered("value"):
            secret._set_value("")
            secret.is_asked_again = True

    def _get_values(self):
        """Return `channel.Settings` made of these settings, which are of one source."""
        values, previous = {}, {}
        now = fields.Datetime.to_string(fields.Datetime.now())
        for setting in self.sudo():
            spec = setting._get_spec()
            values[setting.name] = setting.value or (spec.default if spec else "")
            previous[setting.name] = [
                old
                for old, until in json.loads(setting.previous or "[]")
                if until > now
            ]
        return channel.Settings(values, previous)

    @api.model
    def _prepare_vals(self, source, spec, sequence):
        """Values of a new setting; what the system makes up is made now."""
        return {
            "source_id": source.id,
            "name": spec.name,
            "sequence": sequence,
            "is_advanced": spec.advanced,
            "value": secrets.token_urlsafe(24) if spec.made else False,
        }
