from odoo import Command
from odoo.tests import new_test_user


class IdentityMixin:
    """Two companies with customers of their own and shared ones, and people's roles."""

    @classmethod
    def _set_up_identities(cls):
        cls.company = cls._new_company("Kauppa Oy")
        cls.other_company = cls._new_company("Toinen Oy")
        cls.identities = cls.env["crm_orders.identity"].with_company(cls.company)
        cls.aino = cls._new_partner(
            "Aino", phone="040 123 4567", email="Aino@Example.com"
        )
        cls.eino = cls._new_partner(
            "Eino", phone="040 765 4321", email="eino@example.com"
        )

    @classmethod
    def _new_company(cls, name):
        company = cls.env["res.company"].create(
            {"name": name, "country_id": cls.env.ref("base.fi").id}
        )
        cls.env.user.company_ids |= company
        return company

    @classmethod
    def _new_partner(cls, name, **vals):
        return cls.env["res.partner"].create(
            {"name": name, "country_id": cls.env.ref("base.fi").id, **vals}
        )

    @classmethod
    def _new_lead(cls, **vals):
        return cls.env["crm.lead"].create(
            {"name": "Lead", "company_id": cls.company.id, "user_id": False, **vals}
        )

    @classmethod
    def _new_user(cls, login, group="crm_orders_base.group_user", company=None):
        company = company or cls.company
        return new_test_user(
            cls.env,
            login,
            groups=group,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )

    @staticmethod
    def _handle(kind, value, scope="", **more):
        return {"kind": kind, "scope": scope, "value": value, **more}

    def _match(self, *handles, company=None):
        [match] = self.identities._match([list(handles)], company or self.company)
        return match

    def _claim(self, *handles, **more):
        return self.identities._claim(list(handles), **more)

    def _values(self, partner):
        return sorted(
            (one.kind, one.value, one.origin)
            for one in partner.sudo().crm_orders_identity_ids
        )
