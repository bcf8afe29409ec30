from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from .common import ImportMixin

HEAD = ["Name", "Phone", "Email", "City", "Tags"]


@tagged("post_install", "-at_install")
class TestUndo(ImportMixin, TransactionCase):
    """What an import made goes away, except what somebody works with."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_import()

    def _undo(self, record):
        record.action_undo()
        self._run_job()
        self.assertEqual(record.state, "undone", record.error)

    def test_everything_goes_away(self):
        known = self._new_partner("Eino", phone="0501112223")
        before = known.read(["email", "city", "category_id"])
        identities = known.sudo().crm_orders_identity_ids
        record = self._import(
            self._check(
                HEAD,
                ["Aino", "0401112223; 0401112224", "a@i.example", "", "vip"],
                ["Aino", "0401112223", "", "Turku"],
                ["Eino", "0501112223; 0501112224", "e@i.example", "Oulu", "vip"],
                make="both",
            )
        )
        aino = self._partners(record)[0]
        leads = record.row_ids.lead_id
        self.assertEqual(aino.city, "Turku")
        self.assertEqual(known.city, "Oulu")
        self._undo(record)
        self.assertFalse(aino.exists())
        self.assertFalse(leads.exists())
        self.assertEqual(known.read(["email", "city", "category_id"]), before)
        self.assertEqual(known.sudo().crm_orders_identity_ids, identities)
        self.assertEqual(set(self._states(record)), {"undone"})

    def test_what_is_used_stays(self):
        record = self._import(
            self._check(
                HEAD,
                ["Ordered", "0401112221; 0401112229"],
                ["Changed", "0401112222"],
                ["Written to", "0401112223"],
                ["Untouched", "0401112224"],
            )
        )
        ordered, changed, written, untouched = self._partners(record)
        self._age(record)
        self.env["sale.order"].create({"partner_id": ordered.id})
        changed.city = "Turku"
        written.message_post(body="Hello")
        self._undo(record)
        self.assertEqual(self._states(record), ["kept", "kept", "kept", "undone"])
        self.assertTrue(
            (ordered | changed | written).exists() == ordered | changed | written
        )
        self.assertFalse(untouched.exists())
        self.assertIn("Sales Order", record.row_ids.sorted("number")[0].reason)
        self.assertEqual(len(ordered.sudo().crm_orders_identity_ids), 2)
        self.assertEqual(record.kept_count, 3)

    def test_later_change_of_a_completed_card_stays(self):
        known = self._new_partner("Eino", phone="0501112223")
        record = self._import(
            self._check(HEAD, ["E", "0501112223", "e@i.example", "Oulu"])
        )
        known.city = "Turku"
        self._undo(record)
        self.assertEqual((known.city, known.email), ("Turku", False))

    def test_nothing_to_undo(self):
        record = self._check(HEAD, ["Aino", "0401112223"])
        with self.assertRaisesRegex(UserError, "Nothing was imported"):
            record.action_undo()

    def _age(self, record):
        """A test is one transaction; make what was imported older than the rest of it."""
        for row in record.sudo().row_ids:
            row.journal = {**row.journal, "at": "2020-01-01 00:00:00"}
        partners = record.row_ids.partner_id
        self.env.flush_all()
        # What belongs to it was made with it.
        for table, column in (
            ("crm_orders_identity", "partner_id"),
            ("mail_message", "res_id"),
        ):
            self.env.cr.execute(
                f"UPDATE {table} SET create_date = '2020-01-01' WHERE {column} = ANY(%s)",
                [partners.ids],
            )
