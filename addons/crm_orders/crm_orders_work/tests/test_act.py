import uuid

from odoo import Command, fields
from odoo.tests import JsonRpcException, tagged, warmup

from odoo.addons.crm_orders_base.tests.common import picture

from .common import WorkCase

DENIED = "odoo.exceptions.AccessError"


@tagged("post_install", "-at_install")
class TestAct(WorkCase):
    """What a worker does, each thing once."""

    def setUp(self):
        super().setUp()
        self.order = self._free_order()
        self._log_in(self.worker)

    def _take(self, order=None, **options):
        return self._act(
            "take", order or self.order, stage_id=self.stage_work.id, **options
        )

    def _assert_refused(self, answer, words):
        self.assertEqual(answer["state"], "refused")
        self.assertIn(words, answer["message"])

    def _actions(self, **domain):
        return self.env["crm_orders.work.action"].search(
            [(name, "=", value) for name, value in domain.items()]
        )

    def test_order_is_taken_and_moved_on(self):
        answer = self._take()
        self.assertEqual((answer["state"], answer["message"]), ("done", ""))
        self.assertTrue(answer["card"]["is_mine"])
        self.assertEqual(self.order.crm_orders_user_id, self.worker)
        answer = self._next(self.order, self.stage_work, self.stage_ready)
        self.assertEqual(answer["state"], "done")
        self.assertEqual(self.order.crm_orders_stage_id, self.stage_ready)
        row = self.order.crm_orders_log_ids.filtered(lambda one: not one.left_date)
        self.assertEqual(row.user_id, self.worker)
        action = self._actions(kind="next")
        self.assertEqual(action.order_id, self.order)
        self.assertEqual(str(action.done_date), "2026-01-02 03:04:05")

    def test_what_is_sent_twice_is_done_once(self):
        self._take()
        token = str(uuid.uuid4())
        answers = [
            self._act("photo", self.order, token=token, image=picture())
            for _count in range(3)
        ]
        self.assertEqual(answers[0]["state"], "done")
        self.assertEqual(answers[0], answers[1])
        self.assertEqual(answers[0], answers[2])
        photo = self.order.message_ids.attachment_ids
        self.assertEqual(photo.mimetype, "image/jpeg")
        self.assertEqual(len(self._actions(kind="photo")), 1)
        # The next stage, told twice, is not the one after it.
        self.stage_ready.write({"user_rule": "person", "user_id": self.worker.id})
        token = str(uuid.uuid4())
        for _count in range(3):
            answer = self._next(
                self.order, self.stage_work, self.stage_ready, token=token
            )
            self.assertEqual(answer["state"], "done")
        self.assertEqual(self.order.crm_orders_stage_id, self.stage_ready)

    def test_number_of_another_phone_means_nothing_here(self):
        token = str(uuid.uuid4())
        self._take(token=token)
        other = self._free_order()
        self._log_in(self.colleague)
        self.assertEqual(self._take(other, token=token)["state"], "done")
        self.assertEqual(other.crm_orders_user_id, self.colleague)

    def test_who_comes_second_is_told_and_the_photo_is_kept(self):
        self.order.crm_orders_user_id = self.colleague
        self._assert_refused(self._take(), "Somebody else has taken")
        answer = self._act("photo", self.order, image=picture())
        self._assert_refused(answer, "The picture is kept")
        self.assertFalse(self.order.message_ids.attachment_ids)
        action = self._actions(kind="photo")
        self.assertEqual(action.attachment_id.res_model, action._name)
        manager = self._new_user("work_manager", "crm_orders_base.group_manager")
        action = action.with_user(manager)
        self.assertTrue(action.read(["picture"])[0]["picture"])
        self.assertTrue(action.attachment_id.read(["datas"])[0]["datas"])

    def test_order_moved_meanwhile_stays_where_it_is(self):
        self._take()
        self.stage_ready.write({"user_rule": "person", "user_id": self.worker.id})
        self.order.crm_orders_stage_id = self.stage_ready
        answer = self._next(self.order, self.stage_work, self.stage_ready)
        self._assert_refused(answer, "it is in Ready now")
        self.assertEqual(answer["card"]["stage"]["name"], "Ready")
        self.assertEqual(self.order.crm_orders_stage_id, self.stage_ready)

    def test_photo_of_an_order_that_went_on_is_attached(self):
        self._take()
        self.order.crm_orders_stage_id = self.stage_ready
        self.order.crm_orders_user_id = self.colleague
        answer = self._next(self.order, self.stage_work, self.stage_ready)
        self._assert_refused(answer, "looks after order")
        self.assertEqual(
            self._act("photo", self.order, image=picture())["state"], "done"
        )
        self.assertEqual(len(self.order.message_ids.attachment_ids), 1)

    def test_cancelled_order_is_told(self):
        self._take()
        self.order._action_cancel()
        answer = self._next(self.order, self.stage_work, self.stage_ready)
        self._assert_refused(answer, "was cancelled")
        self.assertFalse(answer["card"])

    def test_changed_way_is_told(self):
        self._take()
        self.stage_ready.sequence = 9
        answer = self._next(self.order, self.stage_work, self.stage_ready)
        self._assert_refused(answer, "goes on to Done now")
        self.assertEqual(self.order.crm_orders_stage_id, self.stage_work)

    def test_conditions_hold_and_are_ticked_off(self):
        self.env["crm_orders.stage.condition"].create(
            {"stage_id": self.stage_work.id, "name": "Washed"}
        )
        order = self._free_order()
        self._take(order)
        answer = self._next(order, self.stage_work, self.stage_ready)
        self._assert_refused(answer, "Washed")
        check = order.crm_orders_check_ids
        self._act("tick", order, check_id=check.id, is_done=True)
        self.assertEqual(check.user_id, self.worker)
        answer = self._next(order, self.stage_work, self.stage_ready)
        self.assertEqual(answer["state"], "done")

    def test_tasks_of_other_orders_are_out_of_reach(self):
        self.env["crm_orders.stage.condition"].create(
            {"stage_id": self.stage_work.id, "name": "Washed"}
        )
        mine, theirs = self._free_order(), self._free_order()
        self._take(mine)
        check = theirs.crm_orders_check_ids
        for value in (check.id, -1, "1 OR 1=1", None, [check.id], 2**40):
            answer = self._act("tick", mine, check_id=value, is_done=True)
            self.assertEqual(answer["state"], "refused")
        self.assertFalse(check.is_done)

    def test_signature_is_kept_with_the_name(self):
        self._take()
        answer = self._act(
            "signature",
            self.order,
            image=picture(kind="PNG"),
            name="<b>Ai\0no</b>",
        )
        self.assertEqual(answer["state"], "done")
        self.assertEqual(answer["card"]["signatures"], 1)
        message = self.order.message_ids.filtered("attachment_ids")
        self.assertIn("&lt;b&gt;Aino", message.body)
        self.assertEqual(message.attachment_ids.mimetype, "image/png")
        # The quotation was not signed by this.
        self.assertFalse(self.order.signature)

    def test_files_that_are_no_pictures_are_refused(self):
        self._take()
        for image in ("", "%PDF", None, 7, picture()[:100], "A" * 10_000):
            answer = self._act("photo", self.order, image=image)
            self._assert_refused(answer, "no picture")
        answer = self._act("photo", self.order, image="A" * 11_500_000)
        self._assert_refused(answer, "too large")
        self.assertFalse(self.order.message_ids.attachment_ids)

    def test_orders_that_are_not_on_the_list_stay_untouched(self):
        hidden = self._confirmed_orders(1, user_id=self.colleague.id)
        other = self._new_company("Other Oy")
        foreign = self._new_orders(1, company=other)
        foreign.action_confirm()
        for order in (hidden, foreign, 2**31 - 1):
            for answer in (
                self._take(order),
                self._next(order, self.stage_new, self.stage_work),
                self._act("tick", order, check_id=1, is_done=True),
            ):
                self.assertEqual(answer["state"], "refused")
                self.assertFalse(answer["card"])
                self.assertNotIn(hidden.name, answer["message"])
            answer = self._act("photo", order, image=picture())
            self._assert_refused(answer, "not on your list")
        self.assertEqual(hidden.crm_orders_stage_id, self.stage_new)
        self.assertFalse((hidden | foreign).message_ids.attachment_ids)

    def test_nonsense_is_refused_before_it_is_kept(self):
        count = len(self._actions())
        for change in (
            {"token": "1"},
            {"token": None},
            {"token": ["a"]},
            {"kind": "unlink"},
            {"kind": "__class__"},
            {"kind": []},
            {"order_id": "1"},
            {"order_id": True},
            {"order_id": -1},
            {"order_id": 2**63},
            {"values": []},
        ):
            request = {
                "user_id": self.worker.id,
                "token": str(uuid.uuid4()),
                "kind": "take",
                "order_id": self.order.id,
                "values": {},
                **change,
            }
            with self.assertRaises(JsonRpcException, msg=str(change)):
                self.make_jsonrpc_request("/my-work/act", request)
        self.assertEqual(len(self._actions()), count)

    def test_clock_of_the_phone_may_be_anything(self):
        for text in ("9999-12-31 23:59:59", "yesterday", None, 5):
            self.make_jsonrpc_request(
                "/my-work/act",
                {
                    "user_id": self.worker.id,
                    "token": str(uuid.uuid4()),
                    "kind": "take",
                    "order_id": self.order.id,
                    "values": {},
                    "done_date": text,
                },
            )
        for action in self._actions(kind="take"):
            self.assertFalse(
                action.done_date and action.done_date > fields.Datetime.now()
            )

    @warmup
    def test_ten_thousand_actions_slow_nothing_down(self):
        self._take()
        self.env.cr.execute(
            """
            INSERT INTO crm_orders_work_action
                   (token, user_id, company_id, order_id, kind, state, create_date)
            SELECT 'old-' || number, %s, %s, %s, 'tick', 'done',
                   now() at time zone 'UTC' - interval '2 years'
              FROM generate_series(1, 10000) number
            """,
            (self.worker.id, self.company.id, self.order.id),
        )
        answer = self._next(self.order, self.stage_work, self.stage_ready)
        self.assertEqual(answer["state"], "done")
        actions = self.env["crm_orders.work.action"]
        self.assertEqual(actions._gc_old(), (10_000, True))
        self.assertEqual(len(self._actions(order_id=self.order.id)), 2)

    def test_worker_of_two_companies_works_in_both(self):
        other = self._new_company("Other Oy")
        self.worker.company_ids = [Command.link(other.id)]
        self.stages.create(
            [
                {
                    "name": name,
                    "kind": kind,
                    "sequence": sequence,
                    "user_rule": "taker",
                    "company_id": other.id,
                }
                for name, kind, sequence in (("A", "new", 1), ("B", "ready", 2))
            ]
        )
        foreign = self._new_orders(1, company=other)
        foreign.action_confirm()
        self.assertEqual(self._act("take", foreign)["state"], "done")
        first, second = (
            foreign.crm_orders_stage_id,
            self.stages.search([("name", "=", "B"), ("company_id", "=", other.id)]),
        )
        self.assertEqual(self._next(foreign, first, second)["state"], "done")
        self.assertEqual(self._actions(order_id=foreign.id).company_id, other)
