import json

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import HttpCase, new_test_user, tagged
from odoo.tools import mute_logger

from .common import PayrollLiteCommon

OWN_MODELS = (
    "payroll.lite.counter",
    "payroll.lite.employee",
    "payroll.lite.parameter",
    "payroll.lite.parameter.band",
    "payroll.lite.parameter.value",
    "payroll.lite.payslip",
    "payroll.lite.payslip.line",
    "payroll.lite.program",
    "payroll.lite.rule",
    "payroll.lite.run",
    "payroll.lite.run.issue",
    "payroll.lite.structure",
    "payroll.lite.tax.card",
)
READABLE_BY_ALL = {"payroll.lite.payslip", "payroll.lite.payslip.line"}
# Tests get a page of HTML in place of a PDF unless they insist.
REALLY = '?context={"force_report_rendering":1}'


class AccessCommon(PayrollLiteCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.aino = cls._make_employee("Aino", user_id=cls.clerk.id, wage=3333)
        cls.eero = cls._make_employee("Eero", user_id=cls.colleague.id, wage=4444)
        cls.pay_run = cls._make_run(month=4)
        cls.pay_run.action_compute()
        cls.pay_run.action_confirm()
        slips = {slip.employee_id: slip.sudo() for slip in cls.pay_run.payslip_ids}
        cls.own = slips[cls.aino]
        cls.foreign = slips[cls.eero]
        cls.draft = cls._make_payslip(cls.aino)
        cls.draft.action_compute()
        cls.outsiders = cls.hr_manager + cls.settings_admin


@tagged("post_install", "-at_install")
class TestAccess(AccessCommon):
    """What each role reaches, by the same calls that a browser or a script makes."""

    def _rpc(self, user, model, method, *args, **kwargs):
        records = self.env[model].with_user(user)
        records = records.with_context(allowed_company_ids=user.company_ids.ids)
        return call_kw(records, method, list(args), kwargs)

    def test_employees_read_their_own_confirmed_payslips(self):
        for model, own in (
            ("payroll.lite.payslip", self.own),
            ("payroll.lite.payslip.line", self.own.line_ids),
        ):
            found = self._rpc(self.clerk, model, "search", [])
            self.assertEqual(set(found), set(own.ids))
        (values,) = self._rpc(
            self.clerk,
            "payroll.lite.payslip",
            "web_read",
            self.own.ids,
            {
                "net": {},
                "display_name": {},
                "employee_id": {"fields": {"display_name": {}}},
                "basis": {},
                "line_ids": {"fields": {"name": {}, "amount": {}, "explanation": {}}},
            },
        )
        self.assertEqual(values["net"], self.own.net)
        self.assertEqual(values["employee_id"]["display_name"], "Aino")
        self.assertEqual(len(values["line_ids"]), len(self.own.line_ids))

    def test_employees_reach_nothing_else(self):
        for target in (self.foreign, self.draft):
            for model, ids in (
                ("payroll.lite.payslip", target.ids),
                ("payroll.lite.payslip.line", target.line_ids.ids),
            ):
                for method, args in (
                    ("read", [["display_name"]]),
                    ("web_read", [{"display_name": {}}]),
                    ("export_data", [["display_name"]]),
                    ("copy", []),
                    ("write", [{"sequence": 1}]),
                    ("unlink", []),
                ):
                    with (
                        self.subTest(model=model, method=method),
                        self.assertRaises(UserError),
                    ):
                        self._rpc(self.clerk, model, method, ids, *args)
            for method in (
                "action_compute",
                "action_confirm",
                "action_reverse",
                "action_share",
            ):
                with self.assertRaises(UserError):
                    self._rpc(self.clerk, "payroll.lite.payslip", method, target.ids)

    def test_employees_cannot_act_on_their_own(self):
        for method in ("action_reverse", "action_share", "action_confirm", "unlink"):
            with self.assertRaises(AccessError):
                self._rpc(self.clerk, "payroll.lite.payslip", method, self.own.ids)
        with self.assertRaises(AccessError):
            self._rpc(self.clerk, "payroll.lite.payslip", "write", self.own.ids, {})
        with self.assertRaises(AccessError):
            self._rpc(
                self.clerk,
                "payroll.lite.payslip",
                "create",
                {
                    "employee_id": self.aino.id,
                    "structure_id": self.structure.id,
                    "date_from": "2026-07-01",
                },
            )

    def test_sums_and_names_tell_nothing_of_others(self):
        groups = self._rpc(
            self.clerk,
            "payroll.lite.payslip",
            "formatted_read_group",
            [],
            ["state"],
            ["net:sum", "__count"],
        )
        self.assertEqual(
            [(group["net:sum"], group["__count"]) for group in groups],
            [(self.own.net, 1)],
        )
        lines = self._rpc(
            self.clerk,
            "payroll.lite.payslip.line",
            "formatted_read_group",
            [],
            ["category"],
            ["amount:sum"],
        )
        own = {}
        for line in self.own.line_ids:
            own[line.category] = own.get(line.category, 0) + line.amount
        self.assertEqual(
            {group["category"]: round(group["amount:sum"], 2) for group in lines},
            {category: round(amount, 2) for category, amount in own.items()},
        )
        self.assertEqual(
            self._rpc(
                self.clerk,
                "payroll.lite.payslip",
                "search_count",
                [("net", ">", 0), ("employee_id", "=", self.eero.id)],
            ),
            0,
        )
        names = self._rpc(self.clerk, "payroll.lite.payslip", "name_search", "PS/")
        self.assertEqual([payslip_id for payslip_id, _name in names], self.own.ids)

    def test_own_payslips_may_be_exported(self):
        self.clerk.group_ids += self.env.ref("base.group_allow_export")
        exported = self._rpc(
            self.clerk, "payroll.lite.payslip", "export_data", self.own.ids, ["number"]
        )
        self.assertEqual(exported["datas"], [[self.own.number]])

    def test_other_models_are_closed_to_all_but_payroll(self):
        for user in (self.clerk, *self.outsiders):
            for model in OWN_MODELS:
                if model in READABLE_BY_ALL:
                    continue
                for method, args in (
                    ("search_read", [[]]),
                    ("create", [{}]),
                    ("formatted_read_group", [[], [], ["__count"]]),
                ):
                    with (
                        self.subTest(user=user.login, model=model, method=method),
                        self.assertRaises(AccessError),
                    ):
                        self._rpc(user, model, method, *args)
            with self.assertRaises(AccessError):
                self._rpc(user, "payroll.lite.run", "action_compute", self.pay_run.ids)
            with self.assertRaises(AccessError):
                self._rpc(user, "payroll.lite.run", "action_confirm", self.pay_run.ids)

    def test_hr_and_settings_without_payroll_see_no_payslips(self):
        for user in self.outsiders:
            for model in READABLE_BY_ALL:
                self.assertEqual(self._rpc(user, model, "search", []), [])
            with self.assertRaises(AccessError):
                self._rpc(user, "payroll.lite.payslip", "read", self.own.ids, ["net"])

    def test_linking_an_employee_to_oneself_opens_nothing(self):
        self.aino.with_user(self.hr_manager).user_id = False
        self.env["hr.employee"].search(
            [("user_id", "=", self.hr_manager.id)]
        ).user_id = False
        self.aino.with_user(self.hr_manager).user_id = self.hr_manager
        self.assertEqual(
            self._rpc(self.hr_manager, "payroll.lite.payslip", "search", []), []
        )

    def test_helpers_are_no_remote_procedures(self):
        for model, method in (
            ("payroll.lite.store", "_store_sheets"),
            ("payroll.lite.payslip", "_confirm"),
            ("payroll.lite.run", "_compute_chunk"),
            ("payroll.lite.run", "_cron_work"),
            ("payroll.lite.engine", "_compute_sheets"),
            ("payroll.lite.counter", "_reserve"),
        ):
            with self.assertRaises(AccessError):
                self._rpc(self.officer, model, method)

    def test_officers_work_without_hr_rights(self):
        self.assertFalse(self.officer.has_group("hr.group_hr_user"))
        with self.assertRaises(AccessError):
            self._rpc(self.officer, "hr.version", "search_read", [])
        run_id = self._rpc(
            self.officer,
            "payroll.lite.run",
            "create",
            {"structure_id": self.structure.id, "date_from": "2026-06-01"},
        )
        self._rpc(self.officer, "payroll.lite.run", "action_compute", [run_id])
        self._rpc(self.officer, "payroll.lite.run", "action_confirm", [run_id])
        slips = self._rpc(
            self.officer,
            "payroll.lite.payslip",
            "search_read",
            [("run_id", "=", run_id)],
            ["earnings", "state", "employee_id"],
        )
        self.assertEqual(
            {
                (slip["earnings"], slip["state"], slip["employee_id"][1])
                for slip in slips
            },
            {(3333, "done", "Aino"), (4444, "done", "Eero")},
        )
        for model in OWN_MODELS:
            if model not in ("payroll.lite.counter",):
                self._rpc(self.officer, model, "search_read", [])

    def test_officers_do_not_change_rules_and_rates(self):
        for record in (
            self.structure,
            self.structure.rule_ids[0],
            self.env.ref("payroll_lite.parameter_fi_tyel_employer"),
            self.env.ref("payroll_lite.parameter_fi_tyel_employer_2026"),
            self.env.ref("payroll_lite.parameter_fi_tyel_age_end_2024").band_ids[0],
        ):
            for method, args in (("write", [{}]), ("unlink", []), ("copy", [])):
                with self.assertRaises(AccessError):
                    self._rpc(self.officer, record._name, method, record.ids, *args)

    def test_managers_change_rules_and_rates(self):
        self._rpc(
            self.manager,
            "payroll.lite.rule",
            "write",
            self.structure.rule_ids[0].ids,
            {"expression": "wage + 1"},
        )
        self._rpc(
            self.manager,
            "payroll.lite.parameter",
            "create",
            {"name": "Mine", "code": "mine"},
        )

    def test_companies_are_apart(self):
        other = self.env["res.company"].create({"name": "Other Oy"})
        stranger = new_test_user(
            self.env,
            "pay_other_officer",
            groups="payroll_lite.group_payroll_manager",
            context={"no_reset_password": True},
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        value = self.env["payroll.lite.parameter.value"].create(
            {
                "parameter_id": self.env.ref(
                    "payroll_lite.parameter_fi_tyel_employee"
                ).id,
                "company_id": self.company.id,
                "date_from": "2026-01-01",
                "band_ids": [Command.create({"lower": 0, "rate": 1})],
            }
        )
        self.structure.company_id = False
        self.assertTrue(value.band_ids)
        for model in OWN_MODELS:
            if model in ("payroll.lite.tax.card", "payroll.lite.parameter"):
                continue
            records = self.env[model].search([])
            if "company_id" in records._fields and model != "payroll.lite.employee":
                records = records.filtered(
                    lambda record: record.company_id == self.company
                )
            elif model == "payroll.lite.parameter.band":
                records = value.band_ids
            elif model == "payroll.lite.employee":
                records = records.browse((self.aino + self.eero).ids)
            elif model in ("payroll.lite.structure", "payroll.lite.rule"):
                continue
            else:
                records = records.filtered(
                    lambda record: record.run_id.company_id == self.company
                )
            found = self._rpc(stranger, model, "search", [])
            self.assertFalse(set(found) & set(records.ids), model)
        for method in ("action_compute", "action_confirm", "action_reverse"):
            with self.assertRaises(AccessError):
                self._rpc(stranger, "payroll.lite.payslip", method, self.own.ids)
        with self.assertRaises(AccessError):
            self._rpc(
                stranger,
                "payroll.lite.payslip",
                "create",
                {
                    "employee_id": self.aino.id,
                    "structure_id": self.structure.id,
                    "date_from": "2026-08-01",
                },
            )
        with self.assertRaises(AccessError):
            self._rpc(
                stranger,
                "payroll.lite.run",
                "create",
                {"structure_id": self.structure.id, "company_id": self.company.id},
            )

    def test_wages_stay_out_of_reach_of_officers(self):
        """Only what a payslip or the payroll view shows may be read."""
        for error, model, method, args in (
            (AccessError, "hr.employee", "read", [self.aino.ids, ["wage"]]),
            (AccessError, "hr.version", "read", [self.aino.version_id.ids, ["wage"]]),
            (ValueError, "hr.employee", "search", [[("wage", ">", 1)]]),
            (
                AccessError,
                "payroll.lite.payslip",
                "search",
                [[("employee_id.wage", ">", 1)]],
            ),
        ):
            with self.assertRaises(error):
                self._rpc(self.officer, model, method, *args)


@tagged("post_install", "-at_install")
class TestAccessOverHttp(AccessCommon, HttpCase):
    """Reports and attachments, over real HTTP."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        for user in (cls.clerk, cls.colleague, cls.officer, cls.hr_manager):
            user.password = user.login
        cls.attachment = cls.env["ir.attachment"].create(
            {
                "name": "secret.txt",
                "raw": b"secret",
                "res_model": "payroll.lite.payslip",
                "res_id": cls.own.id,
            }
        )

    def _get(self, user, url):
        if user:
            self.authenticate(user.login, user.login)
        else:
            self.authenticate(None, None)
        return self.url_open(url, allow_redirects=False)

    @mute_logger("odoo.http", "odoo.addons.web.controllers.report")
    def test_reports(self):
        name = "payroll_lite.report_payslip"
        for converter in ("pdf", "html"):
            url = f"/report/{converter}/{name}/{self.own.id}{REALLY}"
            for user in (self.clerk, self.officer):
                response = self._get(user, url)
                self.assertEqual(response.status_code, 200, user.login)
                if converter == "pdf":
                    self.assertEqual(response.content[:5], b"%PDF-")
                else:
                    self.assertIn("Aino", response.text)
            for user in (self.colleague, self.hr_manager):
                response = self._get(user, url)
                self.assertNotEqual(response.status_code, 200, user.login)
                self.assertNotIn("3,333", response.text)
            self.assertIn(self._get(None, url).status_code, (303, 403))
            both = f"/report/{converter}/{name}/{self.own.id},{self.foreign.id}{REALLY}"
            self.assertNotEqual(self._get(self.clerk, both).status_code, 200)
            draft = f"/report/{converter}/{name}/{self.draft.id}{REALLY}"
            self.assertNotEqual(self._get(self.clerk, draft).status_code, 200)
            self.assertEqual(self._get(self.officer, draft).status_code, 200)

    @mute_logger("odoo.http", "odoo.addons.web.controllers.report")
    def test_report_download(self):
        self.authenticate(self.colleague.login, self.colleague.login)
        data = [f"/report/pdf/payroll_lite.report_payslip/{self.own.id}", "qweb-pdf"]
        response = self.url_open("/report/download", data={"data": json.dumps(data)})
        self.assertNotEqual(response.status_code, 200)
        self.assertNotIn(self.own.number, response.text)

    @mute_logger("odoo.http")
    def test_attachments(self):
        url = f"/web/content/{self.attachment.id}"
        self.assertEqual(self._get(self.clerk, url).content, b"secret")
        self.assertEqual(self._get(self.officer, url).content, b"secret")
        for user in (self.colleague, self.hr_manager, None):
            response = self._get(user, url)
            self.assertNotIn(b"secret", response.content)
        found = self.env["ir.attachment"].with_user(self.colleague)
        self.assertFalse(found.search([("res_model", "=", "payroll.lite.payslip")]))
