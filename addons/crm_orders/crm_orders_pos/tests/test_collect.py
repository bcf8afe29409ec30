from odoo import Command
from odoo.tests import tagged

from .test_make import TillCommon


@tagged("post_install", "-at_install")
class TestCollect(TillCommon):
    """Orders that are paid and handed over at the till."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        quants = cls.env["stock.quant"].with_context(inventory_mode=True)
        cls.shelf = cls.config.picking_type_id.default_location_src_id
        quants.create(
            {
                "product_id": cls.lamp.id,
                "inventory_quantity": 5,
                "location_id": cls.shelf.id,
            }
        ).action_apply_inventory()

    def _stock(self):
        self.env.invalidate_all()
        return self.lamp.with_context(location=self.shelf.id).qty_available

    def test_goods_are_handed_over_once_and_the_deposit_deducted(self):
        order = self._make((self.lamp, 2, 100), deposit=50)
        self._take_deposit(order, 50)
        self.assertEqual(order.picking_ids.state, "assigned")
        receipt = self._settle(order)
        self.assertEqual(receipt.amount_total, 150)
        self.assertEqual(self._stock(), 3)
        self.assertEqual(order.picking_ids.mapped("state"), ["cancel"])
        self.assertEqual(order.order_line[0].qty_delivered, 2)
        self.assertEqual(order._get_crm_orders_paid()[order], 200)
        self.assertEqual(order.crm_orders_stage_id, self.stage_done)
        self.assertEqual(order.crm_orders_log_ids.sorted("id")[-1].cause, "till")
        self.assertEqual(self.till.find_orders(self.till_session.id, order.name), [])

    def test_part_of_the_goods(self):
        order = self._make((self.lamp, 2, 100))
        [line] = self._settle_lines(order)
        self._sell({**line, "qty": 1})
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)
        self.assertEqual(order.picking_ids.move_ids.product_uom_qty, 1)
        self._settle(order)
        self.assertEqual(order.crm_orders_stage_id, self.stage_done)
        self.assertEqual(self._stock(), 3)

    def test_stage_that_the_till_leads_to(self):
        self.stage_ready.enter_on = "till"
        order = self._make((self.lamp, 1, 100))
        self._settle(order)
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)

    def test_what_has_to_be_done_before_holds_here_too(self):
        self.env["crm_orders.stage.condition"].create(
            {"stage_id": self.stage_work.id, "name": "Works as it should"}
        )
        order = self._make((self.lamp, 1, 100))
        receipt = self._settle(order)
        self.assertEqual(receipt.state, "paid")
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)
        self.assertIn("Works as it should", order.message_ids[0].body)

    def test_deposit_that_was_given_back_is_not_deducted(self):
        order = self._make((self.lamp, 1, 100), deposit=30)
        deposit = self._take_deposit(order, 30)
        self._give_back(deposit)
        self.assertEqual(order._get_crm_orders_paid()[order], 0)
        self.assertEqual(self._settle(order).amount_total, 100)
        self.assertEqual(order._get_crm_orders_paid()[order], 100)

    def test_returned_goods_lower_what_is_paid(self):
        order = self._make((self.lamp, 1, 100), deposit=30)
        self._take_deposit(order, 30)
        receipt = self._settle(order)
        self._give_back(receipt)
        self.assertEqual(order._get_crm_orders_paid()[order], 30)
        self.assertEqual(self._stock(), 5)

    def test_invoiced_receipts_count_once(self):
        order = self._make((self.lamp, 1, 100), deposit=30)
        self._take_deposit(order, 30, to_invoice=True)
        self.assertEqual(order._get_crm_orders_paid()[order], 30)
        self._settle(order, to_invoice=True)
        self.assertEqual(order._get_crm_orders_paid()[order], 100)

    def test_payment_on_the_web_is_deducted_once(self):
        order = self._make((self.lamp, 2, 100))
        provider = self.env["payment.provider"].sudo().search([], limit=1)
        methods = self.env["payment.method"].sudo().with_context(active_test=False)
        self.env["payment.transaction"].sudo().create(
            {
                "provider_id": provider.copy({"company_id": self.company.id}).id,
                "payment_method_id": methods.search([], limit=1).id,
                "amount": 30,
                "currency_id": order.currency_id.id,
                "partner_id": order.partner_id.id,
                "reference": "till-test",
                "state": "done",
                "sale_order_ids": [Command.set(order.ids)],
            }
        )
        [goods] = self._settle_lines(order)
        opened = self.till.open_order(self.till_session.id, order.id)
        self.assertEqual(opened["online"], 30)
        self._sell({**goods, "qty": 1}, self._deposit_line(order, -30))
        self.assertEqual(order._get_crm_orders_paid()[order], 100)
        opened = self.till.open_order(self.till_session.id, order.id)
        self.assertEqual(opened["online"], 0)
        self.assertEqual(self._settle(order).amount_total, 100)
        self.assertEqual(order._get_crm_orders_paid()[order], 200)

    def test_receipt_without_a_number_of_its_own(self):
        order = self._make((self.lamp, 1, 100))
        [line] = self._settle_lines(order)
        self._sell(line)
        data = {**self.sent, "lines": list(self.sent["lines"])}
        for user in (self.cashier, self.env.user):
            other = self._make((self.lamp, 1, 100))
            vals = self._line_vals(self._settle_lines(other)[0])
            sent = {**data, "lines": [Command.create(vals)]}
            sent["payment_ids"] = [
                Command.create({**command[2]}) for command in data["payment_ids"]
            ]
            del sent["uuid"]
            self.env.invalidate_all()
            self.env(user=user)["pos.order"].sync_from_ui([sent])
            self.env.invalidate_all()
            self.assertEqual(other.crm_orders_stage_id, self.stage_done)

    def test_service_that_is_paid_is_handed_over(self):
        order = self._make((self.product, 1, 49))
        self._settle(order)
        self.assertEqual(order.crm_orders_stage_id, self.stage_done)

    def test_condition_sees_what_was_paid_at_the_till(self):
        self.env["crm_orders.stage.condition"].create(
            {"stage_id": self.stage_new.id, "kind": "paid", "percent": 50}
        )
        order = self._make((self.lamp, 1, 100))
        self.assertTrue(order._get_crm_orders_unmet(self.stage_work))
        self._take_deposit(order, 50)
        self.assertFalse(order._get_crm_orders_unmet(self.stage_work))

    def test_orders_are_found(self):
        self.customer.phone = "+358 40 123 4567"
        order = self._make((self.lamp, 1, 100))
        other = self._confirmed_orders(1, partner_id=self.env.user.partner_id.id)

        def found(*args):
            return [
                card["id"]
                for card in self.till.find_orders(self.till_session.id, *args)
            ]

        self.assertEqual(found(order.name), order.ids)
        self.assertEqual(found("aino läh"), order.ids)
        self.assertEqual(found("0401234567"), order.ids)
        self.assertEqual(found("040 123"), order.ids)
        self.assertEqual(found(order.crm_orders_track_url), order.ids)
        self.assertEqual(found("http://elsewhere/track/" + "x" * 32), [])
        self.assertEqual(found(f"{order.name}\0"), order.ids)
        self.assertEqual(found("", self.customer.id), order.ids)
        self.assertEqual(found(), [])
        other.crm_orders_stage_id = self.stage_ready
        self.assertEqual(found(), other.ids)
        [card] = self.till.find_orders(self.till_session.id, order.name)
        self.assertEqual(
            (card["total"], card["paid"], card["remaining"], card["can_collect"]),
            (100, 0, 100, True),
        )
        self.assertTrue(card["is_ready"])
        self.assertEqual(card["stage"], "New")

    def test_cancelled_order_tells_where_its_money_is(self):
        order = self._make((self.lamp, 1, 100), deposit=30)
        receipt = self._take_deposit(order, 30)
        order._action_cancel()
        [card] = self.till.find_orders(self.till_session.id, order.name)
        self.assertEqual(card["receipts"], [receipt.pos_reference])
        self.assertFalse(card["can_collect"])
        self._give_back(receipt)
        [card] = self.till.find_orders(self.till_session.id, order.name)
        self.assertEqual(card["receipts"], [])
