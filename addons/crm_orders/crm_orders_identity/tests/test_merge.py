from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from .common import IdentityMixin


@tagged("post_install", "-at_install")
class TestMerge(IdentityMixin, TransactionCase):
    """Two cards become one, and two again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_identities()
        cls.manager = cls._new_user("merge_manager", "crm_orders_base.group_manager")
        cls.seller = cls._new_user("merge_seller")
        tags = cls.env["res.partner.category"].create([{"name": "A"}, {"name": "B"}])
        cls.double = cls._new_partner(
            "Aino L.",
            phone="050 111 2233",
            email="aino@work.example",
            street="Katu 1",
            city="Turku",
            website="https://aino.example",
            category_id=[Command.set(tags.ids)],
        )
        cls.aino.category_id = tags[0]
        cls.telegram = cls._handle("telegram", 1111111)

    def _merge(self, kept=None, merged=None):
        merges = self.env["crm_orders.merge"].with_user(self.manager)
        return merges._merge(
            (kept or self.aino).with_user(self.manager),
            (merged or self.double).with_user(self.manager),
        )

    def _snapshot(self):
        """Everything of all tables that points at the two cards."""
        self.env.flush_all()
        merges = self.env["crm_orders.merge"]
        ids = (self.aino | self.double).ids
        # The notes about merging are new, and all that is meant to be.
        notes = self.env["mail.message"].search(
            [("model", "=", "res.partner"), ("body", "like", "card")]
        )
        return {
            (table, column, value): sorted(
                row
                for row in merges._select(table, column, key, condition, value)
                if table != "mail_message" or row not in notes.ids
            )
            for table, column, key, condition in merges._get_references()
            for value in ids
        }

    def test_everything_moves_and_comes_back(self):
        child = self._new_partner("Contact", parent_id=self.double.id)
        order = self.env["sale.order"].create({"partner_id": self.double.id})
        lead = self._new_lead(partner_id=self.double.id)
        self.double.message_post(body="Hello")
        self.double.message_subscribe(self.eino.ids)
        self.aino.message_subscribe(self.eino.ids)
        identity = self._claim(self.telegram, partner=self.double)
        attachment = self.env["ir.attachment"].create(
            {"name": "a.txt", "res_model": "res.partner", "res_id": self.double.id}
        )
        self.double.activity_schedule("mail.mail_activity_data_todo")
        before = self._snapshot()
        cards = self._values(self.aino), self._values(self.double)
        card = self.aino.read()[0]

        merge = self._merge()
        self.assertFalse(self.double.active)
        self.assertEqual(self.double.crm_orders_merged_into_id, self.aino)
        for record in (order, lead, identity):
            self.assertEqual(record.partner_id, self.aino)
        self.assertEqual(order.partner_invoice_id, self.aino)
        self.assertEqual(child.parent_id, self.aino)
        self.assertEqual(child.commercial_partner_id, self.aino)
        self.assertEqual(attachment.res_id, self.aino.id)
        self.assertEqual(len(self.aino.activity_ids), 1)
        self.assertIn("Hello", "".join(self.aino.message_ids.mapped("body")))
        self.assertEqual(len(self.aino.category_id), 2)
        self.assertEqual(self.aino.city, "Turku")
        self.assertEqual(self.aino.website, "https://aino.example")
        self.assertEqual(self.aino.phone, "040 123 4567")
        self.assertEqual(
            self._match(self._handle("phone", "050 111 2233")).partner, self.aino
        )
        self.assertEqual(self._match(self.telegram).partner, self.aino)

        merge.action_undo()
        self.assertEqual(self._snapshot(), before)
        self.assertTrue(self.double.active)
        self.assertFalse(self.double.crm_orders_merged_into_id)
        self.assertEqual(child.commercial_partner_id, self.double)
        self.assertEqual((self._values(self.aino), self._values(self.double)), cards)
        after = self.aino.read()[0]
        for name in ("street", "city", "website", "phone", "email", "category_id"):
            self.assertEqual(after[name], card[name], name)
        self.assertEqual(identity.partner_id, self.double)
        with self.assertRaises(UserError):
            merge.action_undo()

    def test_picture_stays_on_its_card(self):
        picture = b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNkYAAAAAYAAjCB0C8AAAAASUVORK5CYII="
        (self.aino | self.double).image_1920 = picture
        self._merge()
        files = self.env["ir.attachment"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_field", "=", "image_1920"),
                ("res_id", "=", self.aino.id),
            ]
        )
        self.assertEqual(len(files), 1)

    def test_what_was_given_away_meanwhile_is_not_taken_back(self):
        orders = self.env["sale.order"].create([{"partner_id": self.double.id}] * 2)
        merge = self._merge()
        orders[0].partner_id = self.eino
        self.aino.city = "Oulu"
        new = self.env["sale.order"].create({"partner_id": self.aino.id})
        merge.action_undo()
        self.assertEqual(orders[0].partner_id, self.eino)
        self.assertEqual(orders[1].partner_id, self.double)
        self.assertEqual(new.partner_id, self.aino)
        self.assertEqual(self.aino.city, "Oulu")
        self.assertFalse(self.aino.street)

    def test_chain_of_merges_leads_to_the_last_and_is_undone_backwards(self):
        order = self.env["sale.order"].create({"partner_id": self.double.id})
        first = self._merge()
        second = self._merge(self.eino, self.aino)
        self.assertEqual(self.double.crm_orders_merged_into_id, self.eino)
        self.assertEqual(
            self._match(self._handle("email", "aino@work.example")).partner, self.eino
        )
        with self.assertRaisesRegex(UserError, "later"):
            first.action_undo()
        second.action_undo()
        self.assertEqual(self.double.crm_orders_merged_into_id, self.aino)
        self.assertEqual(order.partner_id, self.aino)
        first.action_undo()
        self.assertEqual(order.partner_id, self.double)

    def test_merged_card_comes_back_by_undoing_only(self):
        self._merge()
        with self.assertRaisesRegex(UserError, "Undo the merge"):
            self.double.with_user(self.manager).action_unarchive()

    def test_number_of_both_is_of_both_again(self):
        self.double.phone = self.aino.phone
        merge = self._merge()
        self.aino.phone = False
        self.assertEqual(
            self._match(self._handle("phone", "0401234567")).partner, self.aino
        )
        self.aino.phone = "040 123 4567"
        merge.action_undo()
        for partner in (self.aino, self.double):
            self.assertIn(("phone", "+358401234567", "card"), self._values(partner))

    def test_account_answers_for_the_kept_card_and_stays_itself(self):
        """Replies go to the account that a message came from, before and after."""
        theirs = self._claim(self.telegram, partner=self.double)
        mine = self._claim(self._handle("telegram", 2222222), partner=self.aino)
        self._merge()
        self.assertEqual((theirs | mine).partner_id, self.aino)
        self.assertEqual(theirs.value, "1111111")
        self.assertEqual(mine.value, "2222222")
        self.assertEqual(self._claim(self.telegram, partner=self.aino), theirs)

    def test_company_of_documents_is_the_company_of_the_kept_contact(self):
        firm = self._new_partner("Firma", is_company=True)
        contact = self._new_partner("Aino at work", parent_id=firm.id)
        self.env.flush_all()
        columns = self.env["crm_orders.merge"]._get_entity_columns("account_move")
        self.assertIn(("account_move", "commercial_partner_id"), columns)
        journal = self.env["account.journal"].search([("type", "=", "sale")], limit=1)
        if not journal:
            journal = self.env["account.journal"].create(
                {"name": "Sales", "type": "sale", "code": "TST"}
            )
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.double.id,
                "journal_id": journal.id,
                "company_id": journal.company_id.id,
            }
        )
        merge = self._merge(contact, self.double)
        self.assertEqual(move.partner_id, contact)
        self.assertEqual(move.commercial_partner_id, firm)
        merge.action_undo()
        self.assertEqual(move.partner_id, self.double)
        self.assertEqual(move.commercial_partner_id, self.double)

    def test_refused(self):
        firm = self._new_partner("Firma", is_company=True)
        contact = self._new_partner("At work", parent_id=firm.id)
        user = self._new_user("merge_login", "base.group_portal").partner_id
        mine = self._new_partner("Mine", company_id=self.company.id)
        for kept, merged, words in (
            (firm, contact, "company and its contact"),
            (contact, firm, "company and its contact"),
            (self.aino, contact, "contact of Firma"),
            (self.aino, user, "log in"),
            (self.aino, self.company.partner_id, "company of yours"),
            (mine, self.aino, "Other companies"),
            (self.aino, self.aino, "two customers"),
        ):
            with self.subTest(words), self.assertRaisesRegex(UserError, words):
                self._merge(kept, merged)
        self.double.active = False
        with self.assertRaisesRegex(UserError, "archived"):
            self._merge(self.double, self.aino)

    def test_only_managers_merge_and_only_what_they_may_change(self):
        merges = self.env["crm_orders.merge"]
        with self.assertRaises(AccessError):
            merges.with_user(self.seller)._merge(
                self.aino.with_user(self.seller), self.double.with_user(self.seller)
            )
        with self.assertRaises(AccessError):
            (self.aino | self.double).with_user(self.seller).action_crm_orders_merge()
        self.double.company_id = self.other_company
        with self.assertRaises(AccessError):
            self._merge()
        self.double.company_id = False
        merge = self._merge()
        with self.assertRaises(AccessError):
            merge.with_user(self.seller).action_undo()
        with self.assertRaises(AccessError):
            merge.write({"state": "undone"})
        with self.assertRaises(AccessError):
            merge.read(["journal"])
        with self.assertRaises(AccessError):
            merges.with_user(self.manager).create({"kept_id": self.aino.id})

    def test_who_is_kept(self):
        merges = self.env["crm_orders.merge"]
        self.assertEqual(merges._sort_to_keep(self.double | self.aino)[0], self.aino)
        self.env["sale.order"].create({"partner_id": self.double.id})
        self.assertEqual(merges._sort_to_keep(self.double | self.aino)[0], self.double)
        user = self._new_user("merge_keep", "base.group_portal").partner_id
        self.assertEqual(merges._sort_to_keep(self.double | user)[0], user)

    def test_nobody_is_merged_with_himself(self):
        twice = self.env["res.partner"].browse([self.aino.id, self.aino.id])
        with self.assertRaisesRegex(UserError, "from two to"):
            twice.with_user(self.manager).action_crm_orders_merge()
        with self.assertRaisesRegex(UserError, "Choose two"):
            self._merge(self.aino, self.aino)
