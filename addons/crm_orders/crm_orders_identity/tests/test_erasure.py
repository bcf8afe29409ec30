from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from .common import IdentityMixin


@tagged("post_install", "-at_install")
class TestErasure(IdentityMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_identities()
        cls.manager = cls._new_user("erase_manager", "crm_orders_base.group_manager")
        cls.lead = cls._new_lead(
            partner_id=cls.aino.id, description="<p>Wants a red sofa</p>"
        )

    def _wizard(self, records, user=None):
        action = records.with_user(user or self.manager).action_crm_orders_erase()
        wizards = self.env["crm_orders.erase"].with_user(user or self.manager)
        return wizards.with_context(**action["context"]).create({})

    def _write_mail(self, lead, body, **vals):
        return lead.message_post(
            body=body,
            subject="Sofa",
            message_type="email",
            subtype_xmlid="mail.mt_comment",
            attachments=[("list.txt", b"their list")],
            **vals,
        )

    def test_it_says_what_and_erases_that(self):
        self._claim(self._handle("telegram", "4711"), partner=self.aino)
        mail = self._write_mail(self.lead, "I am ill", author_id=self.aino.id)
        note = self.lead.message_post(body="Be kind", subtype_xmlid="mail.mt_note")
        other = self._new_lead(partner_id=self.eino.id, description="Words")
        file = mail.attachment_ids
        wizard = self._wizard(self.aino)
        self.assertEqual(wizard.counts, {"notes": 1, "messages": 1, "identities": 1})
        self.assertIn("Messages, with their files: <b>1</b>", wizard.summary)
        wizard.action_erase()
        self.env.invalidate_all()
        self.assertFalse(self.lead.description)
        self.assertFalse(mail.body)
        self.assertFalse(mail.subject)
        self.assertFalse(file.exists())
        self.assertIn("Be kind", note.body)
        self.assertTrue(other.description)
        self.assertEqual(
            set(self.aino.crm_orders_identity_ids.mapped("kind")), {"phone", "email"}
        )
        self.assertEqual(self.aino.phone, "040 123 4567")
        for record in (self.aino, self.lead):
            last = record.message_ids.sorted("id")[-1:]
            self.assertIn("erase_manager", last.body)
            self.assertIn("Notes of leads: 1", last.body)
        wizard = self._wizard(self.aino)
        self.assertFalse(wizard.counts)
        self.assertIn("Nothing", wizard.summary)

    def test_files_of_orders_stay(self):
        order = self.env["sale.order"].create({"partner_id": self.aino.id})
        file = self.env["ir.attachment"].create(
            {"name": "o.pdf", "raw": b"x", "res_model": order._name, "res_id": order.id}
        )
        mail = self.lead.message_post(
            body="Your offer",
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachment_ids=file.ids,
        )
        self._wizard(self.aino).action_erase()
        self.env.invalidate_all()
        self.assertFalse(mail.attachment_ids)
        self.assertEqual(file.exists().raw, b"x")

    def test_a_lead_without_a_customer(self):
        lead = self._new_lead(
            contact_name="Somebody", phone="050 111 2233", description="My words"
        )
        self._claim(self._handle("telegram", "4712"), lead=lead)
        mail = self._write_mail(lead, "More words", email_from="who@example.com")
        wizard = self._wizard(lead)
        self.assertEqual(wizard.counts, {"notes": 1, "messages": 1, "identities": 1})
        wizard.action_erase()
        self.env.invalidate_all()
        self.assertFalse(lead.description)
        self.assertFalse(mail.body)
        self.assertEqual((lead.contact_name, lead.phone), ("Somebody", "050 111 2233"))
        self.assertFalse(self.identities.search([("value", "=", "4712")]))
        self.assertTrue(self.lead.description)

    def test_a_lead_of_a_customer_is_erased_alone(self):
        other = self._new_lead(partner_id=self.aino.id, description="Other words")
        self._claim(self._handle("telegram", "4711"), partner=self.aino)
        wizard = self._wizard(other)
        self.assertEqual(wizard.counts, {"notes": 1})
        wizard.action_erase()
        self.assertFalse(other.description)
        self.assertTrue(self.lead.description)

    def test_merged_cards_and_contacts_belong_to_it(self):
        merged = self._new_partner("Aino L", phone="050 999 8877")
        late = self._new_lead(description="Of the merged card")
        contact = self._new_partner("Contact", parent_id=self.aino.id)
        theirs = self._new_lead(partner_id=contact.id, description="Of the contact")
        self.env["crm_orders.merge"].with_user(self.manager)._merge(self.aino, merged)
        late.partner_id = merged
        wizard = self._wizard(self.aino)
        self.assertEqual(wizard.counts["notes"], 3)
        wizard.action_erase()
        self.assertFalse(late.description or theirs.description)

    def test_what_other_companies_were_sent_stays(self):
        stranger = self._new_user(
            "erase_stranger",
            "crm_orders_base.group_manager",
            company=self.other_company,
        )
        self._claim(
            self._handle("telegram", "4711"), partner=self.aino, company=self.company
        )
        wizard = self._wizard(self.aino, stranger)
        self.assertFalse(wizard.counts)
        wizard.action_erase()
        self.assertTrue(self.lead.description)
        self.assertIn("telegram", self.aino.crm_orders_identity_ids.mapped("kind"))
        with self.assertRaises(AccessError):
            self._wizard(self.lead, stranger).action_erase()
        self.assertTrue(self.lead.description)

    def test_only_managers_erase(self):
        for login, groups in (
            ("erase_seller", "crm_orders_base.group_user,base.group_partner_manager"),
            ("erase_employee", "base.group_user,base.group_partner_manager"),
            ("erase_portal", "base.group_portal"),
        ):
            user = self._new_user(login, groups)
            for name, record in (("partner_ids", self.aino), ("lead_ids", self.lead)):
                with (
                    self.subTest(user=login, what=name),
                    self.assertRaises(AccessError),
                ):
                    self.env["crm_orders.erase"].with_user(user).create(
                        {name: [Command.set(record.ids)]}
                    ).action_erase()
            with self.subTest(user=login), self.assertRaises(AccessError):
                self.env["crm_orders.erasure"].with_user(user)._erase(
                    self.aino.with_user(user), self.env["crm.lead"].with_user(user)
                )
        self.assertTrue(self.lead.description)

    def test_nobody_was_chosen(self):
        wizard = self.env["crm_orders.erase"].with_user(self.manager).create({})
        self.assertFalse(wizard.counts)
        with self.assertRaises(UserError):
            wizard.action_erase()

    def test_what_others_have_as_well_tells_nobody(self):
        self._new_partner("Same phone", phone="040 123 4567")
        erasure = self.env["crm_orders.erasure"].with_user(self.manager)
        scope = erasure._get_scope(
            self.aino.with_user(self.manager),
            self.env["crm.lead"].with_user(self.manager),
        )
        self.assertEqual(scope.handles, {("email", "", "aino@example.com")})
