from odoo import api, fields, models
from odoo.exceptions import AccessError

TOUCH_ORDER = (
    "time",
    "landing",
    "referrer",
    "utm_source",
    "utm_medium",
    "utm_campaign",
    "utm_term",
    "utm_content",
    "gclid",
    "fbclid",
    "msclkid",
)
# What visitors have agreed to, and how they came, is evidence that nobody writes by hand.
EVIDENCE = {"crm_orders_visit", "crm_orders_consent_text", "crm_orders_consent_date"}


class CrmLead(models.Model):
    """Leads of forms know what led the visitor there, and what they agreed to."""

    _inherit = "crm.lead"

    crm_orders_visit = fields.Json(
        "Visits",
        readonly=True,
        copy=False,
        groups="crm_orders_base.group_user",
        help="What brought the visitor here the first time and the last time.",
    )
    crm_orders_visit_text = fields.Text(
        "How They Found Us",
        compute="_compute_crm_orders_visit_text",
        groups="crm_orders_base.group_user",
    )
    crm_orders_consent_text = fields.Text("Agreed To", readonly=True, copy=False)
    crm_orders_consent_date = fields.Datetime("Agreed On", readonly=True, copy=False)

    @api.depends("crm_orders_visit")
    @api.depends_context("lang", "tz")
    def _compute_crm_orders_visit_text(self):
        names = {
            "first": self.env._("First visit"),
            "last": self.env._("Last visit"),
            "now": self.env._("This visit"),
        }
        labels = self._get_crm_orders_touch_labels()
        for lead in self:
            visit = lead.crm_orders_visit or {}
            parts = []
            for which, name in names.items():
                if touch := visit.get(which):
                    parts.append(name)
                    parts += [
                        f"  {labels.get(key, key)}: {touch[key]}"
                        for key in TOUCH_ORDER
                        if touch.get(key)
                    ]
            lead.crm_orders_visit_text = "\n".join(parts)

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._crm_orders_check_evidence(vals)
        given = {f"default_{name}" for name in EVIDENCE} & self.env.context.keys()
        if given and not self.env.su:
            self = self.with_context(**dict.fromkeys(given, False))
        return super().create(vals_list)

    def write(self, vals):
        self._crm_orders_check_evidence(vals)
        return super().write(vals)

    def _crm_orders_check_evidence(self, vals):
        if not self.env.su and EVIDENCE & vals.keys():
            raise AccessError(
                self.env._("What a visitor agreed to is not written by hand.")
            )

    def _get_crm_orders_touch_labels(self):
        return {
            "time": self.env._("Time"),
            "landing": self.env._("Page"),
            "referrer": self.env._("Came from"),
            "utm_source": self.env._("Origin"),
            "utm_medium": self.env._("Medium"),
            "utm_campaign": self.env._("Campaign"),
            "utm_term": self.env._("Search term"),
            "utm_content": self.env._("Advertisement"),
        }

    def _get_crm_orders_consent(self, source, content):
        """What the visitor agreed to, as values of a lead."""
        version = content.get("web_consent")
        if not version or not source.web_consent:
            return {}
        text = source._get_consent_text()
        if version not in ("on", source._get_consent_version()):
            text = self.env._("An earlier text, version %s", version)
        return {
            "crm_orders_consent_text": text,
            "crm_orders_consent_date": content.get("web_date"),
        }

    def _crm_orders_note_visit(self, source, content):
        """Keep what a form tells that joined this lead: how it came, what it agreed to."""
        self.ensure_one()
        vals = self._get_crm_orders_consent(source, content)
        if vals and vals["crm_orders_consent_date"] == self.crm_orders_consent_date:
            vals = {}
        if content.get("web_visit") and not self.crm_orders_visit:
            vals["crm_orders_visit"] = content["web_visit"]
        if vals:
            self.write(vals)
