from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged

from .common import TimelineMixin


@tagged("post_install", "-at_install")
class TestAccess(TimelineMixin, TransactionCase):
    """What a reader may not read is not there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_timeline()
        cls.mine = cls._new_lead(name="Mine")
        cls.theirs = cls._new_lead(name="Theirs", user_id=cls.manager.id)
        cls.their_order = cls._new_order(user_id=cls.manager.id)
        cls.messages = {
            record: record.message_post(
                body="Hello", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
            for record in (cls.mine, cls.theirs, cls.their_order)
        }

    def test_seller_sees_own_leads_and_what_was_written_on_them(self):
        keys = self._keys(user=self.seller)
        self.assertIn(f"lead-{self.mine.id}", keys)
        self.assertIn(f"message.crm.lead-{self.messages[self.mine].id}", keys)
        self.assertNotIn(f"lead-{self.theirs.id}", keys)
        self.assertNotIn(f"message.crm.lead-{self.messages[self.theirs].id}", keys)
        self.assertNotIn(f"order-{self.their_order.id}", keys)
        self.assertNotIn(
            f"message.sale.order-{self.messages[self.their_order].id}", keys
        )
        self.assertEqual(len(self._keys(user=self.manager)), len(keys) + 4)

    def test_seller_cannot_open_the_timeline_of_a_hidden_lead(self):
        with self.assertRaises(AccessError):
            self._page(self.theirs, user=self.seller)

    def test_others_are_refused(self):
        portal = self._new_user("tl_portal", "base.group_portal")
        self.aino.message_subscribe(portal.partner_id.ids)
        for user in (
            self._new_user("tl_employee", "base.group_user"),
            portal,
            self.env.ref("base.public_user"),
        ):
            for record in (self.aino, self.mine):
                with self.assertRaises(AccessError):
                    self._page(record, user=user)

    def test_other_companies_see_nothing(self):
        other = self.env["res.company"].create({"name": "Toinen Oy"})
        stranger = self.manager.copy(
            {
                "login": "tl_stranger",
                "company_id": other.id,
                "company_ids": [(6, 0, other.ids)],
            }
        )
        aino = self.aino.with_user(stranger).with_context(allowed_company_ids=other.ids)
        self.assertEqual(aino.crm_orders_get_timeline()["entries"], [])
