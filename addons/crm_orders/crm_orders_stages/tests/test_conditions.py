from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.tests import Form, TransactionCase, tagged

from .common import StagesMixin


@tagged("post_install", "-at_install")
class TestConditions(StagesMixin, TransactionCase):
    """What must be done before an order can go on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_stages()
        cls.seller = cls._new_user("condition_seller", "crm_orders_base.group_user")
        cls.manager = cls._new_user("condition_boss", "crm_orders_base.group_manager")

    def _add(self, stage, **vals):
        return self.env["crm_orders.stage.condition"].create(
            {"stage_id": stage.id, **vals}
        )

    def _order(self, user=None):
        order = self._confirmed_orders(1, user_id=(user or self.seller).id)
        return order.with_user(user or self.seller).with_company(self.company)

    def test_task_is_ticked_off_before_leaving(self):
        self._add(self.stage_work, name="Screws tightened")
        order = self._order()
        order.crm_orders_stage_id = self.stage_work
        self.assertEqual(order.crm_orders_open_check_count, 1)
        with self.assertRaisesRegex(UserError, "Screws tightened"):
            order.action_crm_orders_next_stage()
        order.crm_orders_check_ids.is_done = True
        self.assertEqual(order.crm_orders_check_ids.user_id, self.seller)
        self.assertTrue(order.crm_orders_check_ids.date)
        self.assertEqual(order.crm_orders_open_check_count, 0)
        order.action_crm_orders_next_stage()
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)

    def test_unticked_task_tells_nobody(self):
        self._add(self.stage_new, name="Called")
        order = self._order()
        order.crm_orders_check_ids.is_done = True
        order.crm_orders_check_ids.is_done = False
        self.assertFalse(order.crm_orders_check_ids.user_id)
        self.assertFalse(order.crm_orders_check_ids.date)

    def test_task_comes_once(self):
        self._add(self.stage_work, name="Screws tightened")
        order = self._order()
        order.crm_orders_stage_id = self.stage_work
        order.crm_orders_check_ids.is_done = True
        self.stage_work.back_rule = "free"
        order.crm_orders_stage_id = self.stage_new
        order.crm_orders_stage_id = self.stage_work
        self.assertEqual(order.crm_orders_check_ids.mapped("is_done"), [True])

    def test_stages_passed_over_count(self):
        self._add(self.stage_work, name="Screws tightened")
        order = self._order()
        with self.assertRaisesRegex(UserError, "Screws tightened"):
            order.crm_orders_stage_id = self.stage_ready

    def test_fields_are_filled_in(self):
        self._add(
            self.stage_work,
            kind="field",
            moment="enter",
            field_name="client_order_ref",
        )
        order = self._order()
        with self.assertRaisesRegex(UserError, "Customer Reference"):
            order.crm_orders_stage_id = self.stage_work
        order.client_order_ref = "A 12"
        order.crm_orders_stage_id = self.stage_work
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)

    def test_fields_that_people_fill_in_can_be_asked_for(self):
        conditions = self.env["crm_orders.stage.condition"].with_user(self.manager)
        names = [name for name, _label in conditions._selection_field_name()]
        self.assertIn("client_order_ref", names)
        self.assertNotIn("amount_total", names)
        for name in ("amount_total", "unlink", "x"):
            with self.assertRaises(ValidationError):
                self._add(self.stage_new, kind="field", field_name=name)

    def test_manager_sees_and_changes_them(self):
        self._add(self.stage_work, kind="field", field_name="client_order_ref")
        stage = self.stage_work.with_user(self.manager).with_company(self.company)
        with Form(stage) as form, form.condition_ids.new() as line:
            line.kind = "tick"
            line.name = "Called"
        self.assertEqual(
            stage.condition_ids.mapped("display_name"),
            ["Filled in: Customer Reference", "Called"],
        )

    def test_text_of_its_own(self):
        self._add(
            self.stage_done, kind="paid", moment="enter", name="Take the money first"
        )
        order = self._order()
        with self.assertRaisesRegex(UserError, "Take the money first"):
            order.crm_orders_stage_id = self.stage_done

    def test_way_back_and_cancelling_ask_for_nothing(self):
        self._add(self.stage_work, name="Screws tightened")
        self.stage_work.back_rule = "free"
        order = self._order()
        order.crm_orders_stage_id = self.stage_work
        order.crm_orders_stage_id = self.stage_new
        order.crm_orders_stage_id = self.stage_work
        order._action_cancel()
        self.assertEqual(order.crm_orders_stage_id, self.stage_cancelled)

    def test_manager_goes_on_with_a_reason(self):
        self._add(self.stage_new, name="Called")
        order = self._order(self.manager)
        with self.assertRaises(RedirectWarning) as caught:
            order.action_crm_orders_next_stage()
        message, action_id, _button, context = caught.exception.args
        self.assertIn("Called", message)
        action = self.env["ir.actions.act_window"].browse(action_id)
        moves = self.env[action.res_model].with_context(**context)
        wizard = moves.with_user(self.manager).create({"reason": "Nobody answers"})
        self.assertEqual(wizard.stage_id, self.stage_work)
        self.assertIn("Called", wizard.unmet_text)
        wizard.action_move()
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)
        row = order.crm_orders_log_ids.sorted("id")[-1]
        self.assertEqual((row.reason, row.cause), ("Nobody answers", "person"))

    def test_seller_does_not(self):
        self._add(self.stage_new, name="Called")
        order = self._order()
        wizard = (
            self.env["crm_orders.stage.move"]
            .with_user(self.seller)
            .create(
                {
                    "order_ids": [Command.set(order.ids)],
                    "stage_id": self.stage_work.id,
                    "reason": "I say so",
                }
            )
        )
        with self.assertRaisesRegex(UserError, "Only a manager"):
            wizard.action_move()
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)

    def test_checks_are_ticked_and_nothing_else(self):
        self._add(self.stage_new, name="Called")
        mine = self._order()
        check = mine.crm_orders_check_ids
        theirs = self._order(self.manager).sudo().crm_orders_check_ids
        stranger = theirs.with_user(self.seller).with_company(self.company)
        for refused in (
            lambda: check.write({"user_id": self.manager.id}),
            lambda: check.write({"is_done": True, "date": "2020-01-01 10:00:00"}),
            lambda: check.write({"order_id": theirs.order_id.id}),
            lambda: check.unlink(),
            lambda: check.copy(),
            lambda: stranger.write({"is_done": True}),
            lambda: stranger.read(["is_done"]),
        ):
            with self.assertRaises(AccessError):
                refused()
                self.env.flush_all()
        self.assertFalse(check.is_done)

    def test_conditions_that_make_no_sense_are_refused(self):
        for vals in (
            {"kind": "tick"},
            {"kind": "tick", "name": "  "},
            {"kind": "tick", "name": "Called", "moment": "enter"},
            {"kind": "field"},
        ):
            with self.assertRaises(ValidationError):
                self._add(self.stage_new, **vals)

    def test_no_condition_costs_no_query(self):
        orders = self._confirmed_orders(3)
        orders._get_crm_orders_unmet(self.stage_done)
        with self.assertQueryCount(0):
            self.assertFalse(orders._get_crm_orders_unmet(self.stage_done))

    def test_conditions_cost_the_same_for_many_orders(self):
        self._add(self.stage_new, name="Called")
        self._add(self.stage_done, kind="paid", moment="enter")

        def count(orders):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            self.assertEqual(
                len(orders._get_crm_orders_unmet(self.stage_done)), len(orders)
            )
            return self.env.cr.sql_log_count - before

        few, many = self._confirmed_orders(2), self._confirmed_orders(20)
        count(few)
        self.assertEqual(count(many), count(few))
