from odoo import models


class IrHttp(models.AbstractModel):
    """Tells the web client whether it shows a demo database."""

    _inherit = "ir.http"

    def session_info(self):
        info = super().session_info()
        if self.env.user._is_internal():
            info["demo_database"] = self.env["res.users"]._is_demo_database()
        return info
