from odoo.exceptions import AccessError
from odoo.tests import HttpCase, tagged

from .common import NoticeMixin


@tagged("post_install", "-at_install")
class TestAccess(NoticeMixin, HttpCase):
    """What each role may do by calling models from outside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_notices()
        cls.users = {
            "seller": cls._new_user("notice_seller", "crm_orders_base.group_user"),
            "manager": cls._new_user("notice_boss", "crm_orders_base.group_manager"),
            "salesman": cls._new_user("notice_core", "sales_team.group_sale_salesman"),
            "employee": cls._new_user("notice_employee", "base.group_user"),
            "portal": cls._new_user("notice_portal", "base.group_portal"),
        }
        cls.order = cls._confirmed_orders(1, user_id=cls.users["seller"].id)
        cls.other = cls._confirmed_orders(1, user_id=cls.users["manager"].id)
        (cls.order | cls.other).crm_orders_stage_id = cls.stage_ready
        cls.env.flush_all()

    def _as(self, records, role):
        return records.with_user(self.users[role]).with_company(self.company)

    def _assert_refused(self, function, *args):
        with self.assertRaises(AccessError):
            function(*args)
            self.env.flush_all()

    def test_outsiders_see_nothing(self):
        notice = self.order.crm_orders_notice_ids
        for role in ("employee", "portal", "salesman"):
            for record in (notice, self.rule):
                self._assert_refused(self._as(record, role).read, ["id"])
            self._assert_refused(self._as(notice, role).action_cancel)

    def test_seller_decides_on_messages_of_own_orders(self):
        notice = self._as(self.order.crm_orders_notice_ids, "seller")
        self.assertEqual(notice.read(["state"])[0]["state"], "waiting")
        self._assert_refused(notice.write, {"text": "Pay twice"})
        self._assert_refused(notice.write, {"state": "sent"})
        self._assert_refused(notice.unlink)
        self._assert_refused(notice.create, {"order_id": self.order.id})
        notice.action_cancel()
        self.assertEqual(notice.state, "cancelled")
        foreign = self._as(self.other.crm_orders_notice_ids, "seller")
        self._assert_refused(foreign.read, ["text"])
        self._assert_refused(foreign.action_cancel)

    def test_texts_are_for_managers(self):
        rule = self._as(self.rule, "seller")
        self._assert_refused(rule.write, {"text": "Pay twice"})
        self._assert_refused(rule.create, {"stage_id": self.stage_work.id, "text": "x"})
        self._as(self.rule, "manager").write({"text": "Come soon"})
        other = self._new_company("Other Oy")
        foreign = self._new_stage("Foreign", "in_work", 1, company_id=other.id)
        self._assert_refused(
            self._as(self.rule, "manager").create, {"stage_id": foreign.id, "text": "x"}
        )

    def test_core_salesman_moves_orders_that_are_told_of(self):
        self.stage_new.enter_on = "confirmed"
        self._new_rule(self.stage_new)
        order = self._new_orders(1, user_id=self.users["salesman"].id)
        self._as(order, "salesman").action_confirm()
        self.assertEqual(len(order.crm_orders_notice_ids), 1)

    def test_customer_stops_the_messages_on_the_page(self):
        token = self.order._crm_orders_get_tracking_url().rpartition("/")[2]
        page = self.url_open(f"/track/{token}")
        self.assertIn("Send me no messages", page.text)
        page = self.url_open(f"/track/{token}/messages", {"wanted": "0"})
        self.assertIn("You get no messages", page.text)
        self.assertTrue(self.order.crm_orders_is_quiet)
        self.url_open(f"/track/{token}/messages", {"wanted": "1"})
        self.assertFalse(self.order.crm_orders_is_quiet)

    def test_tokens_cannot_be_guessed_here_either(self):
        attempts = self.env["crm_orders.track.attempt"]
        before = attempts.search_count([])
        answer = self.url_open(f"/track/{'a' * 32}/messages", {"wanted": "0"})
        self.assertEqual(answer.status_code, 404)
        self.assertEqual(attempts.search_count([]), before + 1)
