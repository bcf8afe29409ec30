from odoo import api, models


class PayrollLiteCompanyMixin(models.AbstractModel):
    """Records of one company or, without one, of all of them.

    Everybody reads what is shared. Record rules let only those change it who work for all
    companies, because all of them are paid by it.
    """

    _name = "payroll.lite.company.mixin"
    _description = "Shared Between Companies"

    def write(self, vals):
        result = super().write(vals)
        # core asks before: nothing may move to where the user could not have made it
        self.check_access("write")
        return result

    @api.model
    def _default_company_id(self):
        """None for who may share, or else the user's company."""
        return self.env["res.company"] if self._may_share() else self.env.company

    @api.model
    def _may_share(self):
        """Whether the user works for all companies; the record rules say the same."""
        user = self.env.user
        return self.env.su or len(user.company_ids) >= user.companies_count
