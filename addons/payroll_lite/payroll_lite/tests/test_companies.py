from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged

from .common import PayrollLiteCommon

RULES = [("BASIC", "earning", "wage"), ("NET", "net", "earnings")]


@tagged("post_install", "-at_install")
class TestCompanies(PayrollLiteCommon):
    """Who works for one company only reads what all share and changes none of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = cls.env["res.company"].create({"name": "Other Oy"})
        cls.neighbour = new_test_user(
            cls.env,
            "pay_neighbour",
            groups="base.group_user,payroll_lite.group_payroll_manager",
            context={"no_reset_password": True},
            company_id=cls.other.id,
            company_ids=[Command.set(cls.other.ids)],
        )
        cls.number = cls.env.ref("payroll_lite.parameter_fi_tyel_employer")
        cls.rate = cls.env.ref("payroll_lite.parameter_fi_tyel_employer_2026")
        cls.table = cls.env.ref("payroll_lite.parameter_fi_tyel_employee_2026")
        cls.own_structure = cls._make_structure(RULES, company_id=cls.other.id)
        cls.own_value = cls.rate.create(
            {
                "parameter_id": cls.number.id,
                "company_id": cls.other.id,
                "date_from": "2026-02-01",
                "value": 20,
            }
        )
        cls.own_table = cls.rate.create(
            {
                "parameter_id": cls.table.parameter_id.id,
                "company_id": cls.other.id,
                "date_from": "2026-02-01",
                "band_ids": [
                    Command.create({"lower": 0, "rate": 1}),
                    Command.create({"lower": 50, "rate": 2}),
                ],
            }
        )

    def _rpc(self, user, records, method, *args, **kwargs):
        model = self.env[records._name].with_user(user)
        model = model.with_context(allowed_company_ids=user.company_ids.ids)
        ids = [records.ids] if records else []
        return call_kw(model, method, [*ids, *args], kwargs)

    def _refused(self, records, method, *args):
        with (
            self.subTest(model=records._name, method=method, args=args),
            self.refused("", AccessError),
        ):
            self._rpc(self.neighbour, records, method, *args)

    def test_shared_records_are_read_by_all(self):
        for records in (
            self.structure,
            self.structure.rule_ids,
            self.number,
            self.rate,
            self.table.band_ids,
        ):
            found = self._rpc(self.neighbour, records, "read", ["display_name"])
            self.assertEqual(len(found), len(records))

    def test_shared_records_are_not_changed_for_others(self):
        self._refused(self.structure.rule_ids[0], "write", {"expression": "wage * 2"})
        self._refused(self.structure.rule_ids[0], "unlink")
        self._refused(self.structure, "write", {"proration": "calendar"})
        self._refused(self.structure, "unlink")
        self._refused(self.number, "write", {"name": "Mine"})
        self._refused(self.number, "update_field_translations", "name", {"en_US": "X"})
        self._refused(self.number, "unlink")
        self._refused(self.rate, "write", {"value": 1})
        self._refused(self.rate, "unlink")
        self._refused(self.table.band_ids, "write", {"rate": 1})
        self._refused(self.table.band_ids, "unlink")
        empty = self.env["payroll.lite.structure"]
        self._refused(empty, "create", {"name": "For all", "company_id": False})
        empty = self.env["payroll.lite.parameter"]
        self._refused(empty, "create", {"name": "For all", "code": "for_all"})
        vals = {"parameter_id": self.number.id, "date_from": "2026-05-01", "value": 1}
        for company_id in (False, self.company.id):
            self._refused(
                self.rate.browse(), "create", {**vals, "company_id": company_id}
            )
        self._refused(
            self.structure.rule_ids.browse(),
            "create",
            {
                "structure_id": self.structure.id,
                "code": "MORE",
                "name": "More",
                "expression": "1",
            },
        )
        self._refused(
            self.table.band_ids.browse(),
            "create",
            {"value_id": self.table.id, "lower": 9, "rate": 9},
        )

    def test_own_records_do_not_move_to_others(self):
        foreign = self._make_structure(RULES[1:], company_id=self.company.id)
        rule = self.own_structure.rule_ids[0]
        for structure in (self.structure, foreign):
            self._refused(
                rule, "write", {"structure_id": structure.id, "code": "MOVED"}
            )
        foreign_value = self.rate.create(
            {
                "parameter_id": self.table.parameter_id.id,
                "company_id": self.company.id,
                "date_from": "2026-02-01",
                "band_ids": [Command.create({"lower": 0, "rate": 1})],
            }
        )
        for value in (self.table, foreign_value):
            self._refused(
                self.own_table.band_ids[1], "write", {"value_id": value.id, "lower": 9}
            )
        for company_id in (False, self.company.id):
            self._refused(self.own_value, "write", {"company_id": company_id})
            self._refused(self.own_structure, "write", {"company_id": company_id})
            self._refused(
                self.number,
                "write",
                {"value_ids": [[1, self.own_value.id, {"company_id": company_id}]]},
            )

    def test_figures_of_the_own_company_are_entered_on_shared_parameters(self):
        vals = {"company_id": self.other.id, "date_from": "2026-07-01", "value": 21}
        self._rpc(
            self.neighbour,
            self.number,
            "web_save",
            {
                "value_ids": [
                    [0, "virtual_1", vals],
                    [1, self.own_value.id, {"value": 19}],
                ]
            },
            {"display_name": {}},
        )
        self.assertEqual(self.own_value.value, 19)
        added = self.number.value_ids.filtered(lambda value: value.value == 21)
        self.assertEqual(added.company_id, self.other)
        self._rpc(
            self.neighbour, self.number, "write", {"value_ids": [[2, added.id, 0]]}
        )
        self.assertFalse(added.exists())
        for command in (
            [1, self.rate.id, {"value": 1}],
            [2, self.rate.id, 0],
            [0, 0, {**vals, "company_id": False}],
            [0, 0, {**vals, "company_id": self.company.id}],
        ):
            self._refused(self.number, "write", {"value_ids": [command]})
        with self.refused("", AccessError):
            self.number.with_user(self.officer).write(
                {"value_ids": [[0, 0, {**vals, "company_id": self.company.id}]]}
            )

    def test_own_records_are_free(self):
        self._rpc(
            self.neighbour,
            self.own_structure.rule_ids[0],
            "write",
            {"expression": "wage * 2"},
        )
        self.assertEqual(self.own_structure.rule_ids[0].expression, "wage * 2")
        self._rpc(self.neighbour, self.own_table.band_ids[1], "unlink")
        self._rpc(self.neighbour, self.own_value, "unlink")

    def test_new_structures_belong_to_the_own_company(self):
        structures = self.env["payroll.lite.structure"]
        created = self._rpc(self.neighbour, structures, "create", {"name": "Mine"})
        (copied,) = self._rpc(self.neighbour, self.structure, "copy")
        for structure in structures.browse([created, copied]):
            self.assertEqual(structure.company_id, self.other)
        values = self._rpc(
            self.neighbour, self.rate.browse(), "default_get", ["company_id"]
        )
        self.assertEqual(values["company_id"], self.other.id)
        self.manager.company_ids = self.env["res.company"].search([])
        created = self._rpc(self.manager, structures, "create", {"name": "All"})
        (copied,) = self._rpc(self.manager, self.structure, "copy")
        for structure in structures.browse([created, copied]):
            self.assertFalse(structure.company_id)

    def test_rights_follow_the_companies(self):
        rule = self.structure.rule_ids[0]
        self.manager.company_ids = self.env["res.company"].search([])
        self._rpc(self.manager, rule, "write", {"note": "All companies are mine."})
        new = self.env["res.company"].with_user(self.env.user).create({"name": "New"})
        with self.refused("", AccessError):
            self._rpc(self.manager, rule, "write", {"note": "One is not mine."})
        self.manager.company_ids += new
        self._rpc(self.manager, rule, "write", {"note": "All are mine again."})
        self.manager.company_ids -= self.other
        with self.refused("", AccessError):
            self._rpc(self.manager, rule, "write", {"note": "One is not mine."})

    def test_forms_tell_nothing_of_other_companies(self):
        employee = self._make_employee("Aino")
        foreign = self._make_structure(
            RULES, name="Secret structure", company_id=self.company.id
        )
        many2one = {"fields": {"display_name": {}}}
        with self.refused("", AccessError):
            self._rpc(
                self.neighbour,
                self.Payslip,
                "onchange",
                [],
                {"employee_id": employee.id},
                ["employee_id"],
                {"company_id": many2one},
            )
        with self.refused("", AccessError):
            self._rpc(
                self.neighbour,
                self.Run,
                "onchange",
                [],
                {"structure_id": foreign.id, "date_from": "2026-01-01"},
                ["structure_id"],
                {"name": {}},
            )
