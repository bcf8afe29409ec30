from odoo.tests import Form

from odoo.addons.crm_orders_stages.tests.common import StagesMixin

AINO_NUMBER = "+358 40 1234567"


class QuickMixin(StagesMixin):
    """A shop with stages, two order types and a seller."""

    @classmethod
    def _set_up_shop(cls):
        cls._set_up_stages()
        types = cls.env["crm_orders.order.type"].with_company(cls.company)
        cls.type_pickup, cls.type_service = types.create(
            [
                {
                    "name": name,
                    "kind": kind,
                    "sequence": sequence,
                    "company_id": cls.company.id,
                }
                for name, kind, sequence in (
                    ("Pick-up", "pickup", 1),
                    ("Service", "service", 2),
                )
            ]
        )
        cls.customer.write({"phone": AINO_NUMBER, "city": "Tampere"})
        cls.seller = cls._new_user("quick_seller", "crm_orders_base.group_user")

    @classmethod
    def _quick_model(cls, user=None):
        quick = cls.env["crm_orders.quick.order"].with_user(user or cls.seller)
        return quick.with_company(cls.company)

    def _form(self, user=None, **values):
        """The form as the browser shows it, filled in from top to bottom."""
        form = Form(self._quick_model(user))
        for name, value in values.items():
            setattr(form, name, value)
        return form

    def _quick(self, user=None, **values):
        """A filled-in form that waits for its button to be pressed."""
        values = {"phone": AINO_NUMBER, "description": "Blue chair", **values}
        return self._form(user, **values).save()
