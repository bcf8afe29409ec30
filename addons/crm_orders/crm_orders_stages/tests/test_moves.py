from datetime import timedelta

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, RedirectWarning, UserError, ValidationError
from odoo.fields import Datetime
from odoo.tests import Form, TransactionCase, tagged

from .common import StagesMixin


@tagged("post_install", "-at_install")
class TestMoves(StagesMixin, TransactionCase):
    """Back, to the right person, and by themselves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_stages()
        cls.seller = cls._new_user("move_seller", "crm_orders_base.group_user")
        cls.manager = cls._new_user("move_boss", "crm_orders_base.group_manager")

    def _order(self, stage, user=None):
        order = self._confirmed_orders(1, user_id=(user or self.seller).id)
        order.crm_orders_stage_id = stage
        return order.with_user(user or self.seller).with_company(self.company)

    def _wizard(self, order, **vals):
        action = order.action_crm_orders_move_back()
        moves = order.env[action["res_model"]].with_context(**action["context"])
        return moves.create({"reason": "The paint is wrong", **vals})

    # --- back ---

    def test_going_back_takes_a_reason(self):
        order = self._order(self.stage_ready)
        with self.assertRaisesRegex(RedirectWarning, "needs a reason"):
            order.crm_orders_stage_id = self.stage_new
        wizard = self._wizard(order)
        self.assertEqual(wizard.stage_id, self.stage_work, "the one before")
        wizard.action_move()
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)
        row = order.crm_orders_log_ids.sorted("id")[-1]
        self.assertEqual(row.reason, "The paint is wrong")
        self.assertEqual(row.user_id, self.seller)

    def test_form_of_the_reason(self):
        order = self._order(self.stage_ready)
        action = order.action_crm_orders_move_back()
        moves = order.env[action["res_model"]].with_context(**action["context"])
        form = Form(moves)
        form.reason = "Wrong color"
        form.stage_id = self.stage_new
        form.save().action_move()
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)

    def test_spaces_are_no_reason(self):
        order = self._order(self.stage_ready)
        with self.assertRaisesRegex(UserError, "Write why"):
            self._wizard(order, reason="   ").action_move()

    def test_stage_that_lets_nobody_back(self):
        self.stage_done.back_rule = "never"
        order = self._order(self.stage_done, self.manager)
        with self.assertRaisesRegex(UserError, "cannot be moved back"):
            order.crm_orders_stage_id = self.stage_ready
        with self.assertRaisesRegex(UserError, "cannot be moved back"):
            self._wizard(order).action_move()

    def test_stage_that_lets_managers_back(self):
        self.stage_done.back_rule = "manager"
        order = self._order(self.stage_done)
        with self.assertRaisesRegex(UserError, "Only a manager"):
            order.crm_orders_stage_id = self.stage_ready
        with self.assertRaisesRegex(UserError, "Only a manager"):
            self._wizard(order).action_move()
        boss = order.with_user(self.manager)
        self._wizard(boss).action_move()
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)

    def test_no_client_can_pretend_to_have_been_checked(self):
        order = self._order(self.stage_ready)
        for pretended in (
            {"cause": "paid", "reason": "x", "is_checked": True},
            ["person", "x", True],
            True,
        ):
            with self.assertRaises(RedirectWarning):
                order.with_context(crm_orders_move=pretended).write(
                    {"crm_orders_stage_id": self.stage_new.id}
                )

    def test_wizard_moves_only_what_its_user_may(self):
        order = self._order(self.stage_ready, self.manager)
        moves = self.env["crm_orders.stage.move"].with_user(self.seller)
        vals = {"stage_id": self.stage_new.id, "reason": "I want to"}
        with self.assertRaises(AccessError):
            moves.create({**vals, "order_ids": [Command.set(order.ids)]})
        wizard = moves.sudo().create({**vals, "order_ids": [Command.set(order.ids)]})
        self.env.invalidate_all()
        with self.assertRaisesRegex(UserError, "no order"):
            wizard.with_user(self.seller).action_move()
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)

    # --- to whom ---

    def test_whoever_has_the_fewest_gets_the_next(self):
        users = self.seller | self.manager
        self.stage_work.write(
            {"user_rule": "least", "user_ids": [Command.set(users.ids)]}
        )
        busy = self._confirmed_orders(2, user_id=self.seller.id)
        self.assertEqual(busy.crm_orders_user_id, self.seller)
        orders = self._confirmed_orders(4, user_id=False)
        orders.crm_orders_stage_id = self.stage_work
        given = [order.crm_orders_user_id for order in orders]
        self.assertEqual(given.count(self.manager), 3)
        self.assertEqual(given.count(self.seller), 1)

    def test_finished_orders_are_no_burden(self):
        users = self.seller | self.manager
        self.stage_work.write(
            {"user_rule": "least", "user_ids": [Command.set(users.ids)]}
        )
        done = self._confirmed_orders(3, user_id=min(users, key=lambda u: u.id).id)
        done.crm_orders_stage_id = self.stage_done
        order = self._confirmed_orders(1, user_id=False)
        order.crm_orders_stage_id = self.stage_work
        self.assertEqual(order.crm_orders_user_id, min(users, key=lambda u: u.id))

    def test_orders_wait_for_somebody_to_take_them(self):
        self.stage_work.user_rule = "taker"
        order = self._confirmed_orders(1, user_id=False)
        order.crm_orders_stage_id = self.stage_work
        self.assertFalse(order.crm_orders_user_id)
        mine = order.with_user(self.seller).with_company(self.company)
        mine.action_crm_orders_take()
        self.assertEqual(order.crm_orders_user_id, self.seller)

    def test_second_one_to_take_is_told(self):
        self.stage_work.user_rule = "taker"
        order = self._confirmed_orders(1, user_id=False)
        order.crm_orders_stage_id = self.stage_work
        order.with_user(self.seller).action_crm_orders_take()
        late = order.with_user(self.manager).with_context(crm_orders_from_user_id=False)
        with self.assertRaisesRegex(UserError, "faster"):
            late.action_crm_orders_take()
        self.assertEqual(order.crm_orders_user_id, self.seller)

    def test_rules_that_name_nobody_are_refused(self):
        for rule in ("person", "least"):
            with self.assertRaises(ValidationError):
                self.stage_work.user_rule = rule

    def test_person_makes_the_rule(self):
        self.stage_work.user_id = self.seller
        self.assertEqual(self.stage_work.user_rule, "person")
        self.stage_work.user_id = False
        self.assertEqual(self.stage_work.user_rule, "seller")

    # --- by themselves ---

    def test_confirmed_order_goes_where_it_is_said(self):
        self.stage_work.enter_on = "confirmed"
        order = self._confirmed_orders(1)
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)
        self.assertEqual(order.crm_orders_log_ids.cause, "confirmed")

    def test_events_never_move_back(self):
        self.stage_work.enter_on = "paid"
        order = self._confirmed_orders(1)
        order.crm_orders_stage_id = self.stage_ready
        order._crm_orders_happened("paid")
        self.assertEqual(order.crm_orders_stage_id, self.stage_ready)

    def test_event_waits_for_what_is_to_be_done(self):
        self.stage_ready.enter_on = "paid"
        self.env["crm_orders.stage.condition"].create(
            {"stage_id": self.stage_new.id, "name": "Called"}
        )
        first, second = self._confirmed_orders(2)
        first.crm_orders_check_ids.is_done = True
        (first | second)._crm_orders_happened("paid")
        self.assertEqual(first.crm_orders_stage_id, self.stage_ready)
        self.assertEqual(second.crm_orders_stage_id, self.stage_new)
        self.assertIn("Called", second.message_ids[0].body)

    # --- time ---

    def test_history_has_no_gaps(self):
        moment = Datetime.to_datetime("2026-01-16 10:00:00")
        with freeze_time(moment, auto_tick_seconds=1):
            order = self._confirmed_orders(1)
            for stage in (self.stage_work, self.stage_ready, self.stage_done):
                order.crm_orders_stage_id = stage
            order._action_cancel()
        rows = order.crm_orders_log_ids.sorted("id")
        self.assertEqual(len(rows), 5)
        self.assertEqual(rows[:-1].mapped("left_date"), rows[1:].mapped("entered_date"))
        self.assertEqual(rows[-1].cause, "cancelled")
        self.assertEqual(rows.mapped("registrar_id"), order.create_uid)

    def test_time_in_stages_is_that_of_the_history(self):
        moment = Datetime.to_datetime("2026-01-16 10:00:00")
        with freeze_time(moment):
            order = self._confirmed_orders(1)
        with freeze_time(moment + timedelta(hours=2)):
            order.crm_orders_stage_id = self.stage_work
        with freeze_time(moment + timedelta(hours=5)):
            order.invalidate_recordset()
            self.assertEqual(
                order.duration_tracking,
                {str(self.stage_new.id): 7200, str(self.stage_work.id): 10800},
            )

    def test_forgotten_orders_are_found(self):
        self.stage_work.rotting_threshold_days = 3
        old, fresh, done = self._confirmed_orders(3)
        (old | fresh | done).crm_orders_stage_id = self.stage_work
        done.crm_orders_stage_id = self.stage_done
        self.stage_done.rotting_threshold_days = 3
        (old | done).date_last_stage_update = self.env.cr.now() - timedelta(days=5)
        self.assertEqual(
            (old | fresh | done).mapped("is_rotting"), [True, False, False]
        )
        self.assertEqual(old.rotting_days, 5)
        found = old.search(
            [("is_rotting", "=", True), ("company_id", "=", self.company.id)]
        )
        self.assertEqual(found, old)
