import re

from odoo import api, fields, models

from odoo.addons.crm_orders_identity.tools import handle


class ResUsers(models.Model):
    """People are known to the exchange by their extensions and numbers."""

    _inherit = "res.users"

    crm_orders_extension = fields.Char(
        "Telephone Extension",
        help="Extension or number of this person's telephone, as the exchange calls it: "
        "100, or +358401234567. Several are separated by commas; the first one rings "
        "when this person calls somebody from here.",
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return [*super().SELF_READABLE_FIELDS, "crm_orders_extension"]

    def _crm_orders_get_extensions(self):
        self.ensure_one()
        words = (self.sudo().crm_orders_extension or "").split(",")
        return [word.strip() for word in words if word.strip()]

    @api.model
    def _crm_orders_find_agents(self, companies, agents):
        """`{company: {agent: user}}` of what an exchange calls our people."""
        if not any(agents):
            return {}
        users = self.sudo().search(
            [
                ("crm_orders_extension", "!=", False),
                ("share", "=", False),
                ("company_ids", "in", companies.ids),
            ],
            order="id",
        )
        found = {}
        for company in companies:
            country = company.country_code
            known = {}
            for user in users.filtered(
                lambda one, mine=company: mine in one.company_ids
            ):
                for extension in user._crm_orders_get_extensions():
                    known.setdefault(_key(extension, country), user)
            found[company] = {
                agent: known[key]
                for agent in agents
                if agent and (key := _key(agent, country)) in known
            }
        return found


def _key(agent, country):
    """The same for every way to write a number or an extension: PJSIP/100 is 100."""
    number = handle.normalise("phone", agent, country)
    if number:
        return number
    match = re.fullmatch(r"(?:sip:|[A-Za-z0-9]+/)?([^@;]+?)(?:[@;].*)?", agent.strip())
    return (match[1] if match else agent).lower()
