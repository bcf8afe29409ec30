from datetime import timedelta

from freezegun import freeze_time
from lxml import etree

from odoo import Command
from odoo.exceptions import UserError
from odoo.fields import Datetime
from odoo.tests import TransactionCase, tagged

from .common import StagesMixin


@tagged("post_install", "-at_install")
class TestOrderStages(StagesMixin, TransactionCase):
    """The way of orders through the stages, and its history."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_stages()

    # --- without set-up nothing changes ---

    def test_company_without_stages_is_left_alone(self):
        other = self._new_company("Other Oy")
        order = self._new_orders(1, company=other)
        order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertFalse(order.crm_orders_stage_id)
        self.assertFalse(order.crm_orders_has_stages)
        self.assertFalse(order.crm_orders_log_ids)
        order._action_cancel()
        order.action_draft()
        self.assertEqual(order.state, "draft")
        self.assertFalse(order.crm_orders_log_ids)

    def test_confirming_without_stages_costs_no_query(self):
        other = self._new_company("Other Oy")
        orders = self._new_orders(2, company=other)
        orders[0].action_confirm()
        self.env.flush_all()
        with self.assertQueryCount(0):
            orders[1].sudo()._crm_orders_enter_first_stage()
            self.env.flush_all()

    # --- entering and moving ---

    def test_confirmed_order_enters_the_first_stage(self):
        order = self._new_orders(1)
        self.assertFalse(order.crm_orders_stage_id)
        order.action_confirm()
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)
        self.assertTrue(order.date_last_stage_update)
        self.assertEqual(self._history(order), ["New (open)"])
        self.assertFalse(order.crm_orders_log_ids.from_stage_id)

    def test_move_sets_planned_date_and_responsible(self):
        worker = self._new_user("stage_worker", "crm_orders_base.group_user")
        seller = self._new_user("stage_seller", "crm_orders_base.group_user")
        self.stage_work.user_id = worker
        order = self._confirmed_orders(1, user_id=seller.id)
        self.assertEqual(order.crm_orders_user_id, seller)
        with freeze_time("2026-01-16 10:00:00"):
            order.crm_orders_stage_id = self.stage_work
        self.assertEqual(order.crm_orders_user_id, worker)
        self.assertEqual(
            order.crm_orders_planned_date, Datetime.to_datetime("2026-01-18 10:00:00")
        )
        order.crm_orders_stage_id = self.stage_ready
        self.assertEqual(order.crm_orders_user_id, seller)
        self.assertFalse(order.crm_orders_planned_date)

    def test_date_given_with_the_move_is_kept(self):
        order = self._confirmed_orders(1)
        promised = Datetime.now() + timedelta(days=30)
        order.write(
            {
                "crm_orders_stage_id": self.stage_work.id,
                "crm_orders_planned_date": promised,
            }
        )
        self.assertEqual(order.crm_orders_planned_date, promised)

    def test_writing_the_same_stage_is_no_move(self):
        order = self._confirmed_orders(1)
        entered = order.date_last_stage_update
        with freeze_time(Datetime.now() + timedelta(days=1)):
            order.crm_orders_stage_id = self.stage_new
        self.assertEqual(order.date_last_stage_update, entered)
        self.assertEqual(self._history(order), ["New (open)"])

    def test_history_tells_times_and_people(self):
        seller = self._new_user("stage_seller", "crm_orders_base.group_user")
        with freeze_time("2026-01-16 10:00:00"):
            order = self._confirmed_orders(1, user_id=seller.id)
        with freeze_time("2026-01-16 12:30:00"):
            order.with_user(seller).crm_orders_stage_id = self.stage_work
        with freeze_time("2026-01-20 12:30:00"):
            order.with_user(seller).crm_orders_stage_id = self.stage_ready
        first, second, third = order.crm_orders_log_ids.sorted("id")
        self.assertAlmostEqual(first.duration, 2.5)
        self.assertFalse(first.is_late, "the stage sets no limit")
        self.assertEqual(first.left_date, second.entered_date)
        self.assertEqual(second.from_stage_id, self.stage_new)
        self.assertEqual(second.user_id, seller)
        self.assertAlmostEqual(second.duration, 96)
        self.assertTrue(second.is_late)
        self.assertEqual(
            second.planned_date, Datetime.to_datetime("2026-01-18 12:30:00")
        )
        self.assertFalse(third.left_date)
        self.assertFalse(third.duration)

    def test_next_stage_moves_each_order_on_from_where_it_is(self):
        first, second = self._confirmed_orders(2)
        second.crm_orders_stage_id = self.stage_work
        (first | second).action_crm_orders_next_stage()
        self.assertEqual(first.crm_orders_stage_id, self.stage_work)
        self.assertEqual(second.crm_orders_stage_id, self.stage_ready)

    def test_next_stage_pressed_twice_moves_once(self):
        order = self._confirmed_orders(1)
        pressed = order.with_context(crm_orders_from_stage_id=self.stage_new.id)
        pressed.action_crm_orders_next_stage()
        with self.assertRaisesRegex(UserError, "meanwhile"):
            pressed.action_crm_orders_next_stage()
        self.assertEqual(order.crm_orders_stage_id, self.stage_work)

    def test_buttons_say_which_stage_they_were_pressed_in(self):
        for name in ("sale_order_view_board_kanban", "sale_order_view_form"):
            view = self.env.ref(f"crm_orders_stages.{name}")
            for button in etree.fromstring(view.arch).iter("button"):
                if button.get("name") == "action_crm_orders_next_stage":
                    self.assertIn("crm_orders_from_stage_id", button.get("context"))

    def test_stage_is_one_record_or_nothing(self):
        seller = self._new_user("stage_seller", "crm_orders_base.group_user")
        order = self._confirmed_orders(1, user_id=seller.id).with_user(seller)
        stage_id = self.stage_work.id
        orders = self.env["sale.order"].with_user(seller).with_company(self.company)
        for value in ([stage_id], [self.stage_new.id], (4, stage_id), {}, "abc", True):
            with self.assertRaisesRegex(UserError, "one stage"):
                order.write({"crm_orders_stage_id": value})
            with self.assertRaisesRegex(UserError, "one stage"):
                orders.create(
                    {
                        "partner_id": self.customer.id,
                        "crm_orders_stage_id": value,
                    }
                )
        for unknown in (2**31 - 1, 2**40, -1):
            with self.assertRaises(UserError):
                order.write({"crm_orders_stage_id": unknown})
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)
        self.assertEqual(self._history(order), ["New (open)"])
        order.write({"crm_orders_stage_id": stage_id})
        self.assertEqual(self._history(order), ["New", "Work (open)"])

    def test_order_that_lost_its_stage_can_go_on(self):
        order = self._confirmed_orders(1)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE sale_order SET crm_orders_stage_id = NULL WHERE id = %s", [order.id]
        )
        self.env.invalidate_all()
        order.action_crm_orders_put_on_board()
        self.assertEqual(self._history(order), ["New", "New (open)"])

    def test_way_ends_before_the_stage_of_cancelled_orders(self):
        order = self._confirmed_orders(1)
        order.crm_orders_stage_id = self.stage_done
        with self.assertRaisesRegex(UserError, "no next stage"):
            order.action_crm_orders_next_stage()
        self.assertEqual(order.crm_orders_stage_id, self.stage_done)

    # --- the state of the order and its stage agree ---

    def test_quotation_has_no_stage(self):
        quotation = self._new_orders(1)
        with self.assertRaisesRegex(UserError, "Confirm"):
            quotation.crm_orders_stage_id = self.stage_work
        with self.assertRaisesRegex(UserError, "Confirm"):
            self._new_orders(1, crm_orders_stage_id=self.stage_work.id)
        orders = self.env["sale.order"].with_context(
            default_crm_orders_stage_id=self.stage_work.id
        )
        with self.assertRaisesRegex(UserError, "Confirm"):
            orders.create(
                {"partner_id": self.customer.id, "company_id": self.company.id}
            )
        with self.assertRaises(UserError):
            quotation.action_crm_orders_next_stage()
        with self.assertRaises(UserError):
            quotation.action_crm_orders_put_on_board()

    def test_cancelled_order_moves_to_the_stage_of_that_kind(self):
        order = self._confirmed_orders(1)
        order._action_cancel()
        self.assertEqual(order.crm_orders_stage_id, self.stage_cancelled)
        with self.assertRaisesRegex(UserError, "cancelled"):
            order.crm_orders_stage_id = self.stage_work
        order.action_draft()
        self.assertFalse(order.crm_orders_stage_id)
        self.assertFalse(order.crm_orders_planned_date)
        self.assertEqual(self._history(order), ["New", "Cancelled"])
        order.action_confirm()
        self.assertEqual(self._history(order), ["New", "Cancelled", "New (open)"])

    def test_cancelled_order_leaves_the_board_where_there_is_no_such_stage(self):
        self.stage_cancelled.unlink()
        order = self._confirmed_orders(1)
        order._action_cancel()
        self.assertFalse(order.crm_orders_stage_id)
        self.assertEqual(self._history(order), ["New"])

    def test_order_is_cancelled_by_cancelling_not_by_moving(self):
        order = self._confirmed_orders(1)
        with self.assertRaisesRegex(UserError, "Cancel order"):
            order.crm_orders_stage_id = self.stage_cancelled
        self.assertEqual(order.crm_orders_stage_id, self.stage_new)

    def test_stage_of_another_company_is_refused(self):
        other = self._new_company("Other Oy")
        foreign = self._new_stage("Foreign", "in_work", 1, company_id=other.id)
        order = self._confirmed_orders(1)
        with self.assertRaises(UserError):
            order.crm_orders_stage_id = foreign

    def test_copy_starts_anew(self):
        order = self._confirmed_orders(1)
        order._crm_orders_ensure_track_token()
        copy = order.copy()
        self.assertFalse(copy.crm_orders_stage_id)
        self.assertFalse(copy.crm_orders_log_ids)
        self.assertFalse(copy.crm_orders_track_token)

    def test_orders_confirmed_before_the_set_up_can_be_put_on_the_board(self):
        orders = self._confirmed_orders(3)
        orders.crm_orders_stage_id = False
        self.assertTrue(orders[0].crm_orders_has_stages)
        orders.action_crm_orders_put_on_board()
        self.assertEqual(orders.crm_orders_stage_id, self.stage_new)

    def test_imported_order_in_a_stage_has_a_history(self):
        order = self._new_orders(
            1, state="sale", crm_orders_stage_id=self.stage_work.id
        )
        self.assertEqual(self._history(order), ["Work (open)"])
        self.assertTrue(order.crm_orders_planned_date)

    def test_history_tells_the_hours_of_the_present_stage_so_far(self):
        with freeze_time("2026-01-15 08:00:00"):
            order = self._confirmed_orders(1)
        with freeze_time("2026-01-15 10:30:00"):
            order.crm_orders_stage_id = self.stage_work
        with freeze_time("2026-01-15 11:15:00"):
            rows = order.crm_orders_log_ids.sorted("id")
            self.assertEqual(rows.mapped("hours_so_far"), [2.5, 0.75])
        with freeze_time("2026-01-15 12:30:00"):
            rows.invalidate_recordset()
            self.assertEqual(rows.mapped("hours_so_far"), [2.5, 2.0])
        self.assertEqual(rows.mapped("duration"), [2.5, 0.0], "for averages")

    def test_history_of_an_order_is_called_so(self):
        order = self._confirmed_orders(2)[0]
        action = order.action_crm_orders_view_log()
        self.assertEqual(action["display_name"], "Stage History")
        rows = self.env["crm_orders.stage.log"].search(action["domain"])
        self.assertEqual(rows, order.crm_orders_log_ids)

    # --- schedule ---

    def test_schedule_compares_with_the_day_of_the_user(self):
        order = self._confirmed_orders(1).with_context(tz="Europe/Helsinki")
        order.crm_orders_planned_date = "2026-01-16 21:30:00"
        for now, due in (
            ("2026-01-15 10:00:00", "planned"),
            ("2026-01-15 22:30:00", "today"),
            ("2026-01-16 21:29:00", "today"),
            ("2026-01-16 21:31:00", "late"),
        ):
            with freeze_time(now):
                order.invalidate_recordset(["crm_orders_due"])
                self.assertEqual(order.crm_orders_due, due, now)
                groups = order._read_group(
                    [("id", "=", order.id)], ["crm_orders_due"], ["__count"]
                )
                self.assertEqual(groups, [(due, 1)], "the database says the same")
                for value in ("late", "today", "planned", False):
                    found = order.search(
                        [("id", "=", order.id), ("crm_orders_due", "=", value)]
                    )
                    self.assertEqual(bool(found), value == due, f"{now} {value}")

    def test_late_orders_stand_out(self):
        self.stage_work.color = 5
        order = self._confirmed_orders(1)
        order.crm_orders_stage_id = self.stage_work
        self.assertEqual(order.crm_orders_color, 5)
        order.crm_orders_planned_date = Datetime.now() - timedelta(hours=1)
        self.assertEqual(order.crm_orders_color, 1)

    # --- board ---

    def test_board_shows_every_stage_of_the_companies_in_use(self):
        other = self._new_company("Other Oy")
        foreign = self._new_stage("Foreign", "in_work", 1, company_id=other.id)
        orders = self._confirmed_orders(2)
        orders[1].crm_orders_stage_id = self.stage_ready
        board = self.env["sale.order"].with_context(
            allowed_company_ids=self.company.ids, read_group_expand=True
        )
        groups = board.web_read_group(
            [("crm_orders_stage_id", "!=", False)], ["crm_orders_stage_id"]
        )["groups"]
        found = [
            (group["crm_orders_stage_id"][0], group["__count"]) for group in groups
        ]
        self.assertEqual(
            found,
            [
                (self.stage_new.id, 1),
                (self.stage_work.id, 0),
                (self.stage_ready.id, 1),
                (self.stage_done.id, 0),
                (self.stage_cancelled.id, 0),
            ],
        )
        self.assertNotIn(foreign.id, dict(found))

    def test_board_counts_late_orders_for_each_stage(self):
        orders = self._confirmed_orders(3)
        orders.crm_orders_stage_id = self.stage_work
        orders[0].crm_orders_planned_date = Datetime.now() - timedelta(days=1)
        self.env.flush_all()
        bar = self.env["sale.order"].read_progress_bar(
            [("id", "in", orders.ids)],
            "crm_orders_stage_id",
            {"field": "crm_orders_due", "colors": {"late": "danger", "planned": "x"}},
        )
        self.assertEqual(bar[str(self.stage_work.id)], {"late": 1, "planned": 2})

    def test_filters_of_the_board(self):
        late, today, later = self._confirmed_orders(3)
        now = Datetime.now()
        late.crm_orders_planned_date = now - timedelta(days=2)
        today.crm_orders_planned_date = now.replace(hour=23, minute=59)
        later.crm_orders_planned_date = now + timedelta(days=3)
        arch = self.env["sale.order"].get_view(
            self.env.ref("crm_orders_stages.sale_order_view_board_search").id, "search"
        )["arch"]
        self.assertIn('name="late"', arch)
        orders = late | today | later
        domain = [("id", "in", orders.ids), ("crm_orders_planned_date", "<", "now")]
        self.assertEqual(orders.search(domain), late)
        domain = [
            ("id", "in", orders.ids),
            ("crm_orders_planned_date", ">=", "today"),
            ("crm_orders_planned_date", "<", "today +1d"),
        ]
        self.assertEqual(orders.search(domain), today)

    # --- many at once ---

    def test_moving_many_orders_takes_as_many_queries_as_moving_few(self):
        def queries_for(orders, stage):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            orders.crm_orders_stage_id = stage
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        orders = self._confirmed_orders(60)
        queries_for(orders[:2], self.stage_work)
        few = queries_for(orders[2:4], self.stage_work)
        many = queries_for(orders[4:], self.stage_work)
        self.assertEqual(many, few)
        self.assertLess(many, 20)

    def test_next_stage_for_many_orders_takes_a_bounded_number_of_queries(self):
        orders = self._confirmed_orders(40)
        orders[:20].crm_orders_stage_id = self.stage_work
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(40):
            orders.action_crm_orders_next_stage()
            self.env.flush_all()

    def test_order_of_two_thousand_lines_moves_like_one_of_two(self):
        def queries_for(count):
            # Without a name, Odoo names every line once for each line.
            line = {"product_id": self.product.id, "price_unit": 1.0, "name": "x"}
            order = self._new_orders(
                1, order_line=[Command.create(line) for _number in range(count)]
            )
            order.action_confirm()
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            for _stage in (self.stage_work, self.stage_ready):
                order.action_crm_orders_next_stage()
            order._get_crm_orders_tracking_values()
            self.assertLessEqual(len(order._get_crm_orders_label_lines()), count)
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        queries_for(1)
        few = queries_for(2)
        # Odoo reads a thousand records at once.
        self.assertLessEqual(queries_for(2000), few + 10)

    def test_tokens_for_many_orders_are_written_at_once(self):
        orders = self._confirmed_orders(30)
        self.env.flush_all()
        orders.mapped("crm_orders_track_token")
        with self.assertQueryCount(1):
            orders._crm_orders_ensure_track_token()
            self.env.flush_all()
        self.assertEqual(len(set(orders.mapped("crm_orders_track_token"))), 30)
