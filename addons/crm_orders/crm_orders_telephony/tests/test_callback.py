import json

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from odoo.addons.bus.models.bus import channel_with_db, json_dump

from .common import CUSTOMER, OTHER, OWN, TelephonyMixin

# Thursday 12:00 UTC, 15:00 in Helsinki.
NOW = "2025-06-12 12:00:00"


@tagged("post_install", "-at_install")
class TestCallback(TelephonyMixin, TransactionCase):
    """Missed calls are tasks until somebody has spoken to the caller."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_line()
        cls.calendar = cls.env["resource.calendar"].create(
            {
                "name": "8-16",
                "tz": "Europe/Helsinki",
                "company_id": cls.company.id,
                "attendance_ids": [
                    fields.Command.clear(),
                    *(
                        fields.Command.create(
                            {
                                "name": str(day),
                                "dayofweek": str(day),
                                "hour_from": 8,
                                "hour_to": 16,
                                "day_period": "morning",
                            }
                        )
                        for day in range(5)
                    ),
                ],
            }
        )
        cls.source.calendar_id = cls.calendar

    def setUp(self):
        super().setUp()
        freezer = freeze_time(NOW)
        freezer.start()
        self.addCleanup(freezer.stop)

    def _back(self, external_id, at, end="answered", number=CUSTOMER, **more):
        return self._call(
            external_id,
            at,
            end=end,
            direction="out",
            caller=OWN,
            callee=number,
            agent="101",
            **more,
        )

    def _notes(self, user):
        """What was shown to a user so far."""
        self.env.cr.precommit.run()
        rows = self.env["bus.bus"].search(
            [("message", "like", "crm_orders_telephony.callback")], order="id"
        )
        mine = json_dump(channel_with_db(self.env.cr.dbname, user.partner_id))
        return [json.loads(row.message) for row in rows if row.channel == mine]

    def test_several_missed_calls_are_one_task(self):
        first = self._call("m1", -1200)
        second = self._call("m2", -600)
        task = first.callback_id
        self.assertEqual(task, second.callback_id)
        self.assertEqual(task.missed_count, 2)
        self.assertEqual(task.partner_id, self.customer)
        self.assertEqual(task.call_ids, first | second)
        self.assertEqual(task.state, "open")

    def test_deadline_is_in_opening_hours(self):
        task = self._call("d1", -100).callback_id
        # 14:58:40 in Helsinki plus half an hour.
        self.assertEqual(str(task.deadline), "2025-06-12 12:28:40")
        with freeze_time("2025-06-13 12:50:00"):
            # Friday 15:50; ten minutes are left, the others are on Monday.
            late = self._call("d2", 0, caller=OTHER).callback_id
            self.assertEqual(str(late.deadline)[:16], "2025-06-16 05:20")

    def test_calendar_without_hours_still_gives_a_deadline(self):
        self.calendar.attendance_ids.unlink()
        task = self._call("d3", -100).callback_id
        self.assertEqual(str(task.deadline), "2025-06-12 12:28:40")

    def test_calling_back_closes_it(self):
        task = self._call("b1", -1200).callback_id
        tried = self._back("b2", -900, end="missed")
        self.assertFalse(tried.callback_id)
        self.assertEqual((task.state, task.attempts), ("open", 1))
        spoken = self._back("b3", -600)
        self.assertEqual(task.state, "done")
        self.assertEqual(task.done_call_id, spoken)
        self.assertEqual(task.done_user_id, self.seller)
        self.assertAlmostEqual(task.response_minutes, 595 / 60 + 10 / 60, 0)

    def test_the_customer_calling_again_closes_it(self):
        task = self._call("c1", -1200).callback_id
        self._call("c2", -600, end="answered", agent="102")
        self.assertEqual((task.state, task.done_user_id), ("done", self.colleague))
        later = self._call("c3", -100)
        self.assertNotEqual(later.callback_id, task)
        self.assertEqual(later.callback_id.state, "open")

    def test_a_missed_call_that_is_reported_after_the_answer_asks_for_nothing(self):
        self._back("l1", -600)
        late = self._call("l2", -1200)
        self.assertEqual(late.state, "missed")
        self.assertFalse(late.callback_id)

    def test_an_answer_that_is_reported_late_takes_the_task_back(self):
        call = self._call("n1", -1200, agent="101")
        task = call.callback_id
        self._report("n1", "answered", -1195, agent="101")
        self._process()
        self.assertEqual(call.state, "answered")
        self.assertIn(task.state, ("done", "cancelled"))

    def test_by_hand(self):
        task = self._call("h1", -1200).callback_id.with_user(self.seller)
        self.assertFalse(task.user_id)
        action = task.action_call()
        self.assertEqual(action["params"]["number"], CUSTOMER)
        self.assertEqual(task.user_id, self.seller)
        task.action_done()
        self.assertEqual((task.state, task.done_user_id), ("done", self.seller))
        with self.assertRaises(UserError):
            task.action_cancel()
        # What was closed by hand stays closed for the calls before.
        self._report("h1", "missed", -1180)
        self._process()
        self.assertEqual(task.state, "done")
        self.assertFalse(
            self.callbacks.search([("number", "=", CUSTOMER), ("state", "=", "open")])
        )

    def _inbox(self, user):
        return self.env["mail.notification"].search(
            [("res_partner_id", "=", user.partner_id.id)]
        )

    def test_people_are_told_in_their_own_language(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        self.env["ir.module.module"].search(
            [("name", "=", "crm_orders_telephony")]
        )._update_translations(["fi_FI"])
        self.seller.lang = "fi_FI"
        self._call("n1", -100)
        (finnish,) = self._notes(self.seller)
        (english,) = self._notes(self.colleague)
        finnish, english = finnish["payload"], english["payload"]
        self.assertEqual(finnish["title"], "Vastaamaton puhelu")
        self.assertEqual(english["title"], "Missed call")
        # 14:58:40 in Helsinki plus half an hour, as each of them writes it.
        self.assertIn("12.6.2025 15.28", finnish["message"])
        self.assertIn("6/12/25, 3:28", english["message"])

    def test_a_line_that_is_nobodys_is_everybodys(self):
        self.source.team_id = False
        self._call("e1", -100)
        for user in self.seller | self.colleague | self.leader:
            self.assertEqual(len(self._notes(user)), 1)

    def test_steps(self):
        self.customer.user_id = self.seller
        task = self._call("s1", -100).callback_id
        self.assertEqual(task.user_id, self.seller)
        self._run("crm_orders_telephony.ir_cron_remind")
        self.assertEqual(task.step, 0)
        with freeze_time("2025-06-12 12:29:00"):
            self._run("crm_orders_telephony.ir_cron_remind")
            self.assertEqual(task.step, 1)
            self.assertTrue(task.is_late)
            self.assertTrue(self._inbox(self.seller))
            self.assertFalse(task.escalated_user_id)
        with freeze_time("2025-06-12 12:58:00"):
            self._run("crm_orders_telephony.ir_cron_remind")
            self.assertFalse(task.escalated_user_id)
        with freeze_time("2025-06-12 13:00:00"):
            self._run("crm_orders_telephony.ir_cron_remind")
            self.assertEqual(task.escalated_user_id, self.leader)
            self.assertTrue(self._inbox(self.leader))
            self._run("crm_orders_telephony.ir_cron_remind")
            self.assertEqual(task.step, 2)
        self.assertEqual(
            self.callbacks.with_user(self.leader).search([("id", "=", task.id)]), task
        )

    def test_late_ones_are_found_and_first(self):
        first = self._call("f1", -7200).callback_id
        second = self._call("f2", -60, caller=OTHER).callback_id
        mine = [("company_id", "=", self.company.id)]
        self.assertEqual(self.callbacks.search(mine), first | second)
        self.assertEqual(self.callbacks.search(mine)[0], first)
        self.assertEqual(self.callbacks.search([*mine, ("is_late", "=", True)]), first)
        self.assertEqual(
            self.callbacks.search([*mine, ("is_late", "=", False)]), second
        )

    def test_colleagues_are_not_called_back(self):
        self.seller.partner_id.phone = OTHER
        call = self._call("g1", -60, caller=OTHER)
        self.assertFalse(call.lead_id)
        self.assertFalse(call.callback_id)

    def test_only_the_responsible_can_be_changed_by_hand(self):
        task = self._call("w1", -60).callback_id
        manager = self._new_user("phone_manager", "crm_orders_base.group_manager")
        task.with_user(manager).user_id = self.colleague
        with self.assertRaises(AccessError):
            task.with_user(manager).write({"state": "done"})
        with self.assertRaises(AccessError):
            task.with_user(self.colleague).write({"user_id": self.seller.id})
