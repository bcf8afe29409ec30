from datetime import date

from psycopg2 import IntegrityError

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import PayrollLiteCommon


@tagged("post_install", "-at_install")
class TestTaxCard(PayrollLiteCommon):
    """Officers keep tax cards without any HR right."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.aino = cls._make_employee("Aino")

    def _card(self, day, user=None, **values):
        view = self.env["payroll.lite.employee"].with_user(user or self.officer)
        action = view.browse(self.aino.id).action_tax_card()
        cards = self.env["payroll.lite.tax.card"].with_user(user or self.officer)
        form = Form(cards.with_context(action["context"]))
        form.date_from = day
        for name, value in values.items():
            form[name] = value
        return form.save()

    def test_the_present_card_is_offered(self):
        card = self._card(date(2026, 3, 1))
        self.assertEqual(card.tax_percent, 20.5)
        self.assertFalse(card.structure_id)

    def test_a_new_card_starts_a_version(self):
        self._card(
            date(2026, 3, 1), tax_percent=22, tax_limit=40000, tax_percent_above=35
        ).action_save()
        first, second = self.aino.version_ids.sorted("date_version")
        self.assertEqual(first.payroll_tax_percent, 20.5)
        self.assertEqual(second.date_version, date(2026, 3, 1))
        self.assertEqual(second.payroll_tax_percent, 22)
        self.assertEqual(second.payroll_tax_limit, 40000)
        self.assertEqual(second.payroll_tax_percent_above, 35)
        self.assertEqual(second.wage, 3000)
        self.assertEqual(second.contract_date_start, first.contract_date_start)
        self.assertEqual(second.last_modified_uid, self.officer)
        february, march = (
            self._make_payslip(self.aino, month=month) for month in (2, 3)
        )
        (february | march).action_compute()
        self.assertEqual(self._amounts(february)["TAX"], 615)
        self.assertEqual(self._amounts(march)["TAX"], 660)

    def test_the_payroll_view_shows_the_card_at_once(self):
        view = self.env["payroll.lite.employee"].with_user(self.officer)
        shown = view.browse(self.aino.id)
        self.assertEqual(shown.tax_percent, 20.5)
        self._card(date.today(), tax_percent=33).action_save()
        self.assertEqual(shown.tax_percent, 33)

    def test_a_card_from_the_same_day_replaces(self):
        self._card(date(2026, 3, 1), tax_percent=22).action_save()
        self._card(date(2026, 3, 1), tax_percent=23).action_save()
        self.assertEqual(
            self.aino.version_ids.sorted("date_version").mapped("payroll_tax_percent"),
            [20.5, 23],
        )

    def test_later_versions_follow_unless_they_have_their_own_card(self):
        self.aino.create_version({"date_version": "2026-06-01", "wage": 3300})
        self.aino.create_version(
            {"date_version": "2026-09-01", "payroll_tax_percent": 30}
        )
        self._card(date(2026, 3, 1), tax_percent=22).action_save()
        self.assertEqual(
            [
                (version.wage, version.payroll_tax_percent)
                for version in self.aino.version_ids.sorted("date_version")
            ],
            [(3000, 20.5), (3000, 22), (3300, 22), (3300, 30)],
        )

    def test_bad_input_is_refused(self):
        with self.refused("cannot be valid"):
            self._card(date(2025, 1, 1), tax_percent=1).action_save()
        with mute_logger("odoo.sql_db"), self.refused("percent_range", IntegrityError):
            self._card(date(2026, 3, 1), tax_percent=101)
        with mute_logger("odoo.sql_db"), self.refused("tax_percent", IntegrityError):
            self.aino.payroll_tax_percent = -1

    def test_no_percent_is_asked_about(self):
        card = self._card(date(2026, 3, 1), tax_percent=0)
        with self.refused("Enter the tax percent"):
            card.action_save()
        card.is_zero_percent = True
        card.action_save()
        version = self.aino.version_ids.sorted("date_version")[-1]
        self.assertEqual(version.payroll_tax_percent, 0)

    def test_the_job_is_told_in_the_language_of_the_reader(self):
        self.env["res.lang"]._activate_lang("fi_FI")
        job = self.env["hr.job"].create({"name": "Seller", "company_id": False})
        job.with_context(lang="fi_FI").name = "Myyjä"
        self.aino.job_id = job
        view = self.env["payroll.lite.employee"].with_user(self.officer)
        view = view.browse(self.aino.id)
        for lang, title in (("en_US", "Seller"), ("fi_FI", "Myyjä")):
            view.invalidate_model()
            self.assertEqual(view.with_context(lang=lang).job_title, title)
        self.aino.job_title = "Shoe seller"
        view.invalidate_model()
        self.assertEqual(view.with_context(lang="fi_FI").job_title, "Shoe seller")

    def test_others_may_not(self):
        for user in (self.clerk, self.hr_manager):
            with self.assertRaises(AccessError):
                self._card(date(2026, 3, 1), user=user)

    def test_a_card_for_a_stranger(self):
        other = self.env["res.company"].create({"name": "Other Oy"})
        stranger = self.env["hr.employee"].create(
            {"name": "Stranger", "company_id": other.id}
        )
        card = self.env["payroll.lite.tax.card"].with_user(self.officer)
        with self.assertRaises(AccessError):
            card.create({"employee_id": stranger.id, "tax_percent": 1}).action_save()

    def _make_stranger(self):
        other = self.env["res.company"].create({"name": "Other Oy"})
        return self.env["hr.employee"].create(
            {
                "name": "Stranger",
                "company_id": other.id,
                "date_version": "2026-01-01",
                "payroll_tax_percent": 44,
            }
        )

    def _rpc(self, method, *args, **context):
        cards = self.env["payroll.lite.tax.card"].with_user(self.officer)
        context["allowed_company_ids"] = self.officer.company_ids.ids
        return call_kw(cards, method, list(args), {"context": context})

    def test_a_card_of_a_stranger_tells_nothing(self):
        stranger = self._make_stranger()
        for vals in ({"employee_id": stranger.id}, {}):
            with self.subTest(vals=vals), self.refused("", AccessError):
                self._rpc("create", vals, default_employee_id=stranger.id)
        card_id = self._rpc("create", {"employee_id": self.aino.id})
        with self.refused("", AccessError):
            self._rpc("write", [card_id], {"employee_id": stranger.id})
        many2one = {"fields": {"display_name": {}}}
        for spec in (
            {"tax_percent": {}, "tax_limit": {}, "tax_percent_above": {}},
            {"structure_id": many2one},
            {"company_id": many2one},
            {"company_id": {"fields": {"name": {}}}},
            {"currency_id": many2one},
            {"employee_id": many2one},
        ):
            spec = {"employee_id": {}, **spec}
            for values, changed, context in (
                ({"employee_id": stranger.id}, ["employee_id"], {}),
                ({"employee_id": stranger.id}, ["date_from"], {}),
                ({"employee_id": stranger.id}, [], {}),
                ({}, [], {"default_employee_id": stranger.id}),
            ):
                with (
                    self.subTest(spec=spec, values=values, changed=changed),
                    self.refused("", AccessError),
                ):
                    self._rpc("onchange", [], values, changed, spec, **context)

    def test_cards_stay_in_their_company(self):
        other = self.env["res.company"].create({"name": "Other Oy"})
        card_id = self._rpc("create", {"employee_id": self.aino.id})
        self.assertEqual(self._rpc("search", []), [card_id])
        self.officer.write(
            {"company_id": other.id, "company_ids": [Command.set(other.ids)]}
        )
        self.assertEqual(self._rpc("search", []), [])
        with self.refused("", AccessError):
            self._rpc("read", [card_id], ["tax_percent"])
        with self.refused("", AccessError):
            self._rpc("action_save", [card_id])

    def test_what_a_card_does_not_say_stays(self):
        self.aino.write(
            {
                "payroll_structure_id": self.structure.id,
                "payroll_tax_limit": 30000,
                "payroll_tax_percent_above": 40,
            }
        )
        kept = {
            "structure_id": self.structure,
            "tax_percent": 20.5,
            "tax_limit": 30000,
            "tax_percent_above": 40,
        }
        for name, value in (
            ("tax_limit", 50000),
            ("tax_percent", 25),
            ("tax_percent_above", 0),
            ("structure_id", False),
        ):
            card_id = self._rpc("create", {"employee_id": self.aino.id, name: value})
            card = self.env["payroll.lite.tax.card"].browse(card_id)
            for field in kept:
                with self.subTest(given=name, field=field):
                    if field == name:
                        self.assertEqual(card[field] or False, value or False)
                    else:
                        self.assertEqual(card[field], kept[field])

    def test_the_payroll_view_of_employees(self):
        self._make_confirmed(self.aino, month=4)
        self.env.flush_all()
        view = self.env["payroll.lite.employee"].with_user(self.officer)
        found = view.search([("name", "=", "Aino")])
        self.assertEqual(
            (found.wage, found.tax_percent, found.payslip_count, found.last_period),
            (3000, 20.5, 1, date(2026, 4, 30)),
        )
        self.assertEqual(found.contract_date_start, date(2026, 1, 1))
        action = found.action_open_payslips()
        self.assertEqual(self.Payslip.search_count(action["domain"]), 1)

    def test_the_way_from_the_employee(self):
        both = self._make_user(
            "pay_both", "hr.group_hr_manager,payroll_lite.group_payroll_officer"
        )
        self._make_confirmed(self.aino)
        employee = self.aino.with_user(both)
        self.assertEqual(employee.payslip_count, 1)
        self.assertEqual(
            self.Payslip.search_count(employee.action_open_payslips()["domain"]), 1
        )
        form = Form(employee)
        form.payroll_tax_percent = 18
        form.save()
        self.assertEqual(self.aino.payroll_tax_percent, 18)

    def test_templates_fix_the_structure_but_not_the_card(self):
        template = self.env["hr.version"].create(
            {
                "name": "Sales staff",
                "company_id": self.company.id,
                "payroll_structure_id": self.structure.id,
                "payroll_tax_percent": 50,
            }
        )
        values = self.env["hr.version"].get_values_from_contract_template(template)
        self.assertEqual(values["payroll_structure_id"], self.structure.id)
        self.assertNotIn("payroll_tax_percent", values)
