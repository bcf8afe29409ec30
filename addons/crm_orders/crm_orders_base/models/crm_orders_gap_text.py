from odoo import api, models
from odoo.exceptions import ValidationError

from ..tools import gap_text


class CrmOrdersGapText(models.AbstractModel):
    """Texts to customers with gaps, which nobody can save with one that stays empty."""

    _name = "crm_orders.gap.text"
    _description = "Text With Gaps"

    # Names of the fields that have gaps.
    _gap_fields = ()

    def _get_gap_names(self):
        """Names of the gaps that the texts of this record may have."""
        raise NotImplementedError

    @api.constrains(lambda self: self._gap_fields)
    def _check_gaps(self):
        for record in self:
            known = record._get_gap_names()
            for field in self._gap_fields:
                for name in gap_text.gaps(record[field]):
                    if name not in known:
                        raise ValidationError(
                            self.env._(
                                "Nothing is known to fill {%(gap)s} with. There are:"
                                " %(known)s",
                                gap=name,
                                known=", ".join(f"{{{one}}}" for one in known),
                            )
                        )

    def _update_field_translations(self, field_name, translations, **kwargs):
        result = super()._update_field_translations(field_name, translations, **kwargs)
        if field_name in self._gap_fields:
            for lang in translations:
                self.with_context(lang=lang)._check_gaps()
        return result
