import json

from odoo.exceptions import AccessError
from odoo.tests import BaseCase, TransactionCase, new_test_user, tagged

from ..tools import traces
from .common import InboundMixin
from .test_hook import HookMixin


class EraseMixin(InboundMixin):
    @classmethod
    def _set_up_eraser(cls):
        cls.rights = {
            "company_id": cls.company.id,
            "company_ids": [(6, 0, cls.company.ids)],
        }
        cls.manager = new_test_user(
            cls.env,
            "inbound_eraser",
            groups="crm_orders_base.group_manager",
            **cls.rights,
        )
        cls.customer = cls.env["res.partner"].create(
            {
                "name": "Aino",
                "email": "aino@example.com",
                "phone": "+358 40 123 4567",
                "country_id": cls.env.ref("base.fi").id,
            }
        )

    def _wizard(self, partners=(), leads=(), user=None):
        wizards = self.env["crm_orders.erase"].with_user(user or self.manager)
        return wizards.create(
            {
                "partner_ids": [one.id for one in partners],
                "lead_ids": [one.id for one in leads],
            }
        )

    def _erase(self, **chosen):
        wizard = self._wizard(**chosen)
        counts = wizard.counts
        wizard.action_erase()
        self.env.invalidate_all()
        return counts


@tagged("post_install", "-at_install")
class TestErasure(EraseMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_source()
        cls._set_up_eraser()

    def test_customer_is_forgotten_on_request(self):
        event = self._accept({"email": "aino@example.com", "message": "Secret words"})
        other = self._accept({"email": "other@example.com", "message": "Words"})
        self._run_job()
        self.assertEqual(event.lead_id.partner_id, self.customer)
        seller = new_test_user(
            self.env,
            "inbound_seller",
            groups="crm_orders_base.group_user",
            **self.rights,
        )
        with self.assertRaises(AccessError):
            self._wizard(self.customer, user=seller)
        self.assertEqual(self._erase(partners=self.customer), {"events": 1, "notes": 1})
        self.assertFalse(event.body or event.headers or event.remote_addr)
        self.assertFalse(event.lead_id.description)
        self.assertEqual(event.state, "done")
        self.assertTrue(other.body)
        self.assertFalse(self._erase(partners=self.customer), "there is nothing left")

    def test_what_other_companies_were_sent_stays(self):
        event = self._accept({"email": "aino@example.com", "message": "Their words"})
        failed = self._accept({"email": "aino@example.com", "external_id": "2"})
        failed._give_up("aino")
        self._run_job()
        stranger = new_test_user(
            self.env, "inbound_stranger", groups="crm_orders_base.group_manager"
        )
        self._wizard(self.customer, user=stranger).action_erase()
        self.assertTrue(event.body)
        self.assertTrue(event.lead_id.description)
        self.assertTrue(failed.body)

    def test_requests_without_a_lead_are_found_by_who_sent_them(self):
        by_mail = self._accept({"email": "AINO@example.com", "message": "One"})
        by_phone = self._accept({"phone": "040-123 4567", "message": "Two"})
        by_form = self._accept(
            b"phone=040+1234567&message=Three",
            mimetype="application/x-www-form-urlencoded",
        )
        named = self._accept(
            {"email": "eino@example.com", "message": "Ask aino@example.com"}
        )
        mine = by_mail | by_phone | by_form
        by_mail._give_up("aino@example.com is bad")
        by_phone._finish("ignored", reason="Looks like spam")
        named._give_up("It broke")
        self.assertEqual(self._erase(partners=self.customer), {"events": 3})
        for event in mine:
            self.assertFalse(event.body or event.error or event.headers)
            self.assertEqual(event.state, "ignored")
        self.assertTrue(named.body, "somebody else wrote it")
        self.assertEqual(named.state, "failed")
        self._run_job()
        self.assertFalse(mine.lead_id, "what is erased makes no lead")

    def test_a_lead_without_a_customer(self):
        event = self._accept({"phone": "050 111 2233", "message": "Hello"})
        self._run_job()
        again = self._accept({"phone": "+358501112233", "external_id": "2"})
        again._give_up("It broke")
        lead = event.lead_id
        self.assertFalse(lead.partner_id)
        self.assertEqual(self._erase(leads=lead), {"events": 2, "notes": 1})
        self.assertFalse(event.body or again.body or lead.description)
        self.assertEqual(lead.phone, "+358 50 1112233")

    def test_texts_that_were_noted_here_have_an_end_too(self):
        self.source.keep_days = 1
        event = self.events._note_done(self.source, "own", {"text": "x"}, "ignored")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE crm_orders_event SET create_date = create_date - interval '9 days'"
        )
        self.events._gc_texts()
        self.assertFalse(event.body)


@tagged("post_install", "-at_install")
class TestErasureOfParts(EraseMixin, HookMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_hook()
        cls._set_up_eraser()

    def test_what_came_together_waits_for_the_others(self):
        self._send(
            [
                {"id": "1", "email": "eino@example.com", "message": "Of Eino"},
                {"id": "2", "email": "aino@example.com", "message": "Of Aino"},
            ]
        )
        first, second = self.source.event_ids.sorted("id")
        self.assertEqual(self._erase(partners=self.customer), {"shared_events": 1})
        self.assertEqual((first.state, second.state), ("new", "ignored"))
        self.assertFalse(self._erase(partners=self.customer), "it is told once")
        self.events._gc_texts()
        self.env.invalidate_all()
        self.assertTrue(first.body, "it is still needed")
        self._run_job()
        self.assertEqual(first.lead_id.email_normalized, "eino@example.com")
        self.assertFalse(second.lead_id)
        self.events._gc_texts()
        self.env.invalidate_all()
        self.assertFalse(first.body)
        self.assertFalse(first.is_erasure_due)

    def test_what_nobody_can_read_is_theirs_if_it_names_them(self):
        for text in ("nothing", "from aino@example.com", "from maino@example.com"):
            self._send(None, raw=text.encode())
        self._run_job()
        nothing, theirs, others = self.source.event_ids.sorted("id")
        self.assertEqual(theirs.state, "failed")
        self.assertEqual(self._erase(partners=self.customer), {"events": 1})
        self.assertFalse(theirs.body)
        self.assertTrue(nothing.body and others.body)


class TestTraces(BaseCase):
    def test_handles_in_texts(self):
        aino = [("email", "", "aino+x@example.com")]
        phone = [("phone", "", "+358401234567")]
        for expected, handles, text in (
            (True, aino, '{"from": "Aino <AINO+X@example.com>"}'),
            (True, aino, "email=aino%2Bx%40example.com&a=b"),
            (True, aino, json.dumps('{"mail": "aino+x@example.com"}')),
            (False, aino, "maino+x@example.com"),
            (False, aino, "aino+x@example.comet"),
            (True, phone, "040 123 4567"),
            (True, phone, "tel=%2B358%2040%20123%204567"),
            (True, phone, '"from":"358401234567"'),
            (False, phone, "0401234568"),
            (False, phone, "04012345670"),
            (True, [("telegram", "", "1111111")], '{"id": 1111111, "b": 2}'),
            (False, [("telegram", "", "1111111")], '{"id": 11111112}'),
            (False, [("telegram", "", "12")], '{"id": 12}'),
            (True, [("email", "", "ä@example.com")], '"\\u00e4@example.com"'),
            (False, [], "anything"),
        ):
            with self.subTest(text=text):
                self.assertEqual(traces.mentions(text, handles), expected)
