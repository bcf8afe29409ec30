from odoo import Command
from odoo.tests import new_test_user


class FunnelMixin:
    """A company of its own, so that what else is in the database does not count."""

    @classmethod
    def _set_up_funnel(cls):
        cls.company = cls.env["res.company"].create({"name": "Kauppa Oy"})
        cls.manager = cls._new_user("funnel_manager", "crm_orders_base.group_manager")
        cls.seller = cls._new_user("funnel_seller", "crm_orders_base.group_user")
        cls.ads, cls.fair = cls.env["utm.source"].create(
            [{"name": "Funnel Ads"}, {"name": "Funnel Fair"}]
        )
        stages = cls.env["crm.stage"]
        cls.stages = {
            step: stages.create(
                {"name": f"Step {step}", "sequence": 100, "crm_orders_step": step}
            )
            for step in "0123"
        }
        cls.stages["4"] = stages.create({"name": "Gained", "is_won": True})
        cls.partner = cls.env["res.partner"].create({"name": "Aino"})

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
    def _new_lead(cls, step="0", **vals):
        return cls.env["crm.lead"].create(
            {
                "name": "Lead",
                "type": "opportunity",
                "company_id": cls.company.id,
                "user_id": cls.manager.id,
                "team_id": False,
                "stage_id": cls.stages[step].id,
                "source_id": cls.ads.id,
                **vals,
            }
        )

    def _new_cost(self, amount, **vals):
        return self.env["crm_orders.source.cost"].create(
            {
                "name": "Cost",
                "amount": amount,
                "company_id": self.company.id,
                "currency_id": self.company.currency_id.id,
                "source_id": self.ads.id,
                **vals,
            }
        )

    def _new_order(self, lead, price, confirm=False):
        product = self.env["product.product"].create(
            {"name": "Sofa", "type": "service", "taxes_id": [Command.clear()]}
        )
        order = self.env["sale.order"].create(
            {
                "partner_id": self.partner.id,
                "company_id": self.company.id,
                "opportunity_id": lead.id,
                "order_line": [
                    Command.create({"product_id": product.id, "price_unit": price})
                ],
            }
        )
        if confirm:
            order.action_confirm()
        return order

    def _funnel(self, *args, user=None, **more):
        self.env.flush_all()
        model = self.env["crm_orders.funnel"].with_user(user or self.manager)
        tz = self.env.context.get("tz")
        model = model.with_context(allowed_company_ids=self.company.ids, tz=tz)
        return model.get_funnel(*args, **more)

    def _counts(self, found):
        return [step["count"] for step in found["steps"]]
