from odoo.tests import TransactionCase, tagged

from .common import TelephonyMixin


@tagged("post_install", "-at_install")
class TestSpeed(TelephonyMixin, TransactionCase):
    """The number of queries does not grow with what need not be asked again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._set_up_line()

    def _count(self, size, prefix):
        for number in range(size):
            self._report(
                f"{prefix}{number}", "ringing", -9, caller=f"+35840123{number:04}"
            )
        events = self.source.event_ids.filtered(lambda one: one.state == "new")
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        events._handle()
        self.env.flush_all()
        self.assertEqual(set(events.mapped("state")), {"done"})
        return self.env.cr.sql_log_count - before

    def test_ringing_calls_are_taken_in_together(self):
        self._count(2, "warm")
        few, many = self._count(5, "few"), self._count(45, "many")
        # Each call is a row that is written and an event that is finished.
        self.assertLessEqual((many - few) / 40, 4, (few, many))

    def test_an_event_that_says_nothing_new(self):
        self._report("s1", "ringing", -9)
        self._process()
        self._report("s1", "ringing", -9)
        event = self.source.event_ids.filtered(lambda one: one.state == "new")
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(45):
            event._handle()
            self.env.flush_all()
