from odoo.tests import BaseCase, tagged

from ..tools.giving_way import MAX_PAUSE, GivingWay


@tagged("post_install", "-at_install")
class TestGivingWay(BaseCase):
    """A job stands back in a burst, and only then."""

    def setUp(self):
        super().setUp()
        self.now = 100.0
        self.giving_way = GivingWay(1000, clock=lambda: self.now)

    def _work(self, seconds, last_id):
        self.now += seconds
        pause = self.giving_way.pause(last_id)
        self.now += pause
        return pause

    def test_quiet_door(self):
        self.assertEqual(self._work(0.5, 1000), 0)
        self.assertEqual(self._work(0.5, 1025), 0, "as many as can be worked on")

    def test_busy_door_gets_half_of_the_time(self):
        self.assertEqual(self._work(0.5, 1100), 0.5)
        self.assertEqual(self._work(0.5, 1200), 0.5, "100 in the second since")
        self.assertEqual(self._work(0.5, 1210), 0, "the burst is over")

    def test_long_work_is_no_reason_for_a_long_pause(self):
        self.assertEqual(self._work(30, 9000), MAX_PAUSE)
