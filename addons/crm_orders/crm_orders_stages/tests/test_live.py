import json

from odoo.tests import HttpCase, TransactionCase, tagged

from ..models.crm_orders_order_live import BOARD_CHANNEL, MAX_IDS
from .common import StagesMixin


class LiveMixin(StagesMixin):
    def _sent(self, act):
        """What goes over the bus when the transaction of `act` ends."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        bus = self.env["bus.bus"].sudo()
        bus.search([]).unlink()
        act()
        self.env.flush_all()
        self.env.cr.precommit.run()
        messages = [
            (json.loads(row.channel), json.loads(row.message)) for row in bus.search([])
        ]
        return [
            (channel[1:], message["payload"])
            for channel, message in messages
            if message["type"] == BOARD_CHANNEL
        ]


@tagged("post_install", "-at_install")
class TestLive(LiveMixin, TransactionCase):
    """Open boards hear which orders have moved, and nothing else about them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_stages()
        cls.orders = cls._confirmed_orders(3)

    def test_one_message_tells_all_moves_of_a_transaction(self):
        def move():
            for order in self.orders:
                order.crm_orders_stage_id = self.stage_work
                order.crm_orders_user_id = self.env.user

        ((channel, payload),) = self._sent(move)
        self.assertEqual(channel, ["res.company", self.company.id, BOARD_CHANNEL])
        self.assertEqual(payload, {"order_ids": self.orders.ids})

    def test_orders_that_enter_and_leave_the_board_are_told(self):
        quotation = self._new_orders(1)
        ((_channel, payload),) = self._sent(quotation.action_confirm)
        self.assertEqual(payload, {"order_ids": quotation.ids})
        ((_channel, payload),) = self._sent(
            lambda: quotation.write({"crm_orders_stage_id": False})
        )
        self.assertEqual(payload, {"order_ids": quotation.ids})

    def test_what_no_board_shows_is_not_told(self):
        quotation = self._new_orders(1)
        self.assertFalse(self._sent(lambda: quotation.write({"note": "Soon"})))
        self.assertFalse(self._sent(lambda: self.orders.write({"note": "Soon"})))

    def test_each_company_hears_of_its_own_orders(self):
        other = self._new_company("Other Oy")
        self.stages.create({"name": "Start", "kind": "new", "company_id": other.id})
        foreign = self._new_orders(1, company=other)

        def move():
            foreign.action_confirm()
            self.orders[0].crm_orders_stage_id = self.stage_work

        told = {channel[1]: payload for channel, payload in self._sent(move)}
        self.assertEqual(
            told,
            {
                other.id: {"order_ids": foreign.ids},
                self.company.id: {"order_ids": self.orders[0].ids},
            },
        )

    def test_very_many_moves_are_told_as_that(self):
        numbers = set(range(MAX_IDS + 1))

        def move():
            self.orders.crm_orders_stage_id = self.stage_work
            self.env.cr.precommit.data[BOARD_CHANNEL][self.company.id] |= numbers

        ((_channel, payload),) = self._sent(move)
        self.assertEqual(payload, {"order_ids": False})

    def test_without_stages_nothing_is_asked_or_told(self):
        self.env["sale.order"].search([]).sudo().crm_orders_stage_id = False
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM crm_orders_stage_log")
        self.env.cr.execute("DELETE FROM crm_orders_stage")
        self.env.registry.clear_cache()
        self.env.invalidate_all()
        orders = self._new_orders(5)
        self.assertFalse(orders._get_crm_orders_on_boards())
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(0):
            self.assertFalse(orders._get_crm_orders_on_boards())
        self.assertFalse(self._sent(orders.action_confirm))


@tagged("post_install", "-at_install")
class TestBoardChannel(LiveMixin, HttpCase):
    """Only people of the app, and only those of the company, hear of moves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_stages()

    def _heard(self, login, groups, company=None, channels=(), since=0):
        user = self._new_user(login, groups, company)
        user.password = login
        self.authenticate(login, login)
        found = self.make_jsonrpc_request(
            "/websocket/peek_notifications",
            {"channels": list(channels), "last": since, "is_first_poll": True},
        )["notifications"]
        return {one["id"] for one in found}

    def _move(self):
        order = self._new_orders(1)
        self._sent(order.action_confirm)
        return self.env["bus.bus"].sudo().search([("message", "like", BOARD_CHANNEL)])

    def test_seller_hears_of_the_own_company(self):
        moved = self._move()
        heard = self._heard(
            "live_seller", "crm_orders_base.group_user", since=moved.id - 1
        )
        self.assertIn(moved.id, heard)

    def test_others_hear_nothing(self):
        moved = self._move()
        channel = json.dumps(["res.company", self.company.id, BOARD_CHANNEL])
        for login, groups in (
            ("live_employee", "base.group_user"),
            ("live_salesman", "sales_team.group_sale_salesman"),
            ("live_portal", "base.group_portal"),
        ):
            heard = self._heard(
                login, groups, channels=[BOARD_CHANNEL, channel], since=moved.id - 1
            )
            self.assertNotIn(moved.id, heard, login)

    def test_people_of_another_company_hear_nothing(self):
        other = self._new_company("Other Oy")
        moved = self._move()
        heard = self._heard(
            "live_other", "crm_orders_base.group_user", other, since=moved.id - 1
        )
        self.assertNotIn(moved.id, heard)
