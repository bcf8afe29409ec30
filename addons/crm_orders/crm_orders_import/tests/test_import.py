import io

import openpyxl

from odoo.exceptions import UserError
from odoo.tests import HttpCase, TransactionCase, tagged

from .common import ImportMixin, csv_file, xlsx_file

HEAD = ["Nimi", "Puhelin", "Sähköposti", "Kaupunki", "Tunnisteet", "Huom", "Koko"]


@tagged("post_install", "-at_install")
class TestImport(ImportMixin, TransactionCase):
    """From a file to customers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_import()

    def test_columns_are_matched_on_upload(self):
        record = self._upload(
            xlsx_file(HEAD, ["Aino", "0401112223", "aino@i.example", "Turku", "vip"]),
            name="asiakkaat.xlsx",
        )
        self.assertEqual(record.name, "asiakkaat")
        self.assertEqual(
            record.column_ids.mapped("field"),
            ["name", "phone", "email", "city", "tags", "note", False],
        )
        self.assertIn("Aino", record.preview_html)
        self.assertEqual(record.heading_row, 1)

    def test_name_follows_the_file_until_it_is_typed(self):
        """A form asks for the name before a file has been chosen."""
        form = self.imports.new({})
        self.assertEqual(form.name, "New Import")
        form.filename = "vihko.xlsx"
        self.assertEqual(form.name, "vihko")
        form.name = "Old till"
        form.filename = "kassa.csv"
        self.assertEqual(form.name, "Old till")

    def test_dry_run_makes_nothing(self):
        known = self._new_partner("Eino K", phone="050 111 2223")
        self._new_partner("Twin 1", phone="050 999 8887")
        self._new_partner("Twin 2", phone="050 999 8887")
        before = self.env["res.partner"].search_count([])
        record = self._check(
            HEAD,
            ["Aino", "040 111 2223 / 09 111 2223", "aino@i.example", "Turku"],
            ["Eino", "050-1112223"],
            ["A. Lähde", "", "AINO@i.example"],
            ["Somebody", "0509998887"],
            ["", "", "", "Oulu"],
            ["Eino", "", ""],
        )
        self.assertEqual(self.env["res.partner"].search_count([]), before)
        self.assertEqual(
            self._verdicts(record),
            ["new", "known", "same", "doubtful", "error", "unreachable"],
        )
        rows = record.row_ids.sorted("number")
        self.assertEqual(rows[1].partner_id, known)
        self.assertEqual(rows[2].same_number, 2)
        self.assertIn("row 2", rows[2].reason)
        self.assertEqual(rows[3].reason, "Several customers have this phone number.")
        self.assertIn("cannot be recognised", rows[5].reason)
        self.assertEqual(
            (record.new_count, record.known_count, record.rejected_count), (1, 1, 1)
        )

    def test_rows_become_customers(self):
        record = self._check(
            HEAD,
            [
                "Aino Lähde",
                "040 111 2223 / 09 111 2223",
                "aino@i.example, al@i.example",
                "Turku",
                "vip, Uusi",
                "Pays late",
                "42",
            ],
        )
        self._import(record)
        [aino] = self._partners(record)
        self.assertEqual(aino.name, "Aino Lähde")
        self.assertEqual(aino.phone, "+358 40 1112223")
        self.assertEqual(aino.email, "aino@i.example")
        self.assertEqual(aino.city, "Turku")
        self.assertEqual(set(aino.category_id.mapped("name")), {"vip", "Uusi"})
        self.assertIn("Pays late", aino.comment)
        self.assertIn("<b>Koko:</b> 42", aino.comment)
        self.assertEqual(
            sorted(aino.sudo().crm_orders_identity_ids.mapped("value")),
            ["+35840" + "1112223", "+35891112223", "aino@i.example", "al@i.example"],
        )

    def test_known_customer_is_completed_and_never_changed(self):
        known = self._new_partner("Eino K", phone="050 111 2223", function="Boss")
        head = ["Name", "Phone", "Email", "Job position", "City"]
        record = self._check(
            head, ["Another Name", "0501112223", "eino@i.example", "Clerk", "Oulu"]
        )
        self._import(record)
        self.assertEqual((known.name, known.function), ("Eino K", "Boss"))
        self.assertEqual((known.email, known.city), ("eino@i.example", "Oulu"))

    def test_same_person_twice_is_one_customer(self):
        record = self._check(
            HEAD,
            ["Aino", "0401112223", "aino@i.example"],
            ["Aino L", "", "aino@i.example", "Turku"],
            ["Lähde", "040-1112223", "", "Oulu"],
        )
        self._import(record)
        first, second, third = self._partners(record)
        self.assertTrue(first)
        self.assertEqual(first, second)
        self.assertEqual(first, third)
        self.assertEqual(first.city, "Turku")

    def test_namesakes_are_never_made_one(self):
        record = self._check(HEAD, ["Matti Virtanen"], ["Matti Virtanen"])
        self._import(record)
        first, second = self._partners(record)
        self.assertNotEqual(first, second)

    def test_doubtful_rows_are_asked_about(self):
        twins = self._new_partner("T1", phone="0509998887")
        twins |= self._new_partner("T2", phone="0509998887")
        record = self._check(HEAD, ["Somebody", "0509998887"])
        self._import(record)
        [somebody] = self._partners(record)
        self.assertNotIn(somebody, twins)
        question = self.env["crm_orders.duplicate"].search(
            [("partner_id", "=", somebody.id)]
        )
        self.assertEqual(question.candidate_ids, twins)

    def test_doubtful_rows_are_left_out_if_wanted(self):
        self._new_partner("T1", phone="0509998887")
        self._new_partner("T2", phone="0509998887")
        record = self._check(HEAD, ["Somebody", "0509998887"], doubtful="skip")
        self._import(record)
        self.assertEqual(self._states(record), ["left"])
        self.assertFalse(self._partners(record)[0])

    def test_customer_who_came_after_the_check_is_not_doubled(self):
        record = self._check(HEAD, ["Aino", "0401112223"])
        came = self._new_partner("Aino from the shop", phone="+358401112223")
        self._import(record)
        self.assertEqual(self._partners(record), [came])
        self.assertEqual(self._verdicts(record), ["known"])

    def test_bad_row_does_not_stop_the_others(self):
        head = ["Name", "Phone", "Country", "VAT"]
        record = self._check(
            head,
            ["Aino", "0401112221", "Finland", "FI20774740"],
            ["Bad", "0401112222", "Finland", "FI123"],
            ["Eino", "0401112223", "Suomi", ""],
        )
        self._import(record)
        self.assertEqual(self._states(record), ["done", "failed", "done"])
        self.assertIn("FI123", record.row_ids.sorted("number")[1].reason)

    def test_importing_twice_makes_nothing_twice(self):
        rows = [HEAD, ["Aino", "0401112223"], ["Eino", "", "eino@i.example"]]
        first = self._import(self._check(*rows))
        again = self._check(*rows)
        self.assertEqual(again.repeats_id, first)
        self.assertEqual(self._verdicts(again), ["known", "known"])
        before = self.env["res.partner"].search_count([])
        self._import(again)
        self.assertEqual(self.env["res.partner"].search_count([]), before)

    def test_html_and_formulas_are_text(self):
        evil = '<script>alert("1")</script>=1+1'
        record = self._check(HEAD, [evil, "0401112223", "", "", "", evil])
        self.assertNotIn("<script>", record.preview_html)
        self._import(record)
        [partner] = self._partners(record)
        self.assertEqual(partner.name, evil)
        self.assertNotIn("<script>", partner.comment)

    def test_rejected_rows_are_text_in_the_workbook(self):
        record = self._check(
            ["Name", "City", "Koko"], ["", "=1+1", "@SUM(A1)"], ["", "-2+3", "+4"]
        )
        book = openpyxl.load_workbook(io.BytesIO(record._get_rejected_file()))
        rows = list(book.active.iter_rows())
        self.assertEqual(
            [cell.value for cell in rows[1]][:4], ["", "=1+1", "@SUM(A1)", "2"]
        )
        for row in rows:
            for cell in row:
                self.assertIn(cell.data_type, "sn", cell.value)

    def test_mapping_is_remembered(self):
        record = self._upload(
            csv_file(["Nimi", "Numero", "Koodi"], ["A", "0401112223", "x"])
        )
        self.assertEqual(record.column_ids.mapped("field"), ["name", "phone", "extra"])
        record.column_ids[2].field = "tags"
        record.action_remember()
        again = self._upload(
            csv_file(["KOODI", "nimi", "numero"], ["y", "B", "0401112224"])
        )
        self.assertEqual(again.mapping_id, record.mapping_id)
        self.assertEqual(again.column_ids.mapped("field"), ["tags", "name", "phone"])

    def test_clear_errors_for_files_that_are_none(self):
        for data, words in (
            (b"\xd0\xcf\x11\xe0" + bytes(10), "old Excel"),
            (b"PK\x03\x04", "damaged"),
            (b";".join([b"x"] * 500), "more than 200 columns"),
        ):
            with self.assertRaisesRegex(UserError, words):
                self._upload(data)

    def test_columns_must_hold_somebody(self):
        record = self._upload(csv_file(["Amount", "Date"], ["4", "1.5.2024"]))
        with self.assertRaisesRegex(UserError, "which column"):
            record.action_check()

    def test_queries_do_not_grow_with_the_rows(self):
        def count(rows):
            record = self._check(HEAD, *rows)
            record.action_import()
            self.env.flush_all()
            before = self.cr.sql_log_count
            self._run_job()
            return self.cr.sql_log_count - before

        def people(start, number):
            return [
                [f"P {i}", f"0401{i:06d}", f"p{i}@i.example", "Turku", "vip", "x"]
                for i in range(start, start + number)
            ]

        count(people(0, 5))
        few, many = count(people(100, 10)), count(people(200, 150))
        self.assertLess(many, few + 40)


@tagged("post_install", "-at_install")
class TestDownload(ImportMixin, HttpCase):
    def test_only_managers_download(self):
        self._set_up_import()
        record = self._check(["Name", "City"], ["", "Oulu"])
        url = f"/crm_orders_import/{record.id}/rejected.xlsx"
        self.authenticate("import_manager", "import_manager")
        response = self.url_open(url)
        self.assertEqual(response.status_code, 200)
        self.assertTrue(response.content.startswith(b"PK"))
        self._new_user("import_seller", "crm_orders_base.group_user")
        self.authenticate("import_seller", "import_seller")
        self.assertEqual(self.url_open(url).status_code, 404)
        self.assertEqual(
            self.url_open("/crm_orders_import/0/rejected.xlsx").status_code, 404
        )
