from odoo.tests import tagged

from odoo.addons.crm_orders_base.tests.common import picture

from .common import WorkCase


@tagged("post_install", "-at_install")
class TestErasure(WorkCase):
    """Photos and signatures can be erased once an order is finished."""

    def test_a_customer(self):
        done, running = self._free_order(), self._free_order()
        self._log_in(self.worker)
        for order in (done, running):
            self._act("take", order)
            self._act("photo", order, image=picture())
            self._act(
                "signature", order, image=picture(kind="PNG"), name="Signe Signer"
            )
        done.crm_orders_stage_id = self.stage_done
        manager = self._new_user("work_eraser", "crm_orders_base.group_manager")
        wizard = (
            self.env["crm_orders.erase"]
            .with_user(manager)
            .with_company(self.company)
            .create({"partner_ids": self.customer.ids})
        )
        self.assertEqual(wizard.counts["pictures"], 2)
        wizard.action_erase()
        self.env.invalidate_all()
        self.assertFalse(done.message_ids.attachment_ids)
        bodies = " ".join(map(str, done.message_ids.mapped("body")))
        self.assertNotIn("Signe Signer", bodies)
        self.assertEqual(len(running.message_ids.attachment_ids), 2)
        actions = self.env["crm_orders.work.action"].search(
            [("order_id", "=", done.id)]
        )
        self.assertEqual(sorted(actions.mapped("kind")), ["photo", "signature", "take"])
