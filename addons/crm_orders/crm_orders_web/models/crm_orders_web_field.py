from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.crm_orders_inbound.tools import lead_payload

from ..tools import web_form

MAX_CHOICES = 50


class CrmOrdersWebField(models.Model):
    """One thing that a form on a website asks for."""

    _name = "crm_orders.web.field"
    _inherit = "crm_orders.setup"
    _owner_field = "source_id"
    _description = "Field of a Website Form"
    _order = "source_id, sequence, id"
    _rec_name = "kind"

    source_id = fields.Many2one(
        "crm_orders.source", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    kind = fields.Selection(
        [
            ("name", "Name"),
            ("email", "E-mail address"),
            ("phone", "Phone number"),
            ("company", "Company"),
            ("subject", "Subject"),
            ("message", "Message"),
            ("street", "Street address"),
            ("zip", "Postcode"),
            ("city", "City"),
            ("other", "Something else"),
        ],
        "What to Ask",
        required=True,
        default="other",
    )
    label = fields.Char(
        translate=True,
        help="What visitors read above the field. Leave it empty for the usual words in "
        "the language of the page.",
    )
    hint = fields.Char(
        translate=True, help="A short piece of help shown below the field."
    )
    required = fields.Boolean(
        help="The form cannot be sent while this is empty. An e-mail address or a phone "
        "number is always needed, whichever the visitor prefers."
    )
    entry = fields.Selection(
        [
            ("line", "One line"),
            ("lines", "Several lines"),
            ("choice", "One of a list"),
            ("box", "Box to tick"),
        ],
        "Filled In As",
        required=True,
        default="line",
        help="Only for things of your own; the others know what they are.",
    )
    choices = fields.Text(
        translate=True, help="What can be chosen, one on each line, at most fifty."
    )

    # Twice the same kind would be one field of the lead.
    _kind_uniq = models.UniqueIndex(
        "(source_id, kind) WHERE kind != 'other'",
        "A form asks for each thing only once. Choose “Something else” for more.",
    )

    @api.constrains("kind", "entry", "choices", "label")
    def _check_own_field(self):
        for field in self.filtered(lambda field: field.kind == "other"):
            if not field.label:
                raise ValidationError(
                    self.env._("Write what visitors read above a field of your own.")
                )
            if field.entry == "choice" and not 0 < len(field._get_choices()) < 51:
                raise ValidationError(
                    self.env._("List what can be chosen, one to fifty lines.")
                )

    def _get_name(self):
        """The name that this field is sent by."""
        self.ensure_one()
        return f"other_{self.id}" if self.kind == "other" else self.kind

    def _get_choices(self):
        self.ensure_one()
        if self.kind != "other" or self.entry != "choice":
            return ()
        lines = [
            lead_payload.clean(line, lead_payload.MAX_EXTRA_TEXT)
            for line in (self.choices or "").splitlines()
        ]
        return tuple(dict.fromkeys(line for line in lines if line))

    def _get_spec(self):
        """This field as `tools/web_form.py` checks it.

        Choices count in every language, as a page may have been left open.
        """
        self.ensure_one()
        choices = []
        for code, _name in self.env["res.lang"].get_installed():
            choices += self.with_context(lang=code)._get_choices()
        return web_form.Field(
            self._get_name(), self.kind, self.required, tuple(dict.fromkeys(choices))
        )
