import threading

from psycopg2.errors import SerializationFailure

from odoo import api
from odoo.sql_db import db_connect
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

YEAR = 1901


@tagged("post_install", "-at_install")
class TestCounter(TransactionCase):
    """Numbers without gaps, also with two transactions at the same moment."""

    def setUp(self):
        super().setUp()
        self.addCleanup(self._forget)

    def _forget(self):
        with db_connect(self.env.cr.dbname).cursor() as cr:
            cr.execute("DELETE FROM payroll_lite_counter WHERE year = %s", [YEAR])

    def _reserver(self, cr):
        env = api.Environment(cr, api.SUPERUSER_ID, {})
        company = env.ref("base.main_company")
        return lambda count: env["payroll.lite.counter"]._reserve(company, YEAR, count)

    @mute_logger("odoo.sql_db")
    def test_two_at_once(self):
        connection = db_connect(self.env.cr.dbname)
        with connection.cursor() as cr:
            self.assertEqual(self._reserver(cr)(5), 1)
        with connection.cursor() as first, connection.cursor() as second:
            reserve_second = self._reserver(second)
            self.assertEqual(self._reserver(first)(3), 6)
            outcome = []
            waiting = threading.Event()

            def wait_for_the_first():
                waiting.set()
                try:
                    outcome.append(reserve_second(2))
                except SerializationFailure as error:
                    outcome.append(type(error))

            thread = threading.Thread(target=wait_for_the_first)
            thread.start()
            waiting.wait()
            thread.join(0.5)
            self.assertTrue(thread.is_alive(), "the second waits for the first")
            first.commit()
            thread.join(60)
            # the server starts such a transaction anew
            self.assertEqual(outcome, [SerializationFailure])
            second.rollback()
            self.assertEqual(reserve_second(2), 9)
            second.rollback()
        with connection.cursor() as cr:
            self.assertEqual(self._reserver(cr)(1), 9, "a rollback leaves no gap")
