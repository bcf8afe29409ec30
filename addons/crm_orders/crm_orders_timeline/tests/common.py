from odoo import Command
from odoo.tests import new_test_user


class TimelineMixin:
    """A customer with whom things happened, and sellers."""

    @classmethod
    def _set_up_timeline(cls):
        cls.company = cls.env["res.company"].create(
            {"name": "Kauppa Oy", "country_id": cls.env.ref("base.fi").id}
        )
        cls.manager = cls._new_user("tl_manager", "crm_orders_base.group_manager")
        cls.seller = cls._new_user("tl_seller", "crm_orders_base.group_user")
        cls.env = cls.env(context={"allowed_company_ids": cls.company.ids})
        cls.aino = cls.env["res.partner"].create(
            {"name": "Aino", "email": "a@tl.example"}
        )

    @classmethod
    def _new_user(cls, login, groups):
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _new_lead(cls, **vals):
        return cls.env["crm.lead"].create(
            {
                "name": "Sofa",
                "partner_id": cls.aino.id,
                "company_id": cls.company.id,
                "user_id": cls.seller.id,
                **vals,
            }
        )

    @classmethod
    def _new_order(cls, **vals):
        return cls.env["sale.order"].create(
            {
                "partner_id": cls.aino.id,
                "company_id": cls.company.id,
                "user_id": cls.seller.id,
                **vals,
            }
        )

    def _page(self, record=None, user=None, **arguments):
        record = (record or self.aino).with_user(user or self.manager)
        record = record.with_context(allowed_company_ids=self.company.ids)
        return record.crm_orders_get_timeline(**arguments)

    def _keys(self, *args, **arguments):
        return [entry["key"] for entry in self._page(*args, **arguments)["entries"]]
