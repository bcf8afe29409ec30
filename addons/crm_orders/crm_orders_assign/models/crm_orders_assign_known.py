from odoo import api, models
from odoo.tools import SQL


class CrmOrdersAssignKnown(models.AbstractModel):
    """Finds the salesperson who knows the customer of a lead."""

    _name = "crm_orders.assign.known"
    _description = "Salespersons of Known Customers"

    @api.model
    def _get_users(self, leads):
        """Who knows the customer of each lead, best first, as ids of users by lead."""
        commercial = {
            lead.id: lead.partner_id.commercial_partner_id.id for lead in leads
        }
        orders = self._get_last_users("sale_order", leads, commercial)
        earlier = self._get_last_users("crm_lead", leads, commercial)
        contacts = self._get_last_users_of_contacts(leads)
        known = {}
        for lead in leads:
            partner = lead.partner_id
            users = [
                partner.user_id.id,
                partner.commercial_partner_id.user_id.id,
                orders.get(commercial[lead.id]),
                earlier.get(commercial[lead.id]),
                contacts.get(lead.id),
            ]
            known[lead.id] = list(dict.fromkeys(user for user in users if user))
        return self._keep_users_of_company(leads, known)

    @api.model
    def _keep_users_of_company(self, leads, known):
        users = self.env["res.users"].browse(
            {user for found in known.values() for user in found}
        )
        companies = {user.id: user.sudo().company_ids for user in users}
        for lead in leads:
            company = lead.company_id or self.env.company
            known[lead.id] = [
                user for user in known[lead.id] if company in companies[user]
            ]
        return known

    @api.model
    def _get_last_users(self, table, leads, commercial):
        """Salesperson of the last order or lead of each customer, by commercial entity."""
        partners = tuple({partner for partner in commercial.values() if partner})
        if not partners:
            return {}
        model = self.env[table.replace("_", ".")]
        model.flush_model(["partner_id", "user_id", "create_date"])
        leads.env["res.partner"].flush_model(["commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (p.commercial_partner_id)
                       p.commercial_partner_id, r.user_id
                  FROM res_partner p
                  JOIN %(table)s r ON r.partner_id = p.id
                 WHERE p.commercial_partner_id IN %(partners)s
                   AND r.user_id IS NOT NULL
                   AND %(others)s
              ORDER BY p.commercial_partner_id, r.create_date DESC, r.id DESC
                """,
                table=SQL.identifier(table),
                partners=partners,
                others=SQL("r.id NOT IN %s", tuple(leads.ids))
                if table == "crm_lead"
                else SQL("r.state != 'cancel'"),
            )
        )
        return dict(rows)

    @api.model
    def _get_last_users_of_contacts(self, leads):
        """Salesperson of the last lead with the same phone or mail, for leads without a
        customer record, by lead.
        """
        strangers = leads.filtered(lambda lead: not lead.partner_id)
        result = {}
        for field in ("email_normalized", "phone_sanitized"):
            values = {lead[field] for lead in strangers if lead[field]}
            if not values:
                continue
            leads.flush_model([field, "user_id", "create_date"])
            rows = dict(
                self.env.execute_query(
                    SQL(
                        """
                        SELECT DISTINCT ON (%(field)s) %(field)s, user_id
                          FROM crm_lead
                         WHERE %(field)s IN %(values)s
                           AND user_id IS NOT NULL
                           AND id NOT IN %(leads)s
                      ORDER BY %(field)s, create_date DESC, id DESC
                        """,
                        field=SQL.identifier(field),
                        values=tuple(values),
                        leads=tuple(leads.ids),
                    )
                )
            )
            for lead in strangers:
                if lead[field] in rows:
                    # The phone says more than the mail, which a family may share.
                    result[lead.id] = rows[lead[field]]
        return result
