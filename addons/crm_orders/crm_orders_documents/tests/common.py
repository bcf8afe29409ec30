import re

from odoo.addons.crm_orders_base.tests.common import picture
from odoo.addons.crm_orders_stages.tests.common import StagesMixin


class DocumentsMixin(StagesMixin):
    """Orders, templates of every kind, and sellers who make documents of them."""

    @classmethod
    def _set_up_documents(cls):
        cls._set_up_stages()
        cls.documents = cls.env["crm_orders.document"]
        cls.env.ref("base.EUR").active = True
        cls.company.write(
            {
                "currency_id": cls.env.ref("base.EUR").id,
                "street": "Kauppakatu 1",
                "zip": "00100",
                "city": "Helsinki",
                "phone": "+358 9 123456",
                "company_registry": "1234567-8",
            }
        )
        cls.customer.write(
            {
                "street": "Satamakatu 5",
                "zip": "20100",
                "city": "Turku",
                "lang": "en_US",
                "country_id": cls.env.ref("base.fi").id,
            }
        )
        cls.pricelist = cls.env["product.pricelist"].create(
            {
                "name": "Euros",
                "company_id": False,
                "currency_id": cls.env.ref("base.EUR").id,
            }
        )
        cls.seller = cls._new_user("document_seller", "crm_orders_base.group_user")
        cls.order = cls._confirmed_orders(1, user_id=cls.seller.id)
        cls.env.flush_all()

    @classmethod
    def _new_orders(cls, count, **vals):
        vals.setdefault("pricelist_id", cls.pricelist.id)
        return super()._new_orders(count, **vals)

    @classmethod
    def _template(cls, kind):
        return cls.env.ref(f"crm_orders_documents.template_{kind}")

    @classmethod
    def _wizard(cls, order=None, template=None, user=None, **vals):
        wizards = cls.env["crm_orders.document.make"]
        wizards = wizards.with_user(user or cls.seller).with_company(cls.company)
        if order:
            vals["order_id"] = order.id
        if template:
            vals["template_id"] = cls._template(template).id
        return wizards.create(vals)

    @classmethod
    def _make(cls, template, order=None, **options):
        """A document as the seller makes it, seen with all rights."""
        wizard = cls._wizard(order or cls.order, template, **options)
        return cls.documents.browse(wizard.action_make()["res_id"])

    def _sign(self, document, name="Aino Lähde"):
        return document._sign(name, picture(kind="PNG"), user=self.seller)

    def _text(self, html):
        return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", str(html))).strip()
