from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from .common import AssignMixin


class InboxTour(AssignMixin, HttpCase):
    """A seller's day in the inbox, in a real browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()
        cls._new_policy()
        cls.aino.password = "assign_aino"
        cls.env["crm.lost.reason"].create({"name": "Advertising of the tour"})

    def _run_tour(self):
        new = self._new_leads(
            name="Blue sofa", contact_name="Matti of the tour", phone="+358401234567"
        )
        late = self._new_leads(
            name="Green chair",
            contact_name="Late Liisa",
            email_from="liisa@example.com",
            description="<p>Is it green?</p>",
            user_id=self.aino.id,
        )
        past = fields.Datetime.now() - timedelta(hours=2)
        late._crm_orders_set(
            crm_orders_clock_start=past,
            crm_orders_turn_date=past,
            crm_orders_sla_deadline=past + timedelta(hours=1),
        )
        spam = self._new_leads(name="Cheap watches", contact_name="Spam of the tour")
        self.env.flush_all()
        self.start_tour(
            "/odoo/lead-inbox",
            "crm_orders_assign_inbox",
            login="assign_aino",
            timeout=120,
        )
        self.env.invalidate_all()
        self.assertEqual(new.user_id, self.aino)
        self.assertEqual(new.crm_orders_sla_state, "answered")
        self.assertEqual(new.crm_orders_first_response_user_id, self.aino)
        self.assertEqual(spam.won_status, "lost")
        self.assertEqual(spam.lost_reason_id.name, "Advertising of the tour")
        self.assertEqual(late.crm_orders_sla_state, "answered_late")
        self.assertIn("It is green.", late.message_ids[0].body)
        self.assertEqual(late.message_ids[0].outgoing_email_to, "liisa@example.com")


@tagged("post_install", "-at_install")
class TestTourDesktop(InboxTour):
    browser_size = "1366x768"

    def test_seller_works_through_the_inbox(self):
        self._run_tour()


@tagged("post_install", "-at_install")
class TestTourPhone(InboxTour):
    browser_size = "390x844"
    touch_enabled = True

    def test_seller_works_through_the_inbox(self):
        self._run_tour()
