from odoo import api, models


class CrmOrdersSetup(models.AbstractModel):
    """What people set up once and every request asks for, so that it is remembered.

    Models that inherit this answer from `ormcache`s and need not think of emptying them.
    """

    _name = "crm_orders.setup"
    _description = "Set-Up That Is Remembered"

    # Tells whose a record is. Rules look at what it was before a change; what it becomes
    # must be allowed, too.
    _owner_field = "company_id"

    @api.model
    def _get_cached_fields(self):
        """Names of fields that something remembered depends on; None when all may be."""
        return None

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        self.env.registry.clear_cache()
        return records

    def write(self, vals):
        result = super().write(vals)
        cached = self._get_cached_fields()
        if cached is None or cached & vals.keys():
            self.env.registry.clear_cache()
        if self._owner_field in vals:
            self.check_access("write")
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    def _update_field_translations(self, field_name, translations, **kwargs):
        result = super()._update_field_translations(field_name, translations, **kwargs)
        self.env.registry.clear_cache()
        return result
