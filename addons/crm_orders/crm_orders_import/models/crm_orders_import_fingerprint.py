import hashlib
import json

from odoo import api, models

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


class CrmOrdersImportFingerprint(models.AbstractModel):
    """Tells whether somebody has changed what an import made, so that it stays."""

    _name = "crm_orders.import.fingerprint"
    _description = "Fingerprints of Imported Records"

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
