from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged

from ..models import crm_orders_import_job as job
from .common import ImportMixin, csv_file

HEAD = ["Name", "Phone", "Email", "Subject"]


class Killed(BaseException):
    """What `kill -9` looks like from within: nothing runs any more."""


@tagged("post_install", "-at_install")
class TestKill(ImportMixin, TransactionCase):
    """Whatever stops the job, it goes on where it was; nothing is made twice.

    Small batches, and the process dies after each of the first ones.
    """

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_import()

    def _rows(self):
        return [
            [f"Person {i // 2}", f"0401{i // 2:06d}", f"p{i}@i.example", f"Thing {i}"]
            for i in range(20)
        ]

    def _run_and_die(self, record, batches):
        """Run the job until so many batches are done, then lose what is not."""
        state = record.state
        steps = getattr(record._as_user().sudo(False), f"_run_{state}")()
        for _done in range(batches):
            next(steps)
        self.env.flush_all()
        with self.assertRaises(Killed), self.env.cr.savepoint():
            next(steps)
            raise Killed
        self.env.invalidate_all(flush=False)
        steps.close()

    def test_check_and_import_go_on(self):
        with patch.object(job, "CHECK_BATCH", 3), patch.object(job, "IMPORT_BATCH", 3):
            record = self._upload(csv_file(HEAD, *self._rows()), make="both")
            before = self.env["res.partner"].search_count([])
            record.action_check()
            self._run_and_die(record, 2)
            self.assertEqual(len(record.row_ids), 6)
            self._run_job()
            self.assertEqual(record.state, "checked")
            self.assertEqual(len(record.row_ids), 20)
            self.assertEqual(record.new_count, 10)
            self.assertEqual(record.same_count, 10)
            record.action_import()
            self._run_and_die(record, 3)
            self.assertEqual(self._states(record).count("done"), 9)
            self._run_job()
        self.assertEqual(record.state, "done")
        self.assertEqual(set(self._states(record)), {"done"})
        self.assertEqual(self.env["res.partner"].search_count([]), before + 10)
        self.assertEqual(len(record.row_ids.lead_id), 20)
        self.assertEqual(len(record.row_ids.partner_id), 10)

    def test_stopping_keeps_what_is_done(self):
        with patch.object(job, "IMPORT_BATCH", 3):
            record = self._check(HEAD, *self._rows())
            record.action_import()
            self._run_and_die(record, 2)
            record.action_stop()
            self._run_job()
            self.assertEqual(self._states(record).count("done"), 6)
            with self.assertRaisesRegex(UserError, "Undo it first"):
                record.action_back()
            record.action_import()
            self._run_job()
        self.assertEqual(record.state, "done")
        self.assertEqual(len(record.row_ids.partner_id), 10)

    def test_half_of_an_import_is_undone(self):
        before = self.env["res.partner"].search_count([])
        with patch.object(job, "IMPORT_BATCH", 3):
            record = self._check(HEAD, *self._rows())
            record.action_import()
            self._run_and_die(record, 2)
            record.action_stop()
        record.action_undo()
        self._run_job()
        self.assertEqual(record.state, "undone")
        self.assertEqual(self.env["res.partner"].search_count([]), before)
