from odoo.tests import BaseCase, tagged

from ..tools.giving_way import MAX_PAUSE, GivingWay


@tagged("post_install", "-at_install")
class TestGivingWay(BaseCase):
    """A job stands back in a burst, and only then."""

    def setUp(self):
        super().setUp()
        self.now = 100.0
        self.giving_way = GivingWay(1000, clock=lambda: self.now)

    def _work(self, seconds, last_id, done=10):
        self.now += seconds
        pause = self.giving_way.pause(last_id, done)
        self.now += pause
        return pause

    def test_quiet_door(self):
        self.assertEqual(self._work(0.5, 1000), 0)
        self.assertEqual(self._work(0.5, 1025), 0, "few, though more than were done")

    def test_job_that_keeps_up(self):
        self.assertEqual(self._work(0.5, 1050, done=51), 0)
        self.assertEqual(self._work(0.5, 1100, done=50), 0)

    def test_burst_gets_most_of_the_time(self):
        self.assertAlmostEqual(self._work(0.2, 1100), 1.8)
        self.assertAlmostEqual(
            self._work(0.2, 1300), 1.8, msg="200 in the 2 seconds since"
        )
        self.assertEqual(self._work(0.2, 1310), 0, "the burst is over")

    def test_pause_is_no_time_of_work(self):
        self._work(0.2, 1100)
        self.assertEqual(self._work(0.2, 1300, done=21), 0, "105 a second of work")

    def test_long_work_is_no_reason_for_a_long_pause(self):
        self.assertEqual(self._work(30, 9000), MAX_PAUSE)
