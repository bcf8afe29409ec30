from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from .common import FunnelMixin


@tagged("post_install", "-at_install")
class TestAccess(FunnelMixin, TransactionCase):
    """What each role may do by calling models from outside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_funnel()

    def test_only_managers_see_the_funnel_and_costs(self):
        cost = self._new_cost(10)
        self._new_lead()
        self.env.flush_all()
        for user in (
            self.seller,
            self._new_user("funnel_employee", "base.group_user"),
            self._new_user("funnel_portal", "base.group_portal"),
            self.env.ref("base.public_user"),
        ):
            with self.assertRaises(AccessError):
                self._funnel(user=user)
            with self.assertRaises(AccessError):
                cost.with_user(user).read(["name"])
            with self.assertRaises(AccessError):
                self.env["crm_orders.funnel.report"].with_user(user).search_count([])
        self.assertEqual(cost.with_user(self.manager).read(["name"])[0]["name"], "Cost")

    def test_sellers_work_with_their_leads_as_ever(self):
        lead = (
            self.env["crm.lead"]
            .with_user(self.seller)
            .create({"name": "Mine", "company_id": self.company.id})
        )
        lead.stage_id = self.stages["2"]
        self.assertEqual(lead.crm_orders_reached, "2")
        lead.message_post(
            body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
        )

    def test_other_companies_see_nothing(self):
        self._new_lead()
        cost = self._new_cost(10)
        other = self.env["res.company"].create({"name": "Toinen Oy"})
        stranger = self.manager.copy(
            {
                "login": "funnel_stranger",
                "company_id": other.id,
                "company_ids": [(6, 0, other.ids)],
            }
        )
        model = self.env["crm_orders.funnel"].with_user(stranger)
        model = model.with_context(allowed_company_ids=other.ids)
        self.env.flush_all()
        found = model.get_funnel()
        mine = self._funnel()["total"]
        self.assertEqual(mine["cost"], 10)
        self.assertEqual(found["total"]["cost"], 0)
        self.assertFalse(
            cost.with_user(stranger)
            .with_context(allowed_company_ids=other.ids)
            .search([("id", "=", cost.id)])
        )
        with self.assertRaises(AccessError):
            cost.with_user(self.manager).company_id = other
            self.env.flush_all()
