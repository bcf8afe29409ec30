from datetime import timedelta

from lxml import etree
from markupsafe import Markup

from odoo import fields
from odoo.tests import TransactionCase, tagged
from odoo.tools.safe_eval import safe_eval

from .common import AssignMixin


@tagged("post_install", "-at_install")
class TestInbox(AssignMixin, TransactionCase):
    """What a seller finds under which tab."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_shop()
        cls._new_policy()
        cls.new = cls._new_leads(2)
        cls.mine = cls._new_leads(3, user_id=cls.aino.id)
        cls.waiting = cls._new_leads(user_id=cls.aino.id)
        cls.waiting._crm_orders_note_first_response(user=cls.aino)
        cls.late = cls._new_leads(user_id=cls.aino.id)
        cls.late._crm_orders_set(
            crm_orders_sla_deadline=fields.Datetime.now() - timedelta(minutes=1)
        )
        cls.foreign = cls._new_leads(4, user_id=cls.eero.id)
        cls._new_leads(5, user_id=cls.aino.id).action_set_lost()
        cls.env.flush_all()

    def _inbox(self, user):
        return self.env["crm.lead"].with_user(user)

    def test_counts_of_a_seller(self):
        leads = self._inbox(self.aino)
        domains = leads._get_crm_orders_inbox_domains()
        ours = fields.Domain("company_id", "=", self.company.id)
        found = {tab: leads.search(domain & ours) for tab, domain in domains.items()}
        self.assertEqual(found["new"], self.new)
        self.assertEqual(set(found["mine"]), set(self.mine | self.late))
        self.assertEqual(found["late"], self.late)
        self.assertEqual(found["waiting"], self.waiting)

    def test_counts_tell_what_the_user_may_see(self):
        counts = self._inbox(self.aino).crm_orders_get_inbox_counts()
        self.assertEqual(counts["mine"], 4)
        self.assertEqual(counts["waiting"], 1)
        self.assertEqual(
            self._inbox(self.liisa).crm_orders_get_inbox_counts()["mine"], 0
        )

    def test_tabs_and_filters_are_the_same(self):
        leads = self._inbox(self.aino)
        action = self.env.ref("crm_orders_assign.crm_lead_inbox_action")
        base = fields.Domain(safe_eval(action.domain))
        arch = leads.get_view(action.search_view_id.id, "search")["arch"]

        for tab, domain in leads._get_crm_orders_inbox_domains().items():
            node = etree.fromstring(arch).find(f".//filter[@name='inbox_{tab}']")
            shown = safe_eval(node.get("domain"), {"uid": self.aino.id})
            self.assertEqual(
                leads.search(base & fields.Domain(shown)), leads.search(domain), tab
            )

    def test_first_words_are_plain_and_short(self):
        lead = self.new[0]
        lead.description = "<p>Do you <b>have</b></p><p>a sofa?</p>" + "word " * 60
        self.assertTrue(lead.crm_orders_snippet.startswith("Do you"))
        self.assertLessEqual(len(lead.crm_orders_snippet), 142)
        self.assertNotIn("<", lead.crm_orders_snippet)
        lead.description = "<p>A sofa.</p><ul><li>budget: 400</li></ul>"
        self.assertEqual(lead.crm_orders_snippet, "A sofa. budget: 400")
        lead.description = False
        self.assertFalse(lead.crm_orders_snippet)

    def test_first_words_of_a_mail(self):
        lead = self.new[0]
        lead.description = False
        for text in ("An old mail", "Is the <b>sofa</b> still there?"):
            lead.message_post(
                body=Markup("<p>%s</p>") % Markup(text),
                message_type="email",
                author_id=self.customer.id,
            )
        lead.message_post(body="A note")
        lead.invalidate_recordset()
        self.assertEqual(lead.crm_orders_snippet, "Is the sofa still there?")

    def test_last_words_of_a_talk(self):
        lead = self.mine[0]
        lead.description = "<p>The first words</p>"
        self.assertEqual(lead.crm_orders_snippet, "The first words")
        talk = {"message_type": "comment", "subtype_xmlid": "mail.mt_comment"}
        lead.message_post(body="In red?", author_id=self.customer.id, **talk)
        lead.invalidate_recordset()
        self.assertEqual(lead.crm_orders_snippet, "In red?")
        lead.with_user(self.aino).message_post(body="Red and blue.", **talk)
        lead.message_post(body="A note")
        lead.invalidate_recordset()
        self.assertEqual(
            lead.with_user(self.aino).crm_orders_snippet, "You: Red and blue."
        )
        lead.invalidate_recordset()
        self.assertEqual(
            lead.with_user(self.manager).crm_orders_snippet,
            "Aino Seller: Red and blue.",
        )

    def test_card_says_nothing_twice(self):
        lead = self.new[0]
        lead.name = "Do you have a sofa?"
        lead.description = "<p>Do you have<br/>a sofa?</p>"
        self.assertEqual(lead.crm_orders_snippet, "")
        lead.description = "<p>Do you have a sofa? In blue?</p>"
        self.assertEqual(lead.crm_orders_snippet, "Do you have a sofa? In blue?")
        lead.name = "Do you have a\N{HORIZONTAL ELLIPSIS}"
        self.assertEqual(
            lead.crm_orders_snippet, "\N{HORIZONTAL ELLIPSIS} sofa? In blue?"
        )

    def test_card_names_the_channel(self):
        origin = self.env["utm.source"].create({"name": "Fair of the test"})
        medium = self.env["utm.medium"].create({"name": "Stand of the test"})
        lead = self._new_leads(source_id=origin.id, medium_id=medium.id)
        self.assertEqual(
            lead.crm_orders_channel, "Stand of the test · Fair of the test"
        )
        self.assertFalse(self._new_leads().crm_orders_channel)

    def test_card_names_the_sender(self):
        for vals, name in (
            ({"partner_id": self.customer.id}, "Customer"),
            ({"contact_name": "Matti"}, "Matti"),
            ({"email_from": "matti@example.com"}, "matti@example.com"),
            ({"phone": "+358401234567"}, "+358401234567"),
        ):
            self.assertIn(name, self._new_leads(**vals).crm_orders_customer)
