import base64

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from .common import ImportMixin, csv_file

HEADINGS = ("Nimi", "Puhelin", "Sähköposti", "Huomautus")
AINO = ("Aino Asiakas", "040 123 4567", "aino@example.com", "Salaisuus")
EINO = ("Eino Toinen", "050 765 4321", "eino@example.com", "Muuta")


@tagged("post_install", "-at_install")
class TestErasure(ImportMixin, TransactionCase):
    """Nothing of a customer is left in an old notebook."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_import()

    def _wizard(self, **chosen):
        return self.env["crm_orders.erase"].with_user(self.manager).create(chosen)

    def _stored(self, record):
        """All that the database and the file hold of an import, as one text."""
        self.env.flush_all()
        self.env.cr.execute(
            """
            SELECT (SELECT row_to_json(i)::text FROM crm_orders_import i WHERE id = %s)
                || (SELECT string_agg(row_to_json(r)::text, ' ')
                      FROM crm_orders_import_row r WHERE import_id = %s)
                || (SELECT string_agg(row_to_json(c)::text, ' ')
                      FROM crm_orders_import_column c WHERE import_id = %s)
            """,
            [record.id] * 3,
        )
        [(text,)] = self.env.cr.fetchall()
        file = base64.b64decode(record.with_context(bin_size=False).file)
        return text + file.decode()

    def test_rows_of_a_customer(self):
        record = self._import(self._check(HEADINGS, AINO, EINO, make="both"))
        row, other = record.row_ids.sorted("number")
        wizard = self._wizard(partner_ids=row.partner_id.ids)
        self.assertEqual(wizard.counts["import_rows"], 1)
        self.assertEqual(wizard.counts["imports"], 1)
        wizard.action_erase()
        self.env.invalidate_all()
        stored = self._stored(record)
        for text in ("Aino", "1234567", "123 4567", "aino@", "Salaisuus"):
            self.assertNotIn(text, stored)
        self.assertEqual(other.cells[0], "Eino Toinen", "what others gave is stored")
        self.assertEqual(row.partner_id.name, "Aino Asiakas", "the card stays")
        self.assertEqual(row.state, "done")
        self.assertFalse(self._wizard(partner_ids=row.partner_id.ids).counts)
        record.action_undo()
        self._run_job()
        self.assertEqual((row.state, other.state), ("kept", "undone"))
        self.assertTrue(row.partner_id.exists())

    def test_what_was_on_the_card_before(self):
        aino = self._new_partner("Aino", email="aino@example.com")
        record = self._import(self._check(HEADINGS, AINO))
        row = record.row_ids
        self.assertTrue(row.sudo().journal.get("filled"))
        self._wizard(partner_ids=aino.ids).action_erase()
        self.assertNotIn("filled", row.sudo().journal or {})

    def test_rejected_rows_are_found_by_what_is_in_them(self):
        aino = self._new_partner("Aino", phone="040 123 4567")
        self._new_partner("Other", email="aino@example.com")
        record = self._import(self._check(HEADINGS, AINO, EINO, doubtful="skip"))
        row = record.row_ids.sorted("number")[0]
        self.assertEqual((row.state, row.partner_id.id), ("left", False))
        self.assertIn(b"PK", record._get_rejected_file())
        wizard = self._wizard(partner_ids=aino.ids)
        self.assertEqual(wizard.counts, {"import_rows": 1, "imports": 1})
        wizard.action_erase()
        self.assertNotIn("Salaisuus", self._stored(record))
        self.assertTrue(record._get_rejected_file())

    def test_a_lead_without_a_customer(self):
        record = self._import(self._check(HEADINGS, AINO, EINO, make="lead"))
        row = record.row_ids.sorted("number")[0]
        self.assertFalse(row.partner_id)
        self._wizard(lead_ids=row.lead_id.ids).action_erase()
        self.assertNotIn("Salaisuus", self._stored(record))
        self.assertFalse(row.lead_id.description)

    def test_an_import_that_is_not_finished(self):
        aino = self._new_partner("Aino", phone="040 123 4567")
        record = self._check(HEADINGS, AINO)
        with self.assertRaisesRegex(UserError, "vihko"):
            self._wizard(partner_ids=aino.ids).action_erase()
        record.unlink()
        self._wizard(partner_ids=aino.ids).action_erase()

    def test_others_files_stay(self):
        aino = self._new_partner("Aino", phone="040 123 4567")
        record = self._import(self._check(HEADINGS, EINO))
        self._wizard(partner_ids=aino.ids).action_erase()
        file = base64.b64decode(record.with_context(bin_size=False).file)
        self.assertEqual(file, csv_file(HEADINGS, EINO))
