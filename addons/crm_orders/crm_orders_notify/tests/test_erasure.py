from odoo.tests import TransactionCase, tagged

from .common import NoticeMixin


@tagged("post_install", "-at_install")
class TestErasure(NoticeMixin, TransactionCase):
    """What a customer was told can be erased; that it was told stays."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_notices()
        cls.manager = cls._new_user("notice_eraser", "crm_orders_base.group_manager")

    def test_a_customer(self):
        order, waiting = self._confirmed_orders(2)
        order.crm_orders_stage_id = self.stage_ready
        self._run()
        waiting.crm_orders_stage_id = self.stage_ready
        wizard = (
            self.env["crm_orders.erase"]
            .with_user(self.manager)
            .with_company(self.company)
            .create({"partner_ids": self.customer.ids})
        )
        self.assertEqual(wizard.counts["notices"], 1)
        wizard.action_erase()
        self.env.invalidate_all()
        notice = order.crm_orders_notice_ids
        self.assertEqual((notice.state, notice.text), ("sent", False))
        self.assertFalse(notice.recipient)
        for text in ("aino@example.com", "/track/"):
            self.assertNotIn(text, " ".join(map(str, order.message_ids.mapped("body"))))
        self.assertEqual(waiting.crm_orders_notice_ids.state, "waiting")
