from odoo import fields, models
from odoo.exceptions import AccessError

FIELDS = [
    ("name", "Name"),
    ("first_name", "First Name"),
    ("last_name", "Last Name"),
    ("company", "Company"),
    ("function", "Job Position"),
    ("phone", "Phone Numbers"),
    ("email", "E-mail Addresses"),
    ("street", "Street"),
    ("street2", "Street 2"),
    ("zip", "Postal Code"),
    ("city", "City"),
    ("country", "Country"),
    ("vat", "Tax ID"),
    ("website", "Website"),
    ("title", "What Is Wanted"),
    ("date", "Date"),
    ("amount", "Amount"),
    ("source", "Origin"),
    ("responsible", "Responsible"),
    ("tags", "Tags"),
    ("note", "Notes"),
    ("extra", "Notes, With the Heading"),
]


class CrmOrdersImportColumn(models.Model):
    """One column of the file, and what it holds."""

    _name = "crm_orders.import.column"
    _description = "Column of an Import"
    _order = "position"
    _rec_name = "heading"

    import_id = fields.Many2one(
        "crm_orders.import", required=True, index=True, ondelete="cascade"
    )
    position = fields.Integer("Column", readonly=True)
    heading = fields.Char(readonly=True, help="The heading of the column in the file.")
    samples = fields.Char(
        "Examples", readonly=True, help="The first values of this column."
    )
    field = fields.Selection(
        FIELDS,
        "Goes To",
        help="What the column holds. Leave it empty to leave the column out.",
    )

    def write(self, vals):
        if not self.env.su:
            if vals.keys() - {"field"}:
                raise AccessError(
                    self.env._("Of a column, only what it holds can be changed.")
                )
            self.import_id._check_may_change()
        return super().write(vals)
