import json

from odoo.tests import tagged

from .common import WorkCase


@tagged("post_install", "-at_install")
class TestCards(WorkCase):
    """What a worker sees."""

    def _names(self, key=None):
        return {
            card["name"]
            for card in self._cards()
            if key is None or card["is_mine"] is key
        }

    def test_worker_sees_own_and_free_orders_only(self):
        free, mine, theirs = (self._free_order() for _count in range(3))
        mine.crm_orders_user_id = self.worker
        theirs.crm_orders_user_id = self.colleague
        given = self._confirmed_orders(1, user_id=self.colleague.id)
        self._log_in(self.worker)
        self.assertEqual(self._names(True), {mine.name})
        self.assertEqual(self._names(False), {free.name})
        self.assertNotIn(given.name, self._names())

    def test_card_tells_what_is_needed_and_no_price(self):
        order = self._free_order()
        order.order_line.price_unit = 98765.43
        self._log_in(self.worker)
        (card,) = self._cards()
        self.assertEqual(card["customer"], "Aino Lähde")
        self.assertEqual(card["phone"], "+358 40 123 4567")
        self.assertIn("Satamakatu 1", card["address"])
        self.assertEqual(card["stage"]["name"], "Work")
        self.assertEqual([one["name"] for one in card["ahead"]], ["Ready", "Done"])
        self.assertIn("Chair", card["lines"][0]["name"])
        text = json.dumps(card)
        self.assertNotIn("98765", text)
        self.assertFalse({"price", "amount", "total", "currency"} & set(card))

    def test_named_people_of_a_stage_may_take_only(self):
        order = self._free_order()
        self.stage_work.user_ids = self.colleague
        self._log_in(self.worker)
        self.assertFalse(self._cards())
        self.assertEqual(
            self._act("take", order, stage_id=self.stage_work.id)["state"], "refused"
        )
        self._log_in(self.colleague)
        self.assertEqual(self._names(False), {order.name})

    def test_finished_cancelled_and_foreign_orders_are_gone(self):
        done, cancelled = self._free_order(), self._free_order()
        (done | cancelled).crm_orders_user_id = self.worker
        done.crm_orders_stage_id = self.stage_done
        done.crm_orders_user_id = self.worker
        cancelled._action_cancel()
        other = self._new_company("Other Oy")
        stage = self.stages.create(
            {
                "name": "Start",
                "kind": "new",
                "user_rule": "taker",
                "company_id": other.id,
            }
        )
        foreign = self._new_orders(1, company=other)
        foreign.action_confirm()
        self.assertEqual(foreign.crm_orders_stage_id, stage)
        self._log_in(self.worker)
        self.assertFalse(self._cards())

    def test_what_is_missing_is_told_in_words(self):
        conditions = self.env["crm_orders.stage.condition"]
        conditions.create({"stage_id": self.stage_work.id, "name": "Washed"})
        conditions.create(
            {"stage_id": self.stage_work.id, "kind": "paid", "percent": 50}
        )
        order = self._free_order()
        order.crm_orders_user_id = self.worker
        self._log_in(self.worker)
        (card,) = self._cards()
        self.assertEqual([one["name"] for one in card["checks"]], ["Washed"])
        self.assertEqual(card["unmet"], ["Paid: at least 50 %"])

    def test_order_of_very_many_lines_is_cut(self):
        order = self._free_order()
        order.order_line.copy({"order_id": order.id})
        values = [{"product_id": self.product.id, "order_id": order.id}] * 100
        self.env["sale.order.line"].create(values)
        self._log_in(self.worker)
        (card,) = self._cards()
        self.assertEqual((len(card["lines"]), card["more_lines"]), (30, 72))

    def test_many_orders_cost_no_more_questions(self):
        self._free_order()
        work = self.env["crm_orders.work"].with_user(self.worker)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            work._get_cards()
            return self.env.cr.sql_log_count - before

        work._get_cards()
        one = count()
        for _count in range(20):
            self._free_order()
        self.assertLessEqual(count(), one + 2)
