import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, new_test_user, tagged

from .common import OTHER, TelephonyMixin


@tagged("post_install", "-at_install")
class TestAccess(TelephonyMixin, TransactionCase):
    """Who sees which calls, as each of the people of a shop."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_line()
        cls.manager = cls._new_user("phone_manager", "crm_orders_base.group_manager")
        cls.plain = cls._new_user("phone_plain", "base.group_user")
        cls.portal = cls._new_user("phone_portal", "base.group_portal")
        cls.stranger = new_test_user(
            cls.env, "phone_stranger", groups="crm_orders_base.group_manager"
        )

    def _seen(self, user, model="crm_orders.call"):
        found = self.env[model].with_user(user).search([])
        return found.filtered(lambda one: one.company_id == self.company)

    def test_sellers_see_their_calls_and_nobodys(self):
        self.customer.user_id = self.colleague
        theirs = self._call("c1", -600)
        nobodys = self._call("c2", -500, caller=OTHER)
        mine = self._call("c3", -400, end="answered", agent="101")
        rang = self._call("c4", -300, agent="101")
        self.assertEqual(self._seen(self.seller), nobodys | mine | rang)
        self.assertEqual(self._seen(self.colleague), theirs | nobodys | mine | rang)
        self.assertEqual(self._seen(self.manager), theirs | nobodys | mine | rang)
        self.assertFalse(self._seen(self.stranger), "another company")
        for user in (self.plain, self.portal):
            with self.assertRaises(AccessError):
                self._seen(user)

    def test_tasks_follow_the_same_rule(self):
        self.customer.user_id = self.colleague
        theirs = self._call("t1", -600).callback_id
        nobodys = self._call("t2", -500, caller=OTHER).callback_id
        model = "crm_orders.callback"
        self.assertEqual(self._seen(self.seller, model), nobodys)
        self.assertEqual(self._seen(self.colleague, model), theirs | nobodys)
        self.assertEqual(self._seen(self.manager, model), theirs | nobodys)
        self.assertFalse(self._seen(self.stranger, model))
        for action in ("action_call", "action_done", "action_cancel"):
            for user in (self.seller, self.plain, self.portal, self.stranger):
                with self.assertRaises(AccessError):
                    getattr(theirs.with_user(user), action)()
        self.assertEqual(theirs.state, "open")

    def test_only_notes_and_the_order_are_written_by_hand(self):
        call = self._call("w1", -600, caller=OTHER)
        call.with_user(self.seller).note = "Wants a blue one"
        for user in (self.seller, self.manager):
            for vals in (
                {"partner_id": self.customer.id},
                {"state": "answered"},
                {"facts": {}},
            ):
                with self.assertRaises(AccessError):
                    call.with_user(user).write(vals)
            with self.assertRaises(AccessError):
                self.calls.with_user(user).create({"source_id": self.source.id})
            with self.assertRaises(AccessError):
                call.with_user(user).unlink()
        with self.assertRaises(AccessError):
            call.with_user(self.plain).note = "x"

    def test_an_order_of_somebody_else_is_not_linked(self):
        call = self._call("o1", -600, caller=OTHER)
        order = self.env["sale.order"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "user_id": self.colleague.id,
            }
        )
        with self.assertRaises(AccessError):
            call.with_user(self.seller).order_id = order
        call.with_user(self.colleague).order_id = order
        self.assertEqual(call.order_id, order)

    def test_lead_of_a_call_by_hand(self):
        self._report("l1", "ringing", -5, caller=OTHER, agent="101")
        self._process()
        call = self._get("l1")
        self.assertFalse(call.lead_id)
        for user in (self.plain, self.portal, self.stranger):
            with self.assertRaises(AccessError):
                call.with_user(user).action_open_lead()
        action = call.with_user(self.seller).action_open_lead()
        self.assertEqual(action["res_id"], call.lead_id.id)
        self.assertEqual(call.lead_id.user_id, self.seller)
        self._report("l1", "missed", -1, caller=OTHER, agent="101")
        self._process()
        leads = self.env["crm.lead"].search([("phone_sanitized", "=", OTHER)])
        self.assertEqual(leads, call.lead_id, "there is one and the same lead")

    # --- the window ---

    def _told(self, user):
        """What the bus holds for a user."""
        self.env["bus.bus"].flush_model()
        self.env.cr.precommit.run()
        rows = self.env["bus.bus"].sudo().search([], order="id")
        channel = [self.env.cr.dbname, "res.partner", user.partner_id.id]
        found = [
            json.loads(row.message)
            for row in rows
            if json.loads(row.channel) == channel
        ]
        return [
            message["payload"]
            for message in found
            if message["type"] == "crm_orders_telephony.call"
        ]

    def test_only_those_at_whom_it_rings_are_told(self):
        self.customer.user_id = self.colleague
        self._report("p1", "ringing", -3, agent="101")
        self._process()
        call = self._get("p1")
        self.assertEqual(
            self._told(self.seller),
            [{"id": call.id, "state": "ringing", "is_mine": True}],
        )
        for user in (self.colleague, self.leader, self.manager, self.plain):
            self.assertFalse(self._told(user))
        card = self.calls.with_user(self.seller).get_popup(call.id)
        self.assertEqual(card["name"], "Aino Asiakas")
        self.assertEqual(card["responsible"], self.colleague.name)
        for user in (self.colleague, self.manager, self.plain, self.portal):
            with self.assertRaises(AccessError):
                self.calls.with_user(user).get_popup(call.id)
        self._report("p1", "missed", -1, agent="101")
        self._process()
        self.assertEqual(self._told(self.seller)[-1]["state"], "missed")
        self.assertFalse(self.calls.with_user(self.seller).get_popup(call.id))

    def test_without_extension_the_line_tells_who_sees_it(self):
        self._report("g1", "ringing", -3, caller=OTHER)
        self._process()
        self.assertTrue(self._told(self.seller))
        self.assertTrue(self._told(self.colleague))
        self.assertFalse(self._told(self.leader))
        self.source.popup_user_ids = self.leader | self.plain
        self._report("g2", "ringing", -3, caller=OTHER)
        self._process()
        self.assertTrue(self._told(self.leader))
        self.assertFalse(self._told(self.plain), "not a seller")

    def test_card_holds_no_leads_that_one_may_not_see(self):
        secret, shared = self.env["crm.lead"].create(
            [
                {
                    "name": "Secret plan",
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "user_id": self.colleague.id,
                },
                {
                    "name": "Shared wish",
                    "partner_id": self.customer.id,
                    "company_id": self.company.id,
                    "user_id": False,
                },
            ]
        )
        self._report("s1", "ringing", -3, agent="101")
        self._process()
        card = self.calls.with_user(self.seller).get_popup(self._get("s1").id)
        self.assertEqual([lead["id"] for lead in card["leads"]], [shared.id])
        self.assertNotIn(secret.name, json.dumps(card))

    def test_calls_that_rang_long_ago_are_no_news(self):
        self._report("n1", "ringing", -3600, agent="101")
        self._process()
        self.assertFalse(self._told(self.seller))

    def test_dialling_needs_a_seller(self):
        for user in (self.plain, self.portal):
            with self.assertRaises(AccessError):
                self.calls.with_user(user).dial(OTHER)
        with self.assertRaises(UserError):
            self.calls.with_user(self.seller).dial("not a number")
        self.seller.crm_orders_extension = False
        self.assertEqual(
            self.calls.with_user(self.seller).dial("050 1112233"),
            {"tel": f"tel:{OTHER}"},
        )
        with self.assertRaises(AccessError):
            self.seller.with_user(self.seller).crm_orders_extension = "102"

    def test_numbers_of_calls_are_numbers(self):
        calls = self.calls.with_user(self.seller)
        for number in ("x", None, False, True, 2**31, -1, [1], 1.5):
            with self.subTest(number=number), self.assertRaises(UserError):
                calls.get_popup(number)
        self.assertFalse(calls.get_popup(2**31 - 1))

    def test_a_call_is_returned_by_people_of_its_company(self):
        task = self._call("c1").callback_id
        there = self.env["res.company"].create({"name": "Toinen Oy"})
        elsewhere = new_test_user(
            self.env,
            "phone_elsewhere",
            groups="crm_orders_base.group_user",
            company_id=there.id,
            company_ids=[(6, 0, there.ids)],
        )
        mine = task.with_user(self.manager)
        with self.assertRaisesRegex(UserError, "phone_elsewhere.*Puhelinkauppa"):
            mine.user_id = elsewhere
        for user_id in (self.portal.id, 2**31 - 1):
            with self.assertRaisesRegex(UserError, "employee"):
                mine.write({"user_id": user_id})
        mine.user_id = self.colleague
        self.assertEqual(task.user_id, self.colleague)
        mine.user_id = False
        self.assertFalse(task.user_id)

    def test_a_responsible_of_another_company_is_not_given_the_task(self):
        there = self.env["res.company"].create({"name": "Toinen Oy"})
        self.customer.user_id = new_test_user(
            self.env,
            "phone_elsewhere",
            groups="crm_orders_base.group_user",
            company_id=there.id,
            company_ids=[(6, 0, there.ids)],
        )
        self.assertFalse(self._call("c1").callback_id.user_id, "anybody takes it over")
