from odoo import models


class IrHttp(models.AbstractModel):
    _inherit = "ir.http"

    def session_info(self):
        """Tell the browser whether a click on a number can start a call."""
        info = super().session_info()
        user = self.env.user
        if user and user._is_internal() and user._crm_orders_get_extensions():
            info["crm_orders_click_to_call"] = user.has_group(
                "crm_orders_base.group_user"
            )
        return info
