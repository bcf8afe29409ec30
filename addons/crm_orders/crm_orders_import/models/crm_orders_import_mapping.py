from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import columns


class CrmOrdersImportMapping(models.Model):
    """What the columns of files of one kind hold, remembered for the next such file."""

    _name = "crm_orders.import.mapping"
    _description = "Remembered Columns"
    _order = "name, id"

    name = fields.Char(required=True, help="Where such files come from.")
    company_id = fields.Many2one(
        "res.company",
        required=True,
        default=lambda self: self.env.company,
        index=True,
        ondelete="cascade",
    )
    columns = fields.Json(readonly=True)
    summary = fields.Text("What They Hold", compute="_compute_summary")

    @api.depends("columns")
    def _compute_summary(self):
        lines = self.env["crm_orders.import.column"]._fields["field"]
        labels = dict(lines._description_selection(self.env))
        for mapping in self:
            mapping.summary = "\n".join(
                f"{heading} → {labels.get(field, '–')}"
                for heading, field in (mapping.columns or [])
            )

    def write(self, vals):
        result = super().write(vals)
        if "company_id" in vals:
            # The rule has looked at the old company; the new one counts as well.
            self.check_access("write")
        return result

    @api.constrains("columns")
    def _check_columns(self):
        # All imports look at all mappings; one that cannot be read would stop them.
        for mapping in self:
            pairs = mapping.columns or []
            if not isinstance(pairs, list) or not all(
                isinstance(pair, list)
                and len(pair) == 2
                and all(isinstance(one, str) for one in pair)
                for pair in pairs
            ):
                raise ValidationError(
                    self.env._("Columns are remembered with a button of an import.")
                )

    @api.model
    def _find(self, headings, company):
        """The mapping that knows most of these headings, if most of them are known."""
        wanted = {columns.simplify(heading) for heading in headings} - {""}
        best, most = self.browse(), len(wanted) * 0.7
        for mapping in self.search(
            [("company_id", "=", company.id)], order="id desc", limit=200
        ):
            known = {
                columns.simplify(heading) for heading, _field in mapping.columns or []
            }
            if wanted and len(wanted & known) > most:
                best, most = mapping, len(wanted & known)
        return best

    def _apply(self, headings, guessed):
        """The fields of these headings, as remembered or otherwise as guessed."""
        known = {
            columns.simplify(heading): field for heading, field in self.columns or []
        }
        return [
            known.get(columns.simplify(heading), field) if heading else field
            for heading, field in zip(headings, guessed, strict=True)
        ]
