import base64

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, tagged

from .common import ImportMixin, csv_file

ROWS = (["Name", "Phone"], ["Aino", "0401112223"])


@tagged("post_install", "-at_install")
class TestAccess(ImportMixin, TransactionCase):
    """What each role may do by calling models from outside."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_import()
        cls.users = [
            cls._new_user("import_seller", "crm_orders_base.group_user"),
            cls._new_user("import_employee", "base.group_user"),
            cls._new_user("import_portal", "base.group_portal"),
            cls.env.ref("base.public_user"),
        ]

    def test_only_managers_import(self):
        record = self._check(*ROWS)
        mapping = record.mapping_id.create({"name": "M", "columns": []})
        for user in self.users:
            for one in (record, record.row_ids, record.column_ids, mapping):
                with self.assertRaises(AccessError):
                    one.with_user(user).read(["display_name"])
            for name in ("action_import", "action_check", "action_back", "action_undo"):
                with self.assertRaises(AccessError):
                    getattr(record.with_user(user), name)()
            with self.assertRaises(AccessError):
                self.imports.with_user(user).create(
                    {"file": base64.b64encode(csv_file(*ROWS))}
                )

    def test_columns_stay_where_they_are(self):
        first, second = self._upload(csv_file(*ROWS)), self._upload(csv_file(*ROWS))
        for vals in ({"import_id": second.id}, {"heading": "x"}, {"position": 9}):
            with self.assertRaises(AccessError):
                first.column_ids[0].with_user(self.manager).write(vals)

    def test_remembered_columns_are_columns(self):
        mappings = self.env["crm_orders.import.mapping"].with_user(self.manager)
        for columns in (5, "x", [["a"]], [["a", 5]], {"a": "b"}):
            with self.assertRaises(ValidationError):
                mappings.create({"name": "M", "columns": columns})
        mappings.create({"name": "None"})
        self._upload(csv_file(*ROWS))

    def test_other_companies_see_nothing(self):
        record = self._check(*ROWS)
        other = self.env["res.company"].create({"name": "Toinen Oy"})
        stranger = self.manager.copy(
            {
                "login": "stranger",
                "company_id": other.id,
                "company_ids": [(6, 0, other.ids)],
            }
        )
        record.action_remember()
        mapping = record.mapping_id
        self.assertEqual(mapping.company_id, self.company)
        for one in (record, record.row_ids, record.column_ids, mapping):
            there = one.with_user(stranger).with_context(allowed_company_ids=other.ids)
            self.assertFalse(there.search([("id", "in", one.ids)]))
        with self.assertRaises(AccessError):
            record.with_user(stranger).with_context(
                allowed_company_ids=other.ids
            ).action_import()
        draft = self._upload(csv_file(*ROWS))
        with self.assertRaises(AccessError):
            draft.company_id = other
            self.env.flush_all()

    def test_columns_are_remembered_by_company(self):
        record = self._upload(csv_file(*ROWS))
        record.action_remember()
        other = self.env["res.company"].create({"name": "Toinen Oy"})
        self.manager.company_ids |= other
        there = self.imports.with_company(other).create(
            {"file": base64.b64encode(csv_file(*ROWS)), "filename": "b.csv"}
        )
        self.assertEqual(there.company_id, other)
        self.assertFalse(there.mapping_id)
        again = self._upload(csv_file(*ROWS))
        self.assertEqual(again.mapping_id, record.mapping_id)
        again.with_context(
            allowed_company_ids=[self.company.id, other.id]
        ).company_id = other
        self.assertFalse(again.mapping_id)
        with self.assertRaises(AccessError):
            record.mapping_id.with_user(self.manager).with_context(
                allowed_company_ids=self.company.ids
            ).company_id = other

    def test_what_no_form_sends_is_refused_in_words(self):
        for file in ("no Base64!", "äö", b"YQ", 5, ["x"]):
            with self.subTest(file=file), self.assertRaisesRegex(UserError, "Base64"):
                self.imports.create({"file": file, "filename": "a.csv"})
        record = self._upload(csv_file(*ROWS))
        for number in (2**31, 10**30, 40, "x"):
            with self.subTest(row=number), self.assertRaisesRegex(UserError, "Row"):
                record.write({"heading_row": number})
        with self.assertRaisesRegex(UserError, "Row"):
            record.write({"heading_row": 2**31})
        with self.assertRaisesRegex(UserError, "Base64"):
            record.write({"file": "%%%"})
        self.assertEqual(record.heading_row, 1)
        with self.assertRaisesRegex(UserError, "neither a workbook"):
            self._upload(bytes(range(256)) * 9)

    def test_what_the_job_writes_is_not_written_by_hand(self):
        record = self._check(*ROWS)
        for vals in (
            {"state": "done"},
            {"user_id": self.env.ref("base.user_admin").id},
            {"row_ids": [(0, 0, {"number": 1})]},
            {"checksum": "x"},
        ):
            with self.assertRaises(AccessError):
                record.write(vals)
        with self.assertRaises(AccessError):
            record.row_ids.write({"partner_id": self.env.user.partner_id.id})
        with self.assertRaises(AccessError):
            record.row_ids.read(["journal"])
        with self.assertRaises(UserError):
            record.make = "lead"
        with self.assertRaises(UserError):
            record.column_ids[0].field = "note"

    def test_buttons_are_for_their_step_only(self):
        record = self._upload(csv_file(*ROWS))
        for name in ("action_import", "action_back", "action_stop", "action_undo"):
            with self.assertRaises(UserError):
                getattr(record, name)()
        record.action_check()
        with self.assertRaises(UserError):
            record.action_check()
        with self.assertRaises(UserError):
            record.unlink()
        record.action_stop()
        self.assertEqual(record.state, "draft")

    def test_job_has_the_rights_of_who_started_it(self):
        record = self._check(*ROWS)
        record.action_import()
        self.manager.sudo().active = False
        self._run_job()
        self.assertEqual(record.sudo().state, "checked")
        self.assertIn("cannot log in", record.sudo().error)
        self.assertFalse(record.sudo().row_ids.partner_id)
