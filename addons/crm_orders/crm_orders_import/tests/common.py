import base64
import csv
import io
from contextlib import nullcontext

import xlsxwriter

from odoo import Command
from odoo.tests import new_test_user


def csv_file(*rows, separator=";", encoding="utf-8"):
    """The bytes of a text file."""
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator).writerows(rows)
    return stream.getvalue().encode(encoding)


def xlsx_file(*rows):
    """The bytes of a workbook as a spreadsheet program writes it."""
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Asiakkaat")
        for line, row in enumerate(rows):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(line, column, value)
                else:
                    sheet.write(line, column, value)
    return stream.getvalue()


class ImportMixin:
    """A shop with a manager who has a notebook to take over."""

    @classmethod
    def _set_up_import(cls):
        cls.company = cls.env["res.company"].create(
            {"name": "Kauppa Oy", "country_id": cls.env.ref("base.fi").id}
        )
        cls.manager = cls._new_user("import_manager", "crm_orders_base.group_manager")
        cls.imports = (
            cls.env["crm_orders.import"]
            .with_user(cls.manager)
            .with_company(cls.company)
        )

    @classmethod
    def _new_user(cls, login, groups):
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    @classmethod
    def _new_partner(cls, name, **vals):
        return cls.env["res.partner"].create(
            {"name": name, "country_id": cls.env.ref("base.fi").id, **vals}
        )

    def _upload(self, data, name="vihko.csv", **vals):
        return self.imports.create(
            {
                "file": base64.b64encode(data),
                "filename": name,
                "country_id": self.env.ref("base.fi").id,
                **vals,
            }
        )

    def _run_job(self):
        """Run the job as the scheduler does, in the transaction of the test."""
        cron = self.env.ref("crm_orders_import.ir_cron_import")
        self.env.flush_all()
        with (
            nullcontext() if self._registry_patched else self.enter_registry_test_mode()
        ):
            cron.method_direct_trigger()
        self.env.invalidate_all()

    def _check(self, *rows, **vals):
        """Upload rows and have them checked."""
        record = self._upload(csv_file(*rows), **vals)
        record.action_check()
        self._run_job()
        self.assertEqual(record.state, "checked", record.error)
        return record

    def _import(self, record):
        record.action_import()
        self._run_job()
        self.assertEqual(record.state, "done", record.error)
        return record

    def _verdicts(self, record):
        return [row.verdict for row in record.row_ids.sorted("number")]

    def _states(self, record):
        return [row.state for row in record.row_ids.sorted("number")]

    def _partners(self, record):
        return [row.partner_id for row in record.row_ids.sorted("number")]
