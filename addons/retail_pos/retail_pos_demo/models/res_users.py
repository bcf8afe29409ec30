from odoo import api, models
from odoo.exceptions import AccessDenied

# The users of the demo shop and the login, which is also the password, they got.
DEMO_LOGINS = {
    "base.user_admin": "admin",
    "retail_pos_demo.user_manager": "manager",
    "retail_pos_demo.user_seller": "seller",
    "retail_pos_demo.user_cashier": "cashier",
    "retail_pos_demo.user_payroll": "payroll",
}


class ResUsers(models.Model):
    """Users of the demo shop, whose passwords are known to everybody.

    The passwords work in the database that the demo was made in. In a copy of it,
    which somebody may have made to start a real shop from, they are refused.
    """

    _inherit = "res.users"

    def _check_credentials(self, credential, env):
        auth_info = super()._check_credentials(credential, env)
        if (
            auth_info["auth_method"] == "password"
            and self.env.user._is_demo_password(credential["password"])
            and not self._is_demo_database()
        ):
            raise AccessDenied(
                self.env._(
                    "This is a copy of a demo database, where the passwords of the "
                    "demo users do not work. Ask your administrator to set a new one."
                )
            )
        return auth_info

    def _is_demo_password(self, password):
        """Tell whether this is the password that this user got from the demo."""
        self.ensure_one()
        for xml_id, login in DEMO_LOGINS.items():
            if self == self.env.ref(xml_id, raise_if_not_found=False):
                return password in (login, self.login)
        return False

    @api.model
    def _is_demo_database(self):
        """Tell whether this is the database that the demo shop was made in.

        Odoo gives each copy and each restored backup an identity of its own; the
        demo shop keeps the identity of the database that it was installed in.
        """
        # sudo: whoever logs in may not read system parameters
        parameters = self.env["ir.config_parameter"].sudo()
        marker = parameters.get_param("retail_pos_demo.database_uuid")
        return bool(marker) and marker == parameters.get_param("database.uuid")
