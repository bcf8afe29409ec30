from odoo.tests import HttpCase, tagged

from .common import IdentityMixin


@tagged("post_install", "-at_install")
class TestTour(IdentityMixin, HttpCase):
    """Doubles are found, looked at and decided, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_identities()
        cls.aino.name = "Aino of the tour"
        cls.eino.name = "Eino of the tour"
        for login, group in (("tour_who", "user"), ("tour_who_manager", "manager")):
            user = cls._new_user(login, f"crm_orders_base.group_{group}")
            user.password = login

    def test_manager_finds_a_double_merges_and_undoes(self):
        double = self._new_partner("Double of the tour", phone=self.aino.phone)
        self.env["sale.order"].create({"partner_id": self.aino.id})
        identity = self._claim(self._handle("telegram", 7), partner=double)
        self.start_tour(
            "/odoo", "crm_orders_identity_review", login="tour_who_manager", timeout=120
        )
        merge = self.env["crm_orders.merge"].search([("kept_id", "=", self.aino.id)])
        self.assertEqual(merge.state, "undone")
        self.assertTrue(double.active)
        self.assertEqual(identity.partner_id, double)

    def test_seller_says_whose_lead_it_is(self):
        lead = self._new_lead(
            name="Blue chair of the tour",
            contact_name="Somebody",
            phone=self.aino.phone,
            email_from=self.eino.email,
        )
        telegram = self._handle("telegram", 7)
        identity = self._claim(telegram, lead=lead)
        match = self._match(
            telegram,
            self._handle("phone", lead.phone),
            self._handle("email", lead.email_from),
        )
        self.env["crm_orders.duplicate"]._report([(lead, match)])
        self.start_tour(
            "/odoo", "crm_orders_identity_lead", login="tour_who", timeout=120
        )
        self.assertEqual(lead.partner_id, self.eino)
        self.assertEqual(identity.partner_id, self.eino)
